/* Keyframes: the bar, the shots on the left, the selected shot. */
(() => {
  const { html, raw, icons } = Kino;
  const PILL = { running: "drawing", queued: "in the queue", failed: "failed", missing: "no keyframe", changed: "words changed", done: "ready" };
  const CLASS = { missing: "", changed: "stale" };
  const bar = (p, label) => raw(html`<span class="kbar wide" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${p}"><i style="width:${p}%"></i></span>`);
  const stepper = (h) => raw(html`<span class="kf-step" role="group" aria-label="Variants per shot"><button class="kicon small" data-act="variants" data-value="${h.variants - 1}" ${h.variants <= 1 ? "disabled" : ""} aria-label="Fewer variants" title="Fewer">−</button><b title="Variants per shot">${h.variants}</b><button class="kicon small" data-act="variants" data-value="${h.variants + 1}" ${h.variants >= h.max ? "disabled" : ""} aria-label="More variants" title="More">+</button></span>`);
  const many = (n, one, more) => n + " " + (n === 1 ? one : more);

  Kino.part("keyframes.bar", {
    frame: (h) => h.shots ? html`<div class="kbar-top">
      <div class="kseg" role="group" aria-label="Shots to show">${[["all", "All", h.shots], ["missing", "Without keyframe", h.missing], ["changed", "Words changed", h.changed]].map(([v, t, n]) => raw(html`<button data-act="filter" data-value="${v}" aria-pressed="${h.filter === v}" title="${v === "changed" ? "Shots whose picture was made from older words" : ""}">${t} <span class="kf-n">${n}</span></button>`))}</div>
      <span class="grow"></span>
      ${h.open ? raw(html`<span class="kmuted" role="status">${many(h.open, "picture", "pictures")} on the way</span>`) : ""}
      ${!h.draws ? raw(html`<span class="kmuted">${h.engine} draws no pictures: import your own.</span>`) : ""}
      ${h.missing && h.draws ? raw(html`<span class="kmuted">each</span>${stepper(h)}<button class="kbtn primary" data-act="draw-missing" ${h.draw ? "" : "disabled"}>${icons.image} ${h.draw ? "Draw what is missing · " + many(h.draw, "shot", "shots") : "Being drawn"}</button>`)
        : raw(html`<button class="kbtn" data-act="choose">Pick the best in Select ${icons.arrowR}</button>`)}
    </div>` : html``,
  });

  Kino.part("keyframes.shots", {
    frame: (h) => h.all ? html`<div class="kpane kf-list"><div class="kf-rows" role="listbox" aria-label="Shots" data-list></div>
      <p class="kf-none kmuted">${h.filter === "missing" ? "Every shot has its keyframe." : h.filter === "changed" ? "Every picture was made from the words as they are now." : ""}</p></div>` : html``,
    item: (it, h) => html`<div class="kf-row" role="option" tabindex="0" data-id="${it.id}" data-act="select" aria-selected="${h.selected === it.id}">
      <span class="kthumb">${it.p && it.p[3] ? raw(html`<img src="${it.p[3]}" alt="">`) : it.t ? raw(html`<img loading="lazy" src="${h.media}${it.id}/${it.t}/160" alt="">`) : raw(html`<span class="none">${icons.image}</span>`)}</span>
      <span class="kf-mid"><span class="kf-slate"><b>${it.id}</b><span class="kpill ${CLASS[it.s] ?? it.s}">${PILL[it.s]}</span></span><span class="kf-w ${it.w ? "" : "none"}">${it.w || "No words yet"}</span>
      <span class="kf-c">${it.p ? bar(it.p[0], "Drawing shot " + it.id) : raw(html`${it.n ? many(it.n, "variant", "variants") : "no picture"}${it.h === "picked" ? " · picked" : it.h === "first" && it.n > 1 ? " · first stands" : ""}`)}${it.q ? raw(html`<small>+${it.q}</small>`) : ""}</span></span></div>`,
    after: (el, h) => {
      el.querySelector(".kf-none")?.toggleAttribute("hidden", !!el.querySelector(".kf-row"));
      if (el._shown !== h.selected) { el._shown = h.selected; el.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }); }
    },
  });

  const PLACES = [0, 50, 100], ROWS = ["top", "middle", "bottom"], COLUMNS = ["left", "centre", "right"];
  const fitting = (f) => raw(html`<div class="kf-fit" role="group" aria-label="Fit to the film’s frame"><p>${f.how ? raw(html`Fitted to ${f.film}.`) : raw(html`Your picture is ${f.size}, the film ${f.film}. As it is, models cut out its middle.`)}</p>
    <div class="kseg">${[["fill", "Fill", "Cut off what stands over"], ["fit", "Fit", "All of it, on black"], ["extend", "Extend", "All of it, on a soft enlargement of itself"]].map(([how, label, title]) => raw(html`<button data-act="fit" data-name="${f.name}" data-how="${how}" data-x="${Math.round(f.x * 100)}" data-y="${Math.round(f.y * 100)}" aria-pressed="${f.how === how}" title="${title}">${label}</button>`))}</div>
    ${f.how === "fill" ? raw(html`<span class="kmuted">Keep in view</span><div class="kf-focus" role="group" aria-label="What stays in view">${PLACES.map((y, r) => PLACES.map((x, c) => raw(html`<button data-act="fit" data-name="${f.name}" data-how="fill" data-x="${x}" data-y="${y}" aria-pressed="${Math.round(f.x * 100) === x && Math.round(f.y * 100) === y}" aria-label="${ROWS[r]} ${COLUMNS[c]}" title="${ROWS[r]} ${COLUMNS[c]}"></button>`)))}</div>`) : ""}</div>`);
  const marks = (v) => raw(html`${v.stands ? raw(html`<span class="ktag tr kf-stands">${v.stands}</span>`) : ""}${v.older.length ? raw(html`<span class="ktag bl kf-old" title="Changed since: ${v.older.join(", ")}">older words</span>`) : ""}${v.own ? raw(html`<span class="ktag bl" title="${v.own}">own picture</span>`) : ""}`);
  const actions = (shot, v) => raw(html`<button type="button" class="kicon ${v.star ? "on" : ""}" data-send="star" data-to="keyframes.shot" data-of="${shot}" data-name="${v.id}" aria-pressed="${!!v.star}" title="Star" aria-label="Star">${v.star ? icons.starred : icons.star}</button><button type="button" class="kbtn small" data-send="pick" data-to="keyframes.shot" data-of="${shot}" data-name="${v.id}">${v.stands === "picked" ? "Take the pick back" : "Pick"}</button>`);
  const large = () => {
    const data = Kino.store["keyframes.shot"];
    return data.order.map((id) => data.items[id]).filter((v) => v.url).map((v) => ({ key: v.id, url: v.url, title: "Shot " + data.head.shot + " · variant " + v.n, note: [v.stands, v.seed && "seed " + v.seed, v.size, v.older.length && "made from older " + v.older.join(", ")].filter(Boolean).join(" · "), actions: actions(data.head.shot, v) }));
  };
  document.addEventListener("click", (e) => { const el = e.target.closest?.("[data-large]"); if (el) { e.preventDefault(); Kino.lightbox(large, el.dataset.large); } });

  Kino.part("keyframes.shot", {
    frame: (h, items) => !h.shot ? html`<div class="kpane kempty kf-empty"><h2>There are no shots yet</h2><p>Keyframes are drawn from the words of the storyboard. Write a shot or import a storyboard first.</p><button class="kbtn primary" data-act="storyboard">Go to the storyboard</button></div>` : html`<div class="kpane kscroll kf-shot" data-id="${h.shot}" data-drop="import" style="--ratio:${h.ratio[0]}/${h.ratio[1]}">
      <div class="kf-top"><h2 class="kh">Shot ${h.shot}${h.title ? " · " + h.title : ""}</h2><span class="grow"></span>
        ${h.slots.length > 1 || h.addEnd ? raw(html`<div class="kseg" role="group" aria-label="Slot">${h.slots.length > 1 ? h.slots.map(([s, t, n, stands, used]) => raw(html`<button data-act="slot" data-slot="${s}" aria-pressed="${s === h.slot}">${t}${stands || !used ? "" : raw(html` <i class="kf-dot" title="No picture stands"></i>`)}</button>`)) : ""}${h.addEnd ? raw(html`<button data-act="slot" data-slot="end" aria-pressed="false" title="Give the shot a picture to end on">${icons.plus} Add an end frame</button>`) : ""}</div>`) : ""}</div>
      ${h.failed.map(([id, title, text]) => raw(html`<div class="kf-fail" role="alert">${icons.warn}<span><b>${title}</b> ${text}</span><button class="kbtn small" data-act="retry" data-job="${id}">${icons.retry} Retry</button></div>`))}
      <div class="kf-main"><div class="kf-left"><div class="kf-big kthumb">${h.url ? raw(html`<button class="kf-open" data-large="${h.stands}" aria-label="Show large"><img src="${h.url}" alt="${h.label} of shot ${h.shot}"></button><span class="ktag tr kf-stands">${h.picked ? "picked" : "first variant"}</span>${h.changed ? raw(html`<span class="ktag bl kf-old">made from older ${h.older.join(", ")}</span>`) : ""}`)
          : h.any && !h.used ? raw(html`<button class="kf-open" data-large="${h.anyName}" aria-label="Show large"><img src="${h.any}" alt="${h.label} of shot ${h.shot}, not picked"></button><span class="ktag tr">not picked, not used</span>`)
          : raw(html`${h.any ? raw(html`<img class="dim" src="${h.any}/640" alt="">`) : ""}<div class="none kf-wait">${items.some((i) => i.p !== undefined) ? "Being drawn …" : h.changed ? "The words changed: no picture is made from them yet." : "No " + h.label.toLowerCase() + " yet"}</div>`)}</div>
        <div class="ksec">Variants</div>
        <div class="kf-grid" data-list role="list" aria-label="Variants"></div>
        ${items.length ? "" : raw(html`<p class="kmuted">${h.draws ? "Draw some, or import a picture of your own." : "Import a picture of your own."}</p>`)}</div>
        <div class="kf-side"><p class="kf-words ${h.words ? "" : "none"}">${h.words || "This shot has no words yet."}</p>
          ${h.slot === "end" && !h.used ? raw(html`<p class="kmuted">The end frame is used once you pick it: the clip then ends on it.</p>`) : ""}
          ${h.draws ? raw(html`<div class="kf-draw"><button class="kbtn ${h.primary ? "primary" : ""}" data-act="draw">${icons.image} Draw ${many(h.variants, "variant", "variants")}</button>${stepper(h)}</div>`) : ""}
          <label class="kbtn kf-file" tabindex="-1">${icons.up} Import picture<input type="file" accept="image/*" data-act="import" aria-label="Import picture"></label>
          <p class="kmuted">or drop one anywhere here</p>
          ${h.fit ? fitting(h.fit) : ""}
          ${h.open ? raw(html`<button class="kbtn small danger" data-act="stop">${icons.stop} Stop drawing this shot</button>`) : ""}
          ${h.sent.length ? raw(html`<details class="kf-sent"><summary>What is sent</summary><dl>${h.sent.map(([k, v]) => raw(html`<div><dt>${k}</dt><dd>${v}</dd></div>`))}</dl>${Kino.graph(h.graph, "kf-graph")}</details>`) : ""}
        </div></div>
    </div>`,
    item: (v, h) => v.p !== undefined ? html`<div class="kf-card busy-card" role="listitem"><span class="kthumb">${v.p && v.p[3] ? raw(html`<img src="${v.p[3]}" alt="">`) : raw(html`<span class="none">${v.p ? "Starting …" : "In the queue"}</span>`)}</span><span class="kf-foot">${v.p ? raw(html`${bar(v.p[0], "Drawing")}<small>${v.p[2] || v.p[1]}</small>`) : raw(html`<small>waiting</small>`)}</span></div>`
      : html`<div class="kf-card ${v.stands ? "stands" : ""}" role="listitem" data-id="${h.shot}">
      <span class="kthumb"><button class="kf-open" data-large="${v.id}" aria-label="Variant ${v.n}: show large"><img loading="lazy" src="${v.url}/320" alt="Variant ${v.n}"></button>${marks(v)}</span>
      <span class="kf-foot"><b>${v.n}</b><small class="grow" title="${v.size} · ${v.made}${v.seed ? " · seed " + v.seed : ""}">${v.seed ? "seed " + v.seed : v.size}<br>${v.size.replaceAll(" ", "")} · ${Kino.when(v.made).replace("today ", "")}</small><button class="kicon small ${v.star ? "on" : ""}" data-act="star" data-name="${v.id}" aria-pressed="${!!v.star}" title="Star" aria-label="Star variant ${v.n}">${v.star ? icons.starred : icons.star}</button><button class="kicon small ${v.stands === "picked" ? "on" : ""}" data-act="pick" data-name="${v.id}" aria-pressed="${v.stands === "picked"}" title="${v.stands === "picked" ? "Take the pick back" : "Pick"}" aria-label="Pick variant ${v.n}">${icons.check}</button><button class="kicon small" data-act="delete" data-name="${v.id}" data-confirm="Move variant ${v.n} of shot ${h.shot} into the trash?${v.stands === "picked" ? " It is the picked one." : ""} The Project tab puts it back." data-yes="Move to the trash" title="Move to the trash" aria-label="Move variant ${v.n} to the trash">${icons.trash}</button></span></div>`,
  });
  Kino.keys?.push(["Keyframes", [["← →", "In the large view: picture before and next"], ["Esc", "Close the large view"]]]);
})();

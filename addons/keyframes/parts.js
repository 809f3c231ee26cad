/* Keyframes: the bar, the shots on the left, the selected shot. */
(() => {
  const { html, raw, icons } = Kino;
  const PILL = { running: Kino.t("drawing"), queued: Kino.t("in the queue"), failed: Kino.t("failed"), missing: Kino.t("no keyframe"), changed: Kino.t("words changed"), done: Kino.t("ready") };
  const CLASS = { missing: "", changed: "stale" };
  const bar = (p, label) => raw(html`<span class="kbar wide" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${p}"><i style="width:${p}%"></i></span>`);
  const stepper = (h) => raw(html`<span class="kf-step" role="group" aria-label="${Kino.t("Variants per shot")}"><button class="kicon small" data-act="variants" data-value="${h.variants - 1}" ${h.variants <= 1 ? "disabled" : ""} aria-label="${Kino.t("Fewer variants")}" title="${Kino.t("Fewer")}">−</button><b title="${Kino.t("Variants per shot")}">${h.variants}</b><button class="kicon small" data-act="variants" data-value="${h.variants + 1}" ${h.variants >= h.max ? "disabled" : ""} aria-label="${Kino.t("More variants")}" title="${Kino.t("More")}">+</button></span>`);

  Kino.part("keyframes.bar", {
    frame: (h) => h.shots ? html`<div class="kbar-top">
      <div class="kseg" role="group" aria-label="${Kino.t("Shots to show")}">${[["all", Kino.t("All"), h.shots], ["missing", Kino.t("Without keyframe"), h.missing], ["changed", Kino.t("Words changed"), h.changed]].map(([v, t, n]) => raw(html`<button data-act="filter" data-value="${v}" aria-pressed="${h.filter === v}" title="${v === "changed" ? Kino.t("Shots whose picture was made from older words") : ""}">${t} <span class="kf-n">${n}</span></button>`))}</div>
      <span class="grow"></span>
      ${h.open ? raw(html`<span class="kmuted" role="status">${Kino.tn("{n} picture on the way", "{n} pictures on the way", h.open)}</span>`) : ""}
      ${!h.draws ? raw(html`<span class="kmuted">${Kino.t("{engine} draws no pictures: import your own.", { engine: h.engine })}</span>`) : ""}
      ${h.missing && h.draws ? raw(html`<span class="kmuted">${Kino.t("each")}</span>${stepper(h)}<button class="kbtn primary" data-act="draw-missing" ${h.draw ? "" : "disabled"}>${icons.image} ${h.draw ? Kino.t("Draw what is missing") + " · " + Kino.tn("{n} shot", "{n} shots", h.draw) + (h.price ? " · " + h.price : "") : Kino.t("Being drawn")}</button>`)
        : raw(html`<button class="kbtn" data-act="choose">${Kino.t("Pick the best in Select")} ${icons.arrowR}</button>`)}
    </div>` : html``,
  });

  Kino.part("keyframes.shots", {
    frame: (h) => h.all ? html`<div class="kpane kf-list"><div class="kf-rows" role="listbox" aria-label="${Kino.t("Shots")}" data-list></div>
      <p class="kf-none kmuted">${h.filter === "missing" ? Kino.t("Every shot has its keyframe.") : h.filter === "changed" ? Kino.t("Every picture was made from the words as they are now.") : ""}</p></div>` : html``,
    item: (it, h) => html`<div class="kf-row" role="option" tabindex="0" data-id="${it.id}" data-act="select" aria-selected="${h.selected === it.id}">
      <span class="kthumb">${it.p && it.p[3] ? raw(html`<img src="${it.p[3]}" alt="">`) : it.t ? raw(html`<img loading="lazy" src="${h.media}${it.id}/${it.t}/160" alt="">`) : raw(html`<span class="none">${icons.image}</span>`)}</span>
      <span class="kf-mid"><span class="kf-slate"><b>${it.id}</b><span class="kpill ${CLASS[it.s] ?? it.s}">${PILL[it.s]}</span></span><span class="kf-w ${it.w ? "" : "none"}">${it.w || Kino.t("No words yet")}</span>
      <span class="kf-c">${it.p ? bar(it.p[0], Kino.t("Drawing shot ") + it.id) : raw(html`${it.n ? Kino.tn("{n} variant", "{n} variants", it.n) : Kino.t("no picture")}${it.h === "picked" ? Kino.t(" · picked") : it.h === "first" && it.n > 1 ? Kino.t(" · first stands") : ""}`)}${it.q ? raw(html`<small>+${it.q}</small>`) : ""}</span></span></div>`,
    after: (el, h) => {
      el.querySelector(".kf-none")?.toggleAttribute("hidden", !!el.querySelector(".kf-row"));
      if (el._shown !== h.selected) { el._shown = h.selected; el.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }); }
    },
  });

  const PLACES = [0, 50, 100], ROWS = ["top", "middle", "bottom"], COLUMNS = ["left", "centre", "right"];
  const fitting = (f) => raw(html`<div class="kf-fit" role="group" aria-label="${Kino.t("Fit to the film’s frame")}"><p>${f.how ? raw(html`${Kino.t("Fitted to {film}.", { film: f.film })}`) : raw(html`${Kino.t("Your picture is {size}, the film {film}. As it is, models cut out its middle.", { size: f.size, film: f.film })}`)}</p>
    <div class="kseg">${[["fill", Kino.t("Fill"), Kino.t("Cut off what stands over")], ["fit", Kino.t("Fit"), Kino.t("All of it, on black")], ["extend", Kino.t("Extend"), Kino.t("All of it, on a soft enlargement of itself")]].map(([how, label, title]) => raw(html`<button data-act="fit" data-name="${f.name}" data-how="${how}" data-x="${Math.round(f.x * 100)}" data-y="${Math.round(f.y * 100)}" aria-pressed="${f.how === how}" title="${title}">${label}</button>`))}</div>
    ${f.how === "fill" ? raw(html`<span class="kmuted">${Kino.t("Keep in view")}</span><div class="kf-focus" role="group" aria-label="${Kino.t("What stays in view")}">${PLACES.map((y, r) => PLACES.map((x, c) => raw(html`<button data-act="fit" data-name="${f.name}" data-how="fill" data-x="${x}" data-y="${y}" aria-pressed="${Math.round(f.x * 100) === x && Math.round(f.y * 100) === y}" aria-label="${ROWS[r]} ${COLUMNS[c]}" title="${ROWS[r]} ${COLUMNS[c]}"></button>`)))}</div>`) : ""}</div>`);
  const stands = (v) => (v.stands === "picked" ? Kino.t("picked") : v.stands);
  const marks = (v) => raw(html`${v.stands ? raw(html`<span class="ktag tr kf-stands">${stands(v)}</span>`) : ""}${v.older.length ? raw(html`<span class="ktag bl kf-old" title="${Kino.t("Changed since: {what}", { what: v.older.join(", ") })}">${Kino.t("older words")}</span>`) : ""}${v.own ? raw(html`<span class="ktag bl" title="${v.own}">${Kino.t("own picture")}</span>`) : ""}`);
  const actions = (shot, v) => raw(html`<button type="button" class="kicon ${v.star ? "on" : ""}" data-send="star" data-to="keyframes.shot" data-of="${shot}" data-name="${v.id}" aria-pressed="${!!v.star}" title="${Kino.t("Star")}" aria-label="${Kino.t("Star")}">${v.star ? icons.starred : icons.star}</button><button type="button" class="kbtn small" data-send="pick" data-to="keyframes.shot" data-of="${shot}" data-name="${v.id}">${v.stands === "picked" ? Kino.t("Take the pick back") : Kino.t("Pick")}</button>`);
  const large = () => {
    const data = Kino.store["keyframes.shot"];
    return data.order.map((id) => data.items[id]).filter((v) => v.url).map((v) => ({ key: v.id, url: v.url, title: Kino.t("Shot {shot} · variant {n}", { shot: data.head.shot, n: v.n }), note: [stands(v), v.seed && Kino.t("seed {seed}", { seed: v.seed }), v.size, v.older.length && Kino.t("made from older {what}", { what: v.older.join(", ") })].filter(Boolean).join(" · "), actions: actions(data.head.shot, v) }));
  };
  document.addEventListener("click", (e) => { const el = e.target.closest?.("[data-large]"); if (el) { e.preventDefault(); Kino.lightbox(large, el.dataset.large); } });

  Kino.part("keyframes.shot", {
    frame: (h, items) => !h.shot ? html`<div class="kpane kempty kf-empty"><h2>${Kino.t("There are no shots yet")}</h2><p>${Kino.t("Keyframes are drawn from the words of the storyboard. Write a shot or import a storyboard first.")}</p><button class="kbtn primary" data-act="storyboard">${Kino.t("Go to the storyboard")}</button></div>` : html`<div class="kpane kscroll kf-shot" data-id="${h.shot}" data-drop="import" style="--ratio:${h.ratio[0]}/${h.ratio[1]}">
      <div class="kf-top"><h2 class="kh">${Kino.t("Shot {shot}{what}", { shot: h.shot, what: h.title ? " · " + h.title : "" })}</h2><span class="grow"></span>
        ${h.slots.length > 1 || h.addEnd ? raw(html`<div class="kseg" role="group" aria-label="${Kino.t("Slot")}">${h.slots.length > 1 ? h.slots.map(([s, t, n, stands, used]) => raw(html`<button data-act="slot" data-slot="${s}" aria-pressed="${s === h.slot}">${t}${stands || !used ? "" : raw(html` <i class="kf-dot" title="${Kino.t("No picture stands")}"></i>`)}</button>`)) : ""}${h.addEnd ? raw(html`<button data-act="slot" data-slot="end" aria-pressed="false" title="${Kino.t("Give the shot a picture to end on")}">${icons.plus} ${Kino.t("Add an end frame")}</button>`) : ""}</div>`) : ""}</div>
      ${h.failed.map(([id, title, text, words]) => raw(html`<div class="kf-fail" role="alert">${icons.warn}<span><b>${title}</b> ${text}</span>${words ? raw(html`<button class="kbtn small" data-act="queue">${Kino.t("Other words in the Queue")} ${icons.arrowR}</button>`) : raw(html`<button class="kbtn small" data-act="retry" data-job="${id}">${icons.retry} ${Kino.t("Retry")}</button>`)}</div>`))}
      <div class="kf-main"><div class="kf-left"><div class="kf-big kthumb">${h.url ? raw(html`<button class="kf-open" data-large="${h.stands}" aria-label="${Kino.t("Show large")}"><img src="${h.url}" alt="${Kino.t("{label} of shot {shot}", { label: h.label, shot: h.shot })}"></button><span class="ktag tr kf-stands">${h.picked ? Kino.t("picked") : Kino.t("first variant")}</span>${h.changed ? raw(html`<span class="ktag bl kf-old">${Kino.t("made from older {what}", { what: h.older.join(", ") })}</span>`) : ""}`)
          : h.any && !h.used ? raw(html`<button class="kf-open" data-large="${h.anyName}" aria-label="${Kino.t("Show large")}"><img src="${h.any}" alt="${Kino.t("{label} of shot {shot}, not picked", { label: h.label, shot: h.shot })}"></button><span class="ktag tr">${Kino.t("not picked, not used")}</span>`)
          : raw(html`${h.any ? raw(html`<img class="dim" src="${h.any}/640" alt="">`) : ""}<div class="none kf-wait">${items.some((i) => i.p !== undefined) ? Kino.t("Being drawn …") : h.changed ? Kino.t("The words changed: no picture is made from them yet.") : Kino.t("No {label} yet", { label: Kino.inline(h.label) })}</div>`)}</div>
        <div class="ksec">${Kino.t("Variants")}</div>
        <div class="kf-grid" data-list role="list" aria-label="${Kino.t("Variants")}"></div>
        ${items.length ? "" : raw(html`<p class="kmuted">${h.draws ? Kino.t("Draw some, or import a picture of your own.") : Kino.t("Import a picture of your own.")}</p>`)}</div>
        <div class="kf-side"><p class="kf-words ${h.words ? "" : "none"}">${h.words || Kino.t("This shot has no words yet.")}</p>
          ${h.slot === "end" && !h.used ? raw(html`<p class="kmuted">${Kino.t("The end frame is used once you pick it: the clip then ends on it.")}</p>`) : ""}
          ${h.draws ? raw(html`<div class="kf-draw"><button class="kbtn ${h.primary ? "primary" : ""}" data-act="draw">${icons.image} ${Kino.tn("Draw {n} variant", "Draw {n} variants", h.variants)}</button>${stepper(h)}</div>${h.price ? raw(html`<p class="kmuted kf-price">${Kino.t("Costs {price}", { price: h.price })}</p>`) : ""}`) : ""}
          <label class="kbtn kf-file" tabindex="-1">${icons.up} ${Kino.t("Import picture")}<input type="file" accept="image/*" data-act="import" aria-label="${Kino.t("Import picture")}"></label>
          <p class="kmuted">${Kino.t("or drop one anywhere here")}</p>
          ${h.behind ? raw(html`<button class="kbtn" data-act="end-on-next" title="${Kino.t("This shot then ends where the next one begins")}">${Kino.t("Take the start of {shot}", { shot: h.behind })}</button>`) : ""}
          ${h.fit ? fitting(h.fit) : ""}
          ${Kino.mask(h.masking || {}, h.shot)}
          ${h.open ? raw(html`<button class="kbtn small danger" data-act="stop">${icons.stop} ${Kino.t("Stop drawing this shot")}</button>`) : ""}
          ${h.sent.length ? raw(html`<details class="kf-sent"><summary>${Kino.t("What is sent")}</summary><dl>${h.sent.map(([k, v]) => raw(html`<div><dt>${k}</dt><dd>${v}</dd></div>`))}</dl>${Kino.graph(h.graph, "kf-graph")}</details>`) : ""}
        </div></div>
    </div>`,
    item: (v, h) => v.p !== undefined ? html`<div class="kf-card busy-card" role="listitem"><span class="kthumb">${v.p && v.p[3] ? raw(html`<img src="${v.p[3]}" alt="">`) : raw(html`<span class="none">${v.p ? Kino.t("Starting …") : Kino.t("In the queue")}</span>`)}</span><span class="kf-foot">${v.p ? raw(html`${bar(v.p[0], Kino.t("Drawing"))}<small>${v.p[2] || v.p[1]}</small>`) : raw(html`<small>${Kino.t("waiting")}</small>`)}</span></div>`
      : html`<div class="kf-card ${v.stands ? "stands" : ""}" role="listitem" data-id="${h.shot}">
      <span class="kthumb"><button class="kf-open" data-large="${v.id}" aria-label="${Kino.t("Variant {n}: show large", { n: v.n })}"><img loading="lazy" src="${v.url}/320" alt="${Kino.t("Variant {n}", { n: v.n })}"></button>${marks(v)}</span>
      <span class="kf-foot"><b>${v.n}</b><small class="grow" title="${v.size} · ${v.made}${v.seed ? " · " + Kino.t("seed {seed}", { seed: v.seed }) : ""}">${v.seed ? Kino.t("seed {seed}", { seed: v.seed }) : v.size}<br>${v.size.replaceAll(" ", "")} · ${Kino.when(v.made).replace(Kino.t("today") + " ", "")}</small><button class="kicon small ${v.star ? "on" : ""}" data-act="star" data-name="${v.id}" aria-pressed="${!!v.star}" title="${Kino.t("Star")}" aria-label="${Kino.t("Star variant {n}", { n: v.n })}">${v.star ? icons.starred : icons.star}</button><button class="kicon small ${v.stands === "picked" ? "on" : ""}" data-act="pick" data-name="${v.id}" aria-pressed="${v.stands === "picked"}" title="${v.stands === "picked" ? Kino.t("Take the pick back") : Kino.t("Pick")}" aria-label="${Kino.t("Pick variant {n}", { n: v.n })}">${icons.check}</button><button class="kicon small" data-act="delete" data-name="${v.id}" data-confirm="${Kino.t("Move variant {n} of shot {shot} into the trash?", { n: v.n, shot: h.shot })} ${v.stands === "picked" ? Kino.t("It is the picked one.") : ""} ${Kino.t("The Project tab puts it back.")}" data-yes="${Kino.t("Move to the trash")}" title="${Kino.t("Move to the trash")}" aria-label="${Kino.t("Move variant {n} to the trash", { n: v.n })}">${icons.trash}</button></span></div>`,
  });
  Kino.keys?.push([Kino.t("Keyframes"), [["← →", Kino.t("In the large view: picture before and next")], [Kino.t("Esc"), Kino.t("Close the large view")]]]);
})();

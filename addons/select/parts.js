/* Select: picking is approving. */
(() => {
  const { html, raw, icons } = Kino;
  const STANDS = 1, PICKED = 2, STARRED = 4, OLDER = 8, OWN = 16;
  const many = (n, one, more) => n + " " + (n === 1 ? one : more);

  Kino.part("select.bar", {
    frame: (h) => h.shots ? html`<div class="kbar-top">
      <div class="kseg" role="group" aria-label="Shots to show">${[["all", "All"], ["open", "To decide"], ["starred", "Starred"], ["changed", "Words changed"]].map(([v, t]) => raw(html`<button data-act="filter" data-value="${v}" aria-pressed="${h.filter === v}">${t} <span class="kf-n">${h.counts[v]}</span></button>`))}</div>
      ${h.slots.length > 1 ? raw(html`<div class="kseg" role="group" aria-label="Slot">${h.slots.map(([s, t]) => raw(html`<button data-act="slot" data-slot="${s}" aria-pressed="${h.slot === s}">${t}</button>`))}</div>`) : ""}
      <span class="sl-hint kmuted"><kbd>Enter</kbd> picks <kbd>S</kbd> stars <kbd>C</kbd> compares</span>
      <span class="grow"></span>
      <span class="sl-far" role="status"><span class="kbar" role="progressbar" aria-label="Picked" aria-valuemin="0" aria-valuemax="${h.of}" aria-valuenow="${h.picked}"><i style="width:${h.of ? (100 * h.picked) / h.of : 0}%"></i></span>${h.picked} of ${h.of} picked</span>
      ${h.marked === 1 ? raw(html`<button class="kbtn small ghost" data-act="unmark">1 of 2 to compare ${icons.close}</button>`) : ""}
      <button class="kbtn primary" data-act="video">${h.render ? "Render " + many(h.render, "shot", "shots") + " …" : "See the takes"} ${icons.arrowR}</button>
    </div>` : html``,
  });

  const card = (it, h, v, i) => {
    const [name, f] = v, n = i + 1, mark = h.marks.includes(it.id + "/" + name);
    return raw(html`<div class="sl-card ${f & STANDS ? (f & PICKED ? "picked" : "stands") : ""} ${mark ? "marked" : ""}">
      <button class="sl-pic" data-act="pick" data-name="${name}" aria-pressed="${!!(f & PICKED)}" title="${f & PICKED ? "Picked: click to take the pick back" : "Pick"}" aria-label="Shot ${it.id}, variant ${n}${f & PICKED ? ", picked" : f & STANDS ? ", stands as first variant" : ""}${f & STARRED ? ", starred" : ""}${f & OLDER ? ", made from older words" : ""}"><img loading="lazy" decoding="async" src="${h.media}${it.id}/${name}/320" srcset="${h.media}${it.id}/${name}/320 320w, ${h.media}${it.id}/${name}/640 640w" sizes="(min-width:1700px) 400px, 300px" alt=""></button>
      ${f & STANDS ? raw(html`<span class="ktag tl sl-tag">${f & PICKED ? raw(html`${icons.check} picked`) : "first variant"}</span>`) : ""}
      ${f & OLDER ? raw(html`<span class="ktag bl kf-old">older words</span>`) : f & OWN ? raw(html`<span class="ktag bl">own picture</span>`) : ""}
      <span class="sl-tools"><button class="kicon small ${f & STARRED ? "on" : ""}" tabindex="-1" data-act="star" data-name="${name}" aria-pressed="${!!(f & STARRED)}" title="Star (S)" aria-label="Star variant ${n} of shot ${it.id}">${f & STARRED ? icons.starred : icons.star}</button><button class="kicon small ${mark ? "on" : ""}" tabindex="-1" data-act="mark" data-name="${name}" aria-pressed="${mark}" title="Compare (C)" aria-label="Compare variant ${n} of shot ${it.id}"><svg class="ki" viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" stroke-width="1.4" aria-hidden="true"><rect x="2" y="3.500" width="12" height="9" rx="1"/><path d="M8 2v12"/></svg></button><button class="kicon small" tabindex="-1" data-big="${name}" title="Show large" aria-label="Show variant ${n} of shot ${it.id} large">${icons.search}</button><button class="kicon small" tabindex="-1" data-act="delete" data-name="${name}" data-confirm="Move variant ${n} of shot ${it.id} into the trash?${f & PICKED ? " It is the picked one." : ""} The Project tab puts it back." data-yes="Move to the trash" title="Move to the trash (Delete)" aria-label="Move variant ${n} of shot ${it.id} to the trash">${icons.trash}</button></span>
    </div>`);
  };
  Kino.part("select.shots", {
    frame: (h) => !h.all ? html`<div class="kpane kempty sl-list"><h2>There is nothing to pick yet</h2><p>Write the shots first; their keyframes are then drawn in Keyframes and picked here.</p><button class="kbtn primary" data-act="storyboard">Go to the storyboard</button></div>`
      : html`<div class="sl-list" style="--ratio:${h.ratio[0]}/${h.ratio[1]}"><div data-list></div><div class="kempty sl-none" hidden><h2>${h.filter === "open" ? "Everything is decided" : h.filter === "starred" ? "Nothing is starred" : "Nothing here"}</h2><p>${h.filter === "open" ? "Every shot has its picked keyframe." : h.filter === "starred" ? "Star the variants that you may want back later: press S." : h.filter === "changed" ? "Every picture that stands was made from the words as they are now." : "No shot uses this slot."}</p><button class="kbtn" data-act="filter" data-value="all">Show all shots</button></div></div>`,
    item: (it, h) => html`<section class="sl-row" data-id="${it.id}" aria-label="Shot ${it.id}" ${h.selected === it.id ? raw('aria-current="true"') : ""}>
      <div class="sl-head"><b>${it.id}</b><span class="${it.w ? "" : "none"}">${it.w || "No words yet"}</span>${it.v.some((v) => v[1] & PICKED) ? raw(html`<small class="ok">picked</small>`) : it.v.length ? raw(html`<small>to decide</small>`) : ""}${it.d ? raw(html`<small class="on">drawing …</small>`) : ""}</div>
      <div class="sl-vars">${it.v.length ? it.v.map((v, i) => card(it, h, v, i)) : raw(html`<div class="sl-card sl-no"><span class="none">No picture yet</span><button class="kbtn small" data-act="draw">Draw in Keyframes</button></div>`)}</div></section>`,
    after: (el, h) => {
      const none = el.querySelector(".sl-none");
      if (none) none.hidden = !!el.querySelector(".sl-row");
      if (!el._bound) {
        el._bound = true;
        el.addEventListener("focusin", (e) => {
          const row = e.target.closest(".sl-row");
          clearTimeout(el._later);
          /* Walking through with the arrows is remembered when it comes to rest. */
          if (row) el._later = setTimeout(() => { if (Kino.store["select.shots"].head.selected !== row.dataset.id) Kino.act("select.shots", "select", { id: row.dataset.id }); }, 600);
        });
        el.addEventListener("keydown", keys);
      }
      if (el._first === undefined) { el._first = 1; el.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }); }
    },
  });
  function keys(e) {
    const pic = e.target.closest(".sl-pic");
    if (!pic || e.ctrlKey || e.metaKey || e.altKey) return;
    const row = pic.closest(".sl-row"), own = [...row.querySelectorAll(".sl-pic")], i = own.indexOf(pic);
    const rows = [...row.parentNode.querySelectorAll(".sl-row")].filter((r) => r.querySelector(".sl-pic")), r = rows.indexOf(row);
    const go = (to) => { if (to) { to.focus({ preventScroll: true }); to.closest(".sl-row").scrollIntoView({ block: "nearest" }); } };
    const inRow = (n, at) => { const all = rows[n]?.querySelectorAll(".sl-pic"); return all && all[Math.min(at, all.length - 1)]; };
    const name = pic.dataset.name, id = row.dataset.id;
    const moves = { ArrowRight: () => go(own[i + 1] || inRow(r + 1, 0)), ArrowLeft: () => go(own[i - 1] || inRow(r - 1, 99)), ArrowDown: () => go(inRow(r + 1, i)), ArrowUp: () => go(inRow(r - 1, i)), Home: () => go(inRow(0, 0)), End: () => go(inRow(rows.length - 1, 0)),
      s: () => Kino.act("select.shots", "star", { id, name }), c: () => Kino.act("select.shots", "mark", { id, name }), l: () => big(id, name), Delete: () => pic.closest(".sl-card").querySelector('[data-act="delete"]').click() };
    const move = moves[e.key] || moves[e.key.toLowerCase()];
    if (move) { e.preventDefault(); e.stopPropagation(); move(); }
  }
  function big(id, name) {
    Kino.lightbox(() => {
      const d = Kino.store["select.shots"], it = d.items[id];
      return (it?.v || []).map(([n, f], i) => ({ key: n, url: d.head.media + id + "/" + n, title: "Shot " + id + " · variant " + (i + 1), note: [f & PICKED ? "picked" : f & STANDS ? "first variant" : "", f & OLDER ? "made from older words" : ""].filter(Boolean).join(" · "),
        actions: raw(html`<button type="button" class="kbtn small" data-send="pick" data-to="select.shots" data-of="${id}" data-name="${n}">${f & PICKED ? "Take the pick back" : "Pick"}</button>`) }));
    }, name);
  }
  document.addEventListener("click", (e) => { const el = e.target.closest?.("[data-big]"); if (el) big(el.closest("[data-id]").dataset.id, el.dataset.big); });

  /* -- two pictures side by side, or one over the other with a slider --------------------------------------- */
  Kino.part("select.compare", {
    frame: (h) => !h.sides ? html`` : html`<div class="sl-over" role="dialog" aria-modal="true" aria-label="Compare two pictures" tabindex="-1" style="--ratio:${h.ratio[0]}/${h.ratio[1]}">
      <div class="sl-over-top"><h2 class="kh">Compare</h2><div class="kseg" role="group" aria-label="How to compare"><button data-act="mode" data-value="side" aria-pressed="${h.mode === "side"}">Side by side</button><button data-act="mode" data-value="wipe" aria-pressed="${h.mode === "wipe"}">Wipe</button></div><span class="grow"></span><button class="kicon" data-act="unmark" title="Close (Esc)" aria-label="Close comparing">${icons.close}</button></div>
      ${h.mode === "wipe" ? raw(html`<div class="sl-wipe" data-keep="wipe:${h.sides.map((s) => s.name).join("|")}"><img src="${h.sides[0].url}" alt="A"><img class="b" src="${h.sides[1].url}" alt="B"><i></i><input type="range" min="0" max="1000" value="500" aria-label="Wipe between A and B"></div>`)
        : raw(html`<div class="sl-two">${h.sides.map((s, i) => raw(html`<img src="${s.url}" alt="${"AB"[i]}">`))}</div>`)}
      <div class="sl-over-foot">${h.sides.map((s, i) => raw(html`<div data-id="${s.shot}"><b>${"AB"[i]}</b><span>Shot ${s.shot} · variant ${s.n}${s.seed ? " · seed " + s.seed : ""}${s.f & OLDER ? " · made from older words" : ""}</span><span class="grow"></span>${s.f & PICKED ? raw(html`<span class="kpill done">picked</span>`) : ""}<button class="kicon ${s.f & STARRED ? "on" : ""}" data-act="star" data-name="${s.name}" aria-label="Star ${"AB"[i]}" title="Star">${s.f & STARRED ? icons.starred : icons.star}</button><button class="kbtn" data-act="pick" data-name="${s.name}">${s.f & PICKED ? "Take the pick back" : "Pick " + "AB"[i]}</button></div>`))}</div></div>`,
    after: (el, h) => {
      const over = el.querySelector(".sl-over"), wipe = el.querySelector(".sl-wipe");
      if (over && !el._open) { el._open = document.activeElement; over.focus(); }
      if (!over && el._open) { el._open.focus?.(); el._open = null; }
      const range = wipe?.querySelector("input");
      if (range && !range._bound) { range._bound = true; range.addEventListener("input", () => wipe.style.setProperty("--x", range.value / 10 + "%")); }
      if (over && !over._bound) {
        over._bound = true;
        over.addEventListener("keydown", (e) => {
          if (e.key === "Escape") { e.stopPropagation(); Kino.act("select.compare", "unmark"); }
          const side = { a: 0, b: 1 }[e.key.toLowerCase()], now = Kino.store["select.compare"].head;
          if (side !== undefined && now.sides && !e.ctrlKey && !e.metaKey) Kino.act("select.compare", "pick", { id: now.sides[side].shot, name: now.sides[side].name });
          if (e.key.toLowerCase() === "w") Kino.act("select.compare", "mode", { value: now.mode === "wipe" ? "side" : "wipe" });
        });
      }
    },
  });
  Kino.keys?.push(["Select", [["← → ↑ ↓", "Variant and shot"], ["Enter", "Pick, or take the pick back"], ["S", "Star"], ["C", "Mark to compare"], ["L", "Show large"], ["Delete", "Move to the trash, after asking"], ["A, B", "While comparing: pick A or B"], ["W", "While comparing: wipe"]]]);
})();

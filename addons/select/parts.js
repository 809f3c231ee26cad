/* Select: picking is approving. */
(() => {
  const { html, raw, icons } = Kino;
  const STANDS = 1, PICKED = 2, STARRED = 4, OLDER = 8, OWN = 16;

  Kino.part("select.bar", {
    frame: (h) => h.shots ? html`<div class="kbar-top">
      <div class="kseg" role="group" aria-label="${Kino.t("Shots to show")}">${[["all", Kino.t("All")], ["open", Kino.t("To decide")], ["starred", Kino.t("Starred")], ["changed", Kino.t("Words changed")]].map(([v, t]) => raw(html`<button data-act="filter" data-value="${v}" aria-pressed="${h.filter === v}">${t} <span class="kf-n">${h.counts[v]}</span></button>`))}</div>
      ${h.slots.length > 1 ? raw(html`<div class="kseg" role="group" aria-label="${Kino.t("Slot")}">${h.slots.map(([s, t]) => raw(html`<button data-act="slot" data-slot="${s}" aria-pressed="${h.slot === s}">${t}</button>`))}</div>`) : ""}
      <span class="sl-hint kmuted"><kbd>${Kino.t("Enter")}</kbd> ${Kino.t("picks")} <kbd>S</kbd> ${Kino.t("stars")} <kbd>C</kbd> ${Kino.t("compares")}</span>
      <span class="grow"></span>
      <span class="sl-far" role="status"><span class="kbar" role="progressbar" aria-label="${Kino.t("Picked")}" aria-valuemin="0" aria-valuemax="${h.of}" aria-valuenow="${h.picked}"><i style="width:${h.of ? (100 * h.picked) / h.of : 0}%"></i></span>${Kino.t("{picked} of {of} picked", { picked: h.picked, of: h.of })}</span>
      ${h.marked === 1 ? raw(html`<button class="kbtn small ghost" data-act="unmark">${Kino.t("1 of 2 to compare")} ${icons.close}</button>`) : ""}
      <button class="kbtn primary" data-act="video">${h.render ? Kino.tn("Render {n} shot …", "Render {n} shots …", h.render) : Kino.t("See the takes")} ${icons.arrowR}</button>
    </div>` : html``,
  });

  const card = (it, h, v, i) => {
    const [name, f] = v, n = i + 1, mark = h.marks.includes(it.id + "/" + name);
    return raw(html`<div class="sl-card ${f & STANDS ? (f & PICKED ? "picked" : "stands") : ""} ${mark ? "marked" : ""}">
      <button class="sl-pic" data-act="pick" data-name="${name}" aria-pressed="${!!(f & PICKED)}" title="${f & PICKED ? Kino.t("Picked: click to take the pick back") : Kino.t("Pick")}" aria-label="${[Kino.t("Shot {id}, variant {n}", { id: it.id, n }), f & PICKED ? Kino.t("picked") : f & STANDS ? Kino.t("stands as first variant") : "", f & STARRED ? Kino.t("starred") : "", f & OLDER ? Kino.t("made from older words") : ""].filter(Boolean).join(", ")}"><img loading="lazy" decoding="async" src="${h.media}${it.id}/${name}/320" srcset="${h.media}${it.id}/${name}/320 320w, ${h.media}${it.id}/${name}/640 640w" sizes="(min-width:1700px) 400px, 300px" alt=""></button>
      ${f & STANDS ? raw(html`<span class="ktag tl sl-tag">${f & PICKED ? raw(html`${icons.check} ${Kino.t("picked")}`) : Kino.t("first variant")}</span>`) : ""}
      ${f & OLDER ? raw(html`<span class="ktag bl kf-old">${Kino.t("older words")}</span>`) : f & OWN ? raw(html`<span class="ktag bl">${Kino.t("own picture")}</span>`) : ""}
      <span class="sl-tools"><button class="kicon small ${f & STARRED ? "on" : ""}" tabindex="-1" data-act="star" data-name="${name}" aria-pressed="${!!(f & STARRED)}" title="${Kino.t("Star (S)")}" aria-label="${Kino.t("Star variant {n} of shot {id}", { n, id: it.id })}">${f & STARRED ? icons.starred : icons.star}</button><button class="kicon small ${mark ? "on" : ""}" tabindex="-1" data-act="mark" data-name="${name}" aria-pressed="${mark}" title="${Kino.t("Compare (C)")}" aria-label="${Kino.t("Compare variant {n} of shot {id}", { n, id: it.id })}"><svg class="ki" viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" stroke-width="1.4" aria-hidden="true"><rect x="2" y="3.500" width="12" height="9" rx="1"/><path d="M8 2v12"/></svg></button><button class="kicon small" tabindex="-1" data-big="${name}" title="${Kino.t("Show large")}" aria-label="${Kino.t("Show variant {n} of shot {id} large", { n, id: it.id })}">${icons.search}</button><button class="kicon small" tabindex="-1" data-act="delete" data-name="${name}" data-confirm="${Kino.t("Move variant {n} of shot {shot} into the trash?", { n, shot: it.id })} ${f & PICKED ? Kino.t("It is the picked one.") : ""} ${Kino.t("The Project tab puts it back.")}" data-yes="${Kino.t("Move to the trash")}" title="${Kino.t("Move to the trash (Delete)")}" aria-label="${Kino.t("Move variant {n} of shot {id} to the trash", { n, id: it.id })}">${icons.trash}</button></span>
    </div>`);
  };
  Kino.part("select.shots", {
    frame: (h) => !h.all ? html`<div class="kpane kempty sl-list"><h2>${Kino.t("There is nothing to pick yet")}</h2><p>${Kino.t("Write the shots first; their keyframes are then drawn in Keyframes and picked here.")}</p><button class="kbtn primary" data-act="storyboard">${Kino.t("Go to the storyboard")}</button></div>`
      : html`<div class="sl-list" style="--ratio:${h.ratio[0]}/${h.ratio[1]}"><div data-list></div><div class="kempty sl-none" hidden><h2>${h.filter === "open" ? Kino.t("Everything is decided") : h.filter === "starred" ? Kino.t("Nothing is starred") : Kino.t("Nothing here")}</h2><p>${h.filter === "open" ? Kino.t("Every shot has its picked keyframe.") : h.filter === "starred" ? Kino.t("Star the variants that you may want back later: press S.") : h.filter === "changed" ? Kino.t("Every picture that stands was made from the words as they are now.") : Kino.t("No shot uses this slot.")}</p><button class="kbtn" data-act="filter" data-value="all">${Kino.t("Show all shots")}</button></div></div>`,
    item: (it, h) => html`<section class="sl-row" data-id="${it.id}" aria-label="${Kino.t("Shot {id}", { id: it.id })}" ${h.selected === it.id ? raw('aria-current="true"') : ""}>
      <div class="sl-head"><b>${it.id}</b><span class="${it.w ? "" : "none"}">${it.w || Kino.t("No words yet")}</span>${it.v.some((v) => v[1] & PICKED) ? raw(html`<small class="ok">${Kino.t("picked")}</small>`) : it.v.length ? raw(html`<small>${Kino.t("to decide")}</small>`) : ""}${it.q ? raw(html`<small class="sl-check ${it.q[0]}" title="${it.q[2]}">${it.q[1]}</small>`) : ""}${it.d ? raw(html`<small class="on">${Kino.t("drawing …")}</small>`) : ""}</div>
      <div class="sl-vars">${it.v.length ? it.v.map((v, i) => card(it, h, v, i)) : raw(html`<div class="sl-card sl-no"><span class="none">${Kino.t("No picture yet")}</span><button class="kbtn small" data-act="draw">${Kino.t("Draw in Keyframes")}</button></div>`)}</div></section>`,
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
      return (it?.v || []).map(([n, f], i) => ({ key: n, url: d.head.media + id + "/" + n, title: Kino.t("Shot {shot} · variant {n}", { shot: id, n: i + 1 }), note: [f & PICKED ? Kino.t("picked") : f & STANDS ? Kino.t("first variant") : "", f & OLDER ? Kino.t("made from older words") : ""].filter(Boolean).join(" · "),
        actions: raw(html`<button type="button" class="kbtn small" data-send="pick" data-to="select.shots" data-of="${id}" data-name="${n}">${f & PICKED ? Kino.t("Take the pick back") : Kino.t("Pick")}</button>`) }));
    }, name);
  }
  document.addEventListener("click", (e) => { const el = e.target.closest?.("[data-big]"); if (el) big(el.closest("[data-id]").dataset.id, el.dataset.big); });

  /* -- two pictures side by side, or one over the other with a slider --------------------------------------- */
  Kino.part("select.compare", {
    frame: (h) => !h.sides ? html`` : html`<div class="sl-over" role="dialog" aria-modal="true" aria-label="${Kino.t("Compare two pictures")}" tabindex="-1" style="--ratio:${h.ratio[0]}/${h.ratio[1]}">
      <div class="sl-over-top"><h2 class="kh">${Kino.t("Compare")}</h2><div class="kseg" role="group" aria-label="${Kino.t("How to compare")}"><button data-act="mode" data-value="side" aria-pressed="${h.mode === "side"}">${Kino.t("Side by side")}</button><button data-act="mode" data-value="wipe" aria-pressed="${h.mode === "wipe"}">${Kino.t("Wipe")}</button></div><span class="grow"></span><button class="kicon" data-act="unmark" title="${Kino.t("Close (Esc)")}" aria-label="${Kino.t("Close comparing")}">${icons.close}</button></div>
      ${h.mode === "wipe" ? raw(html`<div class="sl-wipe" data-keep="wipe:${h.sides.map((s) => s.name).join("|")}"><img src="${h.sides[0].url}" alt="A"><img class="b" src="${h.sides[1].url}" alt="B"><i></i><input type="range" min="0" max="1000" value="500" aria-label="${Kino.t("Wipe between A and B")}"></div>`)
        : raw(html`<div class="sl-two">${h.sides.map((s, i) => raw(html`<img src="${s.url}" alt="${"AB"[i]}">`))}</div>`)}
      <div class="sl-over-foot">${h.sides.map((s, i) => raw(html`<div data-id="${s.shot}"><b>${"AB"[i]}</b><span>${Kino.t("Shot {shot} · variant {n}", { shot: s.shot, n: s.n })}${s.seed ? " · " + Kino.t("seed {seed}", { seed: s.seed }) : ""}${s.f & OLDER ? " · " + Kino.t("made from older words") : ""}</span><span class="grow"></span>${s.f & PICKED ? raw(html`<span class="kpill done">${Kino.t("picked")}</span>`) : ""}<button class="kicon ${s.f & STARRED ? "on" : ""}" data-act="star" data-name="${s.name}" aria-label="${Kino.t("Star {what}", { what: "AB"[i] })}" title="${Kino.t("Star")}">${s.f & STARRED ? icons.starred : icons.star}</button><button class="kbtn" data-act="pick" data-name="${s.name}">${s.f & PICKED ? Kino.t("Take the pick back") : Kino.t("Pick {what}", { what: "AB"[i] })}</button></div>`))}</div></div>`,
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
  Kino.keys?.push([Kino.t("Select"), [["← → ↑ ↓", Kino.t("Variant and shot")], [Kino.t("Enter"), Kino.t("Pick, or take the pick back")], ["S", Kino.t("Star")], ["C", Kino.t("Mark to compare")], ["L", Kino.t("Show large")], [Kino.t("Del"), Kino.t("Move to the trash, after asking")], ["A, B", Kino.t("While comparing: pick A or B")], ["W", Kino.t("While comparing: wipe")]]]);
})();

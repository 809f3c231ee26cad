/* Film: the timeline. Items stand at `f` frames and are `n` frames wide; one pixel size per frame (--p) zooms all of them.
   A trim or a move is shown while the hand moves and stored when it lets go; Escape leaves everything as it was. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const F = (Kino.film = Kino.film || {});
  const ratio = (pair) => pair[0] / pair[1];
  const STATE = { done: "", stale: Kino.t("stale: its words or pictures changed since"), missing: Kino.t("no take yet"), short: Kino.t("the take does not fit the length"), blocked: Kino.t("cannot be rendered yet") };
  const TRANSITION = { dissolve: Kino.t("Dissolve"), fade_black: Kino.t("Fade through black"), fade_white: Kino.t("Fade through white"), wipe: Kino.t("Wipe"), morph: Kino.t("Morph") };
  const TILE = 64, CELLS = 12; /* pixels that a picture in the strip is high; frames in a take's strip (services/library.py) */
  const t = { el: null, head: null, p: 1, zoom: 0, drag: null, selected: "", mark: -1, pending: 0 };
  const speed = (item) => (item.v ? ratio(item.v) : 1);
  const one = (sel) => t.el?.querySelector(sel);
  const clipOf = (id) => one(`.fm-clip[data-id="${CSS.escape(id)}"]`);
  const act = (verb, data) => Kino.act("film.timeline", verb, data);
  const memory = () => "kinoloom-zoom:" + t.head.project;

  /* -- zoom, ruler, pictures ---------------------------------------------------------------------------------- */
  const room = () => Math.max(50, (one(".fm-scroll")?.clientWidth || 800) - 24);
  const fit = () => room() / Math.max(1, F.frames);
  function layout() {
    const track = one(".fm-track");
    if (!track) return;
    t.p = t.zoom ? Math.min(Math.max(t.zoom, fit()), Math.max(fit(), 24)) : fit();
    track.style.setProperty("--p", t.p + "px");
    track.style.width = Math.ceil(F.frames * t.p) + 24 + "px";
    const range = one(".fm-zoom"), low = Math.log(fit()), high = Math.log(Math.max(24, fit() * 1.01));
    if (range && document.activeElement !== range) range.value = Math.round(((Math.log(t.p) - low) / (high - low)) * 1000);
    paint();
  }
  function zoomTo(p, at) {
    const box = one(".fm-scroll");
    if (!box || !F.frames) return;
    const x = at ?? Math.min(Math.max(0, F.here() * t.p - box.scrollLeft), box.clientWidth), frame = (box.scrollLeft + x) / t.p;
    t.zoom = p <= fit() * 1.001 ? 0 : Math.min(24, p);
    try { sessionStorage.setItem(memory(), t.zoom); } catch { /* a window without storage shows all of it */ }
    layout();
    box.scrollLeft = frame * t.p - x;
  }
  const paint = () => { if (!t.pending) t.pending = requestAnimationFrame(() => { t.pending = 0; if (t.el?.isConnected) { ruler(); tiles(); } }); };
  const STEPS = [1, 2, 5, 10];
  function ruler() {
    const canvas = one(".fm-ruler"), box = one(".fm-scroll");
    if (!canvas || !box?.clientWidth) return;
    const w = box.clientWidth, h = 24, scale = devicePixelRatio || 1, fps = F.fps(), base = Math.max(1, Math.floor(fps + 0.5));
    if (canvas.width !== Math.round(w * scale)) { canvas.width = Math.round(w * scale); canvas.height = h * scale; canvas.style.width = w + "px"; }
    const c = canvas.getContext("2d"), look = getComputedStyle(canvas), quiet = look.getPropertyValue("--kd"), text = look.getPropertyValue("--km");
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.clearRect(0, 0, w, h);
    c.font = "10.5px ui-monospace, Menlo, Consolas, monospace";
    const choices = [...STEPS.filter((s) => s < base), ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].map((s) => s * base)];
    const major = choices.find((s) => s * t.p >= 92) || choices[choices.length - 1], minor = choices.filter((s) => s < major && major % s === 0 && s * t.p >= 7)[0] || major;
    const from = Math.floor(box.scrollLeft / t.p / minor) * minor;
    for (let f = from; (f * t.p - box.scrollLeft) < w && f <= F.frames + major; f += minor) {
      const x = Math.round(f * t.p - box.scrollLeft) + 0.5, big = f % major === 0;
      c.strokeStyle = quiet; c.globalAlpha = big ? 1 : 0.5;
      c.beginPath(); c.moveTo(x, big ? 9 : 17); c.lineTo(x, h); c.stroke();
      if (big) { c.globalAlpha = 1; c.fillStyle = text; c.fillText(F.timecode(f, fps), x + 4, 12); }
    }
  }
  function tiles() {
    const box = one(".fm-scroll");
    if (!box?.clientWidth) return;
    const left = box.scrollLeft - 200, right = box.scrollLeft + box.clientWidth + 200, [aw, ah] = t.head.aspect.split("/").map(Number), tw = Math.max(20, (TILE * aw) / ah);
    for (const item of F.items) {
      const x = item.f * t.p, w = item.n * t.p;
      if (x > right) break;
      if (x + w < left || item.k !== "shot") continue;
      const pic = clipOf(item.id)?.querySelector(".fm-pic");
      if (!pic) continue;
      const count = Math.ceil(w / tw), from = Math.max(0, Math.floor((left - x) / tw)), to = Math.min(count, Math.ceil((right - x) / tw));
      const sign = `${count}|${from}|${to}|${Math.round(w / 4)}|${item.p}|${item.a}|${JSON.stringify(item.src || 0)}`;
      if (pic._sign === sign) continue;
      pic._sign = sign;
      pic.innerHTML = item.src ? film(item, count, from, to, tw) : item.p ? html`<i style="left:0;width:100%;background-image:url('/media/${t.head.project}/${item.p}/320')" class="whole"></i>` : "";
    }
  }
  function film(item, count, from, to, tw) {
    const base = `/media/${t.head.project}`, shot = encodeURIComponent(item.sh), native = ratio(item.nr), fps = F.fps();
    if (count <= 1) { const s = item.src[0]; return html`<i class="whole" style="left:0;width:100%;background-image:url('${base}/take/${shot}/${s[0]}/${s[1]}/160')"></i>`; }
    let out = "";
    for (let j = from; j < to; j++) {
      const k = Math.min(item.n - 1, ((j + 0.5) * tw) / t.p), n = Math.max(0, Math.floor(((item.a + k * speed(item)) * native) / fps));
      let s = 0;
      item.src.forEach((part, i) => { if (part[4] <= n) s = i; });
      const part = item.src[s], own = Math.min(part[2] + n - part[4], item.of[s] - 1), cell = Math.min(CELLS - 1, Math.floor((own / Math.max(1, item.of[s])) * CELLS));
      out += html`<i style="left:${j * tw}px;width:${tw}px;background-image:url('${base}/strip/${shot}/${part[0]}/${part[1]}');background-position:${(cell / (CELLS - 1)) * 100}% 0"></i>`;
    }
    return out;
  }

  /* -- the playhead -------------------------------------------------------------------------------------------- */
  F.mark = (frame) => {
    if (!t.el) return;
    const line = one(".fm-head"), item = frame >= 0 && F.frames ? F.at(frame) : null;
    if (line) { line.hidden = !item; line.style.setProperty("--f", Math.max(0, frame)); }
    const was = one(".fm-clip[aria-current]"), is = item && clipOf(item.id);
    if (was && was !== is) was.removeAttribute("aria-current");
    if (is && !is.hasAttribute("aria-current")) is.setAttribute("aria-current", "true");
    if (!item || frame === t.mark) return;
    t.mark = frame;
    const box = one(".fm-scroll"), x = frame * t.p;
    if (!t.drag && box && (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth - 30)) box.scrollLeft = Math.max(0, x - box.clientWidth * 0.15);
    for (const row of document.querySelectorAll(".fm-report [data-id]")) row.toggleAttribute("data-now", row.dataset.id === item.id);
  };
  let later = 0;
  F.select = (id, more = {}, soon = false) => {
    if (!F.items.some((i) => i.id === id)) return;
    const was = one(".fm-clip[aria-pressed=true]"), is = clipOf(id);
    if (was && was !== is) { was.setAttribute("aria-pressed", "false"); was.tabIndex = -1; }
    if (is) { is.setAttribute("aria-pressed", "true"); is.tabIndex = 0; }
    const same = t.selected === id;
    t.selected = id;
    if (same && !more.side) return;
    clearTimeout(later);
    later = setTimeout(() => act("select", { id, ...more }), soon ? 0 : 160);
  };
  F.selected = () => F.items.find((i) => i.id === t.selected);

  /* -- drawing ------------------------------------------------------------------------------------------------- */
  const MARKS = { grade: ["◐", Kino.t("has a grade of its own")], text: ["T", Kino.t("has a lower third")], note: ["✎", Kino.t("has a note")] };
  const edges = (i) => html`${i.a > 0 ? raw(html`<i class="fm-h l" title="${Kino.tn("{n} frame before it left out", "{n} frames before it left out", i.a)}"></i>`) : ""}${i.m > i.b ? raw(html`<i class="fm-h r" title="${Kino.tn("{n} frame behind it left out", "{n} frames behind it left out", i.m - i.b)}"></i>`) : ""}`;
  const said = (i) => (i.k === "shot" ? Kino.t("Shot {id}", { id: i.sh }) : i.k === "title" ? Kino.t("Title {text}", { text: i.t }) : Kino.t("Gap"));
  function clip(i, h) {
    const p = (n) => `calc(var(--p)*${n})`, on = (t.selected || h.selected) === i.id, state = i.s && STATE[i.s];
    return html`<div class="fm-clip ${i.k} ${i.s || ""}${i.c ? " changed" : ""}" data-id="${i.id}" role="button" tabindex="${on ? 0 : -1}" aria-pressed="${on ? "true" : "false"}" style="left:${p(i.f)};width:${p(i.n)}${i.bg ? ";--bg:" + i.bg + ";--fg:" + (i.col || "#fff") : ""}"
      aria-label="${said(i)}, ${Kino.tn("{n} frame", "{n} frames", i.n)}${state ? ", " + state : ""}" title="${said(i)}${i.k === "shot" && i.t ? " · " + i.t : ""} · ${Kino.tn("{n} frame", "{n} frames", i.n)} · ${(i.n / F.fps()).toFixed(2)} s${state ? " · " + state : ""}${i.c ? Kino.t(" · not in the film like this") : ""}${i.w ? "\n" + i.w : ""}">
      <div class="fm-pic" data-keep="${[i.sh, i.a, i.b, i.n, i.v, i.p, JSON.stringify(i.src)].join(" ")}">${i.k === "title" ? raw(html`<b>${i.t}</b><span>${i.u}</span>`) : ""}</div>
      <span class="fm-name"><b>${i.k === "shot" ? i.sh : i.k === "title" ? Kino.t("Title") : Kino.t("Gap")}</b>${i.k === "shot" && i.t ? raw(html`<em>${i.t}</em>`) : ""}</span>
      <span class="fm-marks">${i.v ? raw(html`<b title="${Kino.t("Speed")}">${+ratio(i.v).toFixed(2)}×</b>`) : ""}${i.mu ? raw(html`<b title="${Kino.t("Its own sound is off")}">🔇</b>`) : ""}${(i.e || []).map((m) => raw(html`<b title="${MARKS[m][1]}">${MARKS[m][0]}</b>`))}</span>
      ${state ? raw(html`<span class="fm-state ${i.s}">${i.s === "stale" ? Kino.t("stale") : i.s === "short" ? Kino.t("too short") : i.s === "blocked" ? Kino.t("blocked") : Kino.t("no take")}</span>`) : ""}
      ${i.k === "shot" ? raw(edges(i)) : ""}${i.k === "shot" ? raw('<i class="fm-edge l" data-edge="l"></i>') : ""}<i class="fm-edge r" data-edge="r"></i>
      ${i.tr ? raw(html`<i class="fm-tr ${i.tr[0]}" title="${TRANSITION[i.tr[0]]}, ${Kino.tn("{n} frame", "{n} frames", i.tr[1] + i.tr[2])}" style="left:${p(-i.tr[1])};width:${p(i.tr[1] + i.tr[2])}"></i>`) : ""}
    </div>`;
  }
  const tool = (verb, title, words, icon = "", more = "") => raw(html`<button class="kbtn small ghost" data-do="${verb}" title="${title}" ${raw(more)}>${icon}${words}</button>`);
  Kino.part("film.timeline", {
    frame: (h, items) => {
      let f = 0;
      for (const item of items) { item.f = f; f += item.n; }
      F.items = items; F.frames = f; F.grade = h.grade;
      if (t.head?.project !== h.project) { t.selected = ""; try { t.zoom = +(sessionStorage.getItem("kinoloom-zoom:" + h.project) || 0); } catch { t.zoom = 0; } }
      if (!t.drag && (!t.selected || !items.some((i) => i.id === t.selected) || t.head?.selected !== h.selected)) t.selected = h.selected;
      return html`<section class="kpane fm-time" aria-label="${Kino.t("Timeline")}" ${h.rate ? "" : "hidden"}>
      <header class="fm-tools"><b>${items.length ? Kino.tn("{n} item", "{n} items", items.length) : Kino.t("Timeline")}</b><span class="kmuted">${h.rate ? F.timecode(f, ratio(h.rate)) : ""} · ${h.fps} fps</span><i></i>
        ${tool("split", Kino.t("Cut in two at the playhead (S)"), Kino.t("Split"), raw('<svg class="ki" viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" stroke-width="1.400" aria-hidden="true"><path d="M8 1.500v13M2.500 4.500H6v7H2.500M13.500 4.500H10v7h3.500"/></svg>'))}
        ${tool("remove", Kino.t("Take the selected item out of the film (Delete)"), Kino.t("Take out"), icons.trash)}
        <details class="fm-menu"><summary class="kbtn small ghost">${icons.plus}${Kino.t("Title")}</summary><div><button class="kbtn small ghost" data-act="add-title" data-style="opening">${Kino.t("Opening title")}</button><button class="kbtn small ghost" data-act="add-title" data-style="card">${Kino.t("Card behind this item")}</button><button class="kbtn small ghost" data-act="add-title" data-style="credits">${Kino.t("Credits at the end")}</button></div></details>
        <button class="kbtn small ghost" data-act="add-gap" title="${Kino.t("A second of black behind the selected item")}">${icons.plus}${Kino.t("Gap")}</button>
        ${h.plain ? "" : raw(html`<button class="kbtn small ghost" data-act="as-board" data-confirm="${Kino.t("Take the storyboard’s order and lengths again? Titles and extra pieces go to the tray. Undo brings your cut back.")}" data-yes="${Kino.t("Take the storyboard’s")}">${Kino.t("As the storyboard")}</button>`)}
        <i></i>${h.notes.length ? raw(html`<details class="fm-menu fm-notes"><summary class="kbtn small ghost">${icons.warn}${Kino.tn("{n} note", "{n} notes", h.notes.length)}</summary><div><ul>${h.notes.map(([text, item]) => raw(html`<li ${item ? raw(html`data-go="${item}"`) : ""}>${text}</li>`))}</ul>${h.read ? raw(html`<button class="kbtn small" data-act="dismiss">${Kino.t("Read; put them away")}</button>`) : ""}</div></details>`) : ""}
        <span class="fm-zoombar"><button class="kicon small" data-do="zoom-" title="${Kino.t("Smaller (−)")}" aria-label="${Kino.t("Zoom out")}">−</button><input class="fm-zoom" type="range" min="0" max="1000" value="0" aria-label="${Kino.t("Zoom of the timeline")}"><button class="kicon small" data-do="zoom+" title="${Kino.t("Larger (+)")}" aria-label="${Kino.t("Zoom in")}">+</button><button class="kbtn small ghost" data-do="fit" title="${Kino.t("Show all of it (Z)")}">${Kino.t("Fit")}</button></span>
      </header>
      <div class="fm-scroll" tabindex="-1"><canvas class="fm-ruler" data-keep="ruler" height="24"></canvas>
        <div class="fm-track"><div class="fm-clips" data-list role="group" aria-label="${Kino.t("The film, item by item")}"></div><div class="fm-lanes" data-keep="lanes"></div><i class="fm-ghost" data-keep="ghost" hidden></i><i class="fm-drop" data-keep="drop" hidden></i><i class="fm-head" data-keep="head" hidden></i><span class="fm-tip" data-keep="tip" role="status" hidden></span></div></div>
      ${h.parked.length ? raw(html`<div class="fm-tray" role="group" aria-label="${Kino.t("Taken out of the film")}"><span class="kmuted">${Kino.t("Out of the film:")}</span>${h.parked.map((o) => raw(html`<span class="fm-out" data-id="${o.id}">${o.what}${o.gone ? raw(html`<em title="${Kino.t("Its shot is gone from the storyboard. Undo the deletion in Storyboard to have it back.")}">${Kino.t("gone")}</em>`) : raw(html`<button data-act="restore" title="${Kino.t("Put it back where it stood")}">${Kino.t("Put back")}</button>`)}</span>`))}</div>`) : ""}
      ${items.length ? "" : raw(html`<p class="fm-none kmuted">${Kino.t("Nothing is in the film yet.")}</p>`)}</section>`;
    },
    item: clip,
    after: (el, h) => {
      t.el = el; t.head = h;
      if (!t.watch) { t.watch = new ResizeObserver(() => { layout(); }); }
      const box = one(".fm-scroll");
      if (box && t.box !== box) { if (t.box) t.watch.unobserve(t.box); t.watch.observe(box); t.box = box; }
      layout();
      F.lanes?.();
      t.mark = -1;
      if (!t.drag) F.changed?.();
    },
  });

  /* -- dragging ------------------------------------------------------------------------------------------------- */
  const frameAt = (x) => { const box = one(".fm-scroll"); return Math.round((x - box.getBoundingClientRect().left + box.scrollLeft) / t.p - 0.5); };
  function shift(from, by) { for (let k = from; k < F.items.length; k++) { const node = clipOf(F.items[k].id); if (node) node.style.transform = by ? `translateX(${by}px)` : ""; } }
  function tip(text, x) { const box = one(".fm-tip"); box.hidden = !text; if (text) { box.textContent = text; box.style.left = x + "px"; } }
  const signed = (n) => (n > 0 ? "+" : n < 0 ? "−" : "±") + Math.abs(n);
  F.trimmed = (item, edge, by) => { /* the item with an edge moved by that many film frames */
    if (item.k !== "shot") { const n = Math.max(1, item.n + (edge === "r" ? by : 0)); return { n, frames: n }; }
    const v = speed(item);
    let { a, b } = item;
    if (edge === "l") a = Math.min(Math.max(0, a + Math.round(by * v)), b - 1); else b = Math.min(Math.max(a + 1, b + Math.round(by * v)), item.m);
    return { a, b, n: Math.max(1, Math.floor((b - a) / v + 0.5)) };
  };
  function trimming(d, x) {
    const now = F.trimmed(d.item, d.edge, Math.round((x - d.x) / t.p)), node = clipOf(d.item.id), grown = (now.n - d.item.n) * t.p;
    d.now = now;
    node.style.width = now.n * t.p + "px";
    if (d.edge === "l") node.style.transform = `translateX(${-grown}px)`; else shift(d.place + 1, grown);
    const ghost = one(".fm-ghost"), v = speed(d.item);
    if (d.item.k === "shot") {
      const start = d.edge === "l" ? (d.item.f + d.item.n) * t.p - (d.item.b / v) * t.p : d.item.f * t.p - (d.item.a / v) * t.p;
      ghost.hidden = false; ghost.style.left = start + "px"; ghost.style.width = (d.item.m / v) * t.p + "px";
      F.peek(d.item, d.edge === "l" ? now.a : now.b - 1);
    }
    const spare = d.item.k !== "shot" ? "" : d.edge === "l" ? " · " + Kino.t("{n} left in front", { n: now.a }) : " · " + Kino.t("{n} left behind", { n: d.item.m - now.b });
    tip(`${signed(now.n - d.item.n)} · ${Kino.tn("{n} frame", "{n} frames", now.n)} · ${(now.n / F.fps()).toFixed(2)} s${spare}`, d.edge === "l" ? (d.item.f * t.p - grown) : (d.item.f + now.n) * t.p);
  }
  function moving(d, x) {
    const node = clipOf(d.item.id), at = frameAt(x);
    node.classList.add("lift");
    node.style.transform = `translateX(${x - d.x}px)`;
    let to = 0;
    for (const item of F.items) if (item !== d.item && at > item.f + item.n / 2) to++;
    d.to = to;
    const others = F.items.filter((i) => i !== d.item), place = to < others.length ? others[to].f : F.frames, line = one(".fm-drop");
    line.hidden = false; line.style.left = place * t.p + "px";
  }
  function over(d) {
    const node = clipOf(d.item?.id || "");
    if (node) { node.style.transform = ""; node.style.width = `calc(var(--p)*${d.item.n})`; node.classList.remove("lift"); }
    shift(0, 0);
    one(".fm-ghost").hidden = true; one(".fm-drop").hidden = true; tip("");
    F.unpeek();
    document.body.classList.remove("fm-dragging");
    t.drag = null;
  }
  document.addEventListener("pointerdown", (e) => {
    if (e.button || !t.el?.contains(e.target)) return;
    if (e.target.closest(".fm-ruler")) { t.drag = { kind: "scrub" }; F.seek(Math.max(0, Math.min(F.frames - 1, frameAt(e.clientX)))); e.preventDefault(); return; }
    const node = e.target.closest(".fm-clip");
    if (!node) { if (e.target.closest(".fm-lanes, .fm-track") && !e.target.closest("[data-piece],[data-line]")) F.seek(Math.max(0, Math.min(F.frames - 1, frameAt(e.clientX)))); return; }
    const place = F.items.findIndex((i) => i.id === node.dataset.id), item = F.items[place], edge = e.target.dataset.edge;
    if (!item) return;
    t.drag = edge ? { kind: "trim", edge, item, place, x: e.clientX } : { kind: "grab", item, place, x: e.clientX };
    if (edge) { e.preventDefault(); node.focus({ preventScroll: true }); F.select(item.id); document.body.classList.add("fm-dragging"); trimming(t.drag, e.clientX); }
  });
  document.addEventListener("pointermove", (e) => {
    const d = t.drag;
    if (!d) return;
    if (d.kind === "scrub") { F.seek(Math.max(0, Math.min(F.frames - 1, frameAt(e.clientX)))); return; }
    if (d.kind === "grab" && Math.abs(e.clientX - d.x) > 5) { d.kind = "move"; document.body.classList.add("fm-dragging"); }
    const box = one(".fm-scroll"), r = box.getBoundingClientRect();
    if (d.kind === "move" && t.zoom) { if (e.clientX > r.right - 30) { box.scrollLeft += 18; d.x -= 18; } else if (e.clientX < r.left + 30 && box.scrollLeft > 0) { box.scrollLeft -= 18; d.x += 18; } }
    if (d.kind === "trim") trimming(d, e.clientX);
    else if (d.kind === "move") moving(d, e.clientX);
  });
  document.addEventListener("pointerup", () => {
    const d = t.drag;
    if (!d) return;
    over(d);
    if (d.kind === "trim" && d.now) {
      if (d.now.n === d.item.n && d.now.a === d.item.a && d.now.b === d.item.b) return;
      store(d.item, d.edge, d.now);
    } else if (d.kind === "move") { if (d.to !== d.place) act("move", { id: d.item.id, to: d.to }); F.select(d.item.id, {}, true); }
    else if (d.kind === "grab") { const side = document.querySelector(".fm-side")?.dataset.open; F.seek(d.item.f); F.select(d.item.id, side === "film" || side === "out" ? { side: "clip" } : {}, true); clipOf(d.item.id)?.focus({ preventScroll: true }); }
  });
  document.addEventListener("dblclick", (e) => { const node = t.el?.contains(e.target) && e.target.closest(".fm-clip"); if (node) F.select(node.dataset.id, { side: "clip" }, true); });
  document.addEventListener("pointercancel", () => { if (t.drag) over(t.drag); });
  function store(item, edge, now) {
    if (item.k !== "shot") act("length", { id: item.id, frames: now.n });
    else act("trim", edge === "l" ? { id: item.id, first: now.a } : { id: item.id, end: now.b });
  }
  document.addEventListener("keydown", (e) => { if (e.key === "Escape" && t.drag) { e.preventDefault(); e.stopPropagation(); over(t.drag); } }, true);
  document.addEventListener("wheel", (e) => {
    const box = e.target.closest?.(".fm-scroll");
    if (!box || !t.el?.contains(box)) return;
    if (e.ctrlKey || e.metaKey) { e.preventDefault(); zoomTo(t.p * Math.exp(-e.deltaY * 0.0025), e.clientX - box.getBoundingClientRect().left); }
    else if (!e.shiftKey && Math.abs(e.deltaY) > Math.abs(e.deltaX) && box.scrollWidth > box.clientWidth) { e.preventDefault(); box.scrollLeft += e.deltaY; }
  }, { passive: false });
  document.addEventListener("scroll", (e) => { if (e.target.classList?.contains("fm-scroll")) paint(); }, true);
  document.addEventListener("input", (e) => {
    if (!e.target.classList?.contains("fm-zoom")) return;
    const low = Math.log(fit()), high = Math.log(Math.max(24, fit() * 1.01));
    zoomTo(Math.exp(low + (e.target.value / 1000) * (high - low)));
  });

  /* -- keys and buttons ----------------------------------------------------------------------------------------- */
  const under = () => F.at(F.here());
  function point(edge) { /* in or out of the item under the playhead */
    const item = under(), k = F.here() - item.f, frame = item.a + Math.floor(k * speed(item));
    F.select(item.id);
    if (item.k !== "shot") { if (edge === "r" && k + 1 !== item.n) act("length", { id: item.id, frames: k + 1 }); return; }
    if (edge === "l") { F.wanted = item.f; if (frame !== item.a) act("trim", { id: item.id, first: frame }); }
    else if (frame + 1 !== item.b) act("trim", { id: item.id, end: frame + 1 });
  }
  function nudge(edge, by) { const item = F.selected(); if (!item) return; const now = F.trimmed(item, edge, by); if (now.a !== item.a || now.b !== item.b || now.n !== item.n) store(item, edge, now); }
  const DO = {
    split: () => { const item = under(); if (item) { F.wanted = F.here(); act("split", { id: item.id, at: F.here() - item.f }); } },
    remove: () => { const item = F.selected(); if (item) act("remove", { id: item.id }); },
    "zoom-": () => zoomTo(t.p / 1.6), "zoom+": () => zoomTo(t.p * 1.6), fit: () => zoomTo(fit()),
    left: () => { const item = F.selected(); if (item) act("move", { id: item.id, by: -1 }); }, right: () => { const item = F.selected(); if (item) act("move", { id: item.id, by: 1 }); },
  };
  F.keys = (e) => (!F.frames ? {} : {
    i: () => point("l"), o: () => point("r"), s: DO.split, Delete: DO.remove, Backspace: DO.remove, "[": DO.left, "]": DO.right,
    ",": () => nudge("r", -1), ".": () => nudge("r", 1), "<": () => nudge("l", -1), ">": () => nudge("l", 1), "+": DO["zoom+"], "=": DO["zoom+"], "-": DO["zoom-"], z: DO.fit,
    Enter: () => { const item = F.selected(); if (item) F.select(item.id, { side: "clip" }, true); },
  });
  document.addEventListener("click", (e) => {
    if (!t.el?.contains(e.target)) { for (const menu of document.querySelectorAll(".fm-menu[open]")) menu.open = false; return; }
    const b = e.target.closest("[data-do]"), go = e.target.closest("[data-go]"), menu = e.target.closest(".fm-menu");
    for (const other of t.el.querySelectorAll(".fm-menu[open]")) if (other !== menu || (menu && e.target.closest("button"))) other.open = false;
    if (b) DO[b.dataset.do]?.();
    if (go) { const item = F.items.find((i) => i.id === go.dataset.go); if (item) { F.seek(item.f); F.select(item.id, { side: "clip" }, true); } }
  });
  Kino.keys.push([Kino.t("Film"), [[Kino.t("Space"), Kino.t("Play or pause")], ["J K L", Kino.t("Backwards, pause, forwards; again for faster")], ["← →", Kino.t("One frame")], [Kino.t("Shift ← →"), Kino.t("One second")], ["↑ ↓", Kino.t("Cut before, next cut")], [Kino.t("Home, End"), Kino.t("First and last frame")], ["I O", Kino.t("In and out of the item under the playhead")], [", .", Kino.t("Out one frame earlier, later")], ["< >", Kino.t("In one frame earlier, later")], ["S", Kino.t("Split at the playhead")], ["[ ]", Kino.t("Move the item left, right")], [Kino.t("Del"), Kino.t("Take the item out of the film")], [Kino.t("Enter"), Kino.t("Edit the item")], ["+ −", Kino.t("Zoom")], ["Z", Kino.t("Show all of it")], [Kino.t("Esc"), Kino.t("Let go of a drag")], ["F", Kino.t("Full screen")]]]);
})();

/* The Storyboard tab. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const option = (value, label, chosen) => raw(html`<option value="${value}" ${value === chosen ? "selected" : ""}>${label}</option>`);

  /* A frame with a figure as large as the shot size says, for shots without a picture. */
  const figure = (x, y, h, o) => {
    const r = h * 0.135;
    return `<g opacity="${o ?? 1}"><circle cx="${x}" cy="${y + r}" r="${r}"/><path d="M${x - r * 2.1} ${y + h}V${y + r * 4}c0-${r * 1.5} ${r} -${r * 1.800} ${r * 2.1}-${r * 1.800}s${r * 2.1} ${r * 0.300} ${r * 2.1} ${r * 1.800}V${y + h}z"/></g>`;
  };
  const sizes = {
    extreme_wide: () => '<path d="M0 62 L34 50 L58 57 L96 44 L160 60V90H0z" opacity=".5"/>' + figure(80, 53, 9),
    wide: () => '<path d="M0 66 L50 58 L160 64V90H0z" opacity=".5"/>' + figure(80, 42, 28),
    full: () => '<path d="M0 76H160V90H0z" opacity=".5"/>' + figure(80, 16, 64),
    medium_wide: () => figure(80, 18, 84), medium: () => figure(80, 18, 104), medium_close_up: () => figure(80, 16, 138), close_up: () => figure(80, 12, 200),
    extreme_close_up: () => '<path d="M18 47C40 18 62 12 80 12s40 6 62 35c-22 27-44 32-62 32S40 74 18 47z" opacity=".55"/><circle cx="80" cy="45" r="24"/>',
    over_shoulder: () => figure(98, 26, 110, 0.6) + figure(34, 20, 250),
    aerial: () => '<path d="M0 30H160M0 62H160M40 0V90M104 0V90" fill="none" stroke="currentColor" stroke-width="1.500" opacity=".6"/><ellipse cx="72" cy="46" rx="8" ry="5"/><circle cx="72" cy="46" r="3.500"/>',
  };
  const placeholder = (size) => raw(`<span class="sb-none" aria-hidden="true"><svg viewBox="0 0 160 90" preserveAspectRatio="xMidYMid slice" fill="currentColor">${(sizes[size] || sizes.medium)()}</svg></span>`);

  Kino.part("storyboard.toolbar", {
    frame: (h) => html`<div class="kbar-top sb-bar">
      <div class="kseg" role="group" aria-label="${Kino.t("Show")}">${h.chips.map((c) => raw(html`<button data-act="filter" data-id="${c.id}" aria-pressed="${c.on ? "true" : "false"}">${c.label} <i>${c.count}</i></button>`))}</div>
      <label class="sb-search">${icons.search}<input type="search" aria-label="${Kino.t("Search the words")}" placeholder="${Kino.t("Search the words")}" value="${h.search}" autocomplete="off"></label>
      <span class="kmuted sb-shown" role="status">${h.partly ? raw(html`${Kino.t("{shown} of {shots} shots · {count}", { shown: h.shown, shots: h.shots, count: h.length })} <button class="kbtn small ghost" data-act="clear">${Kino.t("Show all")}</button>`) : ""}</span>
      <span class="grow"></span>
      <label class="kbtn" tabindex="-1" data-drop="import" data-together title="${Kino.t("Replace this storyboard; undo brings it back")}">${icons.up} ${Kino.t("Import")}<input type="file" class="sb-file" data-act="import" data-together multiple accept="${h.accept}" aria-label="${Kino.t("Import a storyboard into this film")}"></label>
      <button class="kbtn" data-exports title="${Kino.t("For other programs, and for paper")}">${Kino.t("Export")}</button>
      <button class="kbtn" data-act="writepanel" title="${Kino.t("Shots from an idea, a page, a screenplay or a list; or change them by an instruction")}">${Kino.t("Write")}</button>
      <button class="kbtn" data-act="castpanel" title="${Kino.t("Characters, objects, locations and looks")}">${Kino.t("Cast")}</button>
      <button class="kbtn" data-act="add" title="${Kino.t("Add a shot at the end")}">${icons.plus} ${Kino.t("Add shot")}</button>
      ${h.next.act ? raw(html`<button class="kbtn primary" data-act="${h.next.act}" title="${h.next.title}">${h.next.label}</button>`) : ""}
    </div>`,
  });

  Kino.part("storyboard.notes", { frame: (h) => html`<div class="sb-notes">${Kino.notes(h)}</div>` });

  let hidden = new Set();
  Kino.part("storyboard.cards", {
    frame: (h, items) => {
      hidden = new Set(h.hidden);
      return html`<div class="kscroll sb-scroll" data-drop="import" data-together>
        <div class="kgrid sb-grid" data-list role="listbox" aria-label="${Kino.t("Shots")}" style="--ratio:${h.ratio}"></div>
        ${items.length ? "" : raw(html`<div class="kempty"><h2>${Kino.t("No shots yet")}</h2><p>${Kino.t("Write the first one, or drop a storyboard here: JSON, a segment list with its master prompt, Fountain, CSV or plain text; or pictures, a shot each.")}</p><div class="sb-row"><button class="kbtn primary" data-act="writepanel">${Kino.t("Write from an idea")}</button><button class="kbtn" data-act="add">${icons.plus} ${Kino.t("Write the first shot")}</button><label class="kbtn">${icons.up} ${Kino.t("Import a storyboard")}<input type="file" class="sb-file" data-act="import" data-together multiple accept="${h.accept}"></label></div></div>`)}
        ${items.length && h.hidden.length === items.length ? raw(html`<div class="kempty"><h2>${Kino.t("No shot matches")}</h2><p>${Kino.t("Filter and search leave nothing over.")}</p><button class="kbtn" data-act="clear">${Kino.t("Show all {count} shots", { count: items.length })}</button></div>`) : ""}
      </div>`;
    },
    item: (c, h) => html`<div class="kcard sb-card" role="option" tabindex="0" draggable="true" data-drag data-id="${c.id}" data-act="select" data-drop="drop" data-together aria-selected="${h.selected === c.id ? "true" : "false"}" ${hidden.has(c.id) ? "hidden" : ""} aria-label="${Kino.t("Shot {id}, {s}, {k}", { id: c.id, s: c.s, k: c.k })}">
      <span class="kthumb">${c.i ? raw(html`<img loading="lazy" decoding="async" draggable="false" alt="" src="${h.base + c.i}">`) : placeholder(c.z)}<b class="ktag tl">${c.id}</b><b class="ktag br">${c.s}</b><b class="ktag tr kpill ${c.t}" title="${c.y || ""}">${c.k}</b>${c.q ? raw(html`<b class="ktag bl kpill ${c.q[0]}" title="${c.q[2]}">${c.q[1]}</b>`) : ""}</span>
      <span class="kwords ${c.w ? "" : "none"}">${c.w || Kino.t("No words yet")}</span>
      <span class="sb-about" title="${c.a || c.c || ""}">${c.a ? raw(html`<i class="ad-mark" role="img" aria-label="${Kino.t("Advice: {text}", { text: c.a })}">i</i>`) : ""}${c.c || ""}</span>
      <span class="sb-do">${c.p ? raw(html`<button class="kbtn small sb-step" data-act="${c.p}" title="${c.y || ""}">${c.b}</button>`) : raw('<i class="grow"></i>')}<span class="sb-tools"><button class="kicon small" data-act="add" title="${Kino.t("Add a shot after {id}", { id: c.id })}" aria-label="${Kino.t("Add a shot after {id}", { id: c.id })}">${icons.plus}</button><button class="kicon small" data-act="duplicate" title="${Kino.t("Duplicate shot {id}", { id: c.id })}" aria-label="${Kino.t("Duplicate shot {id}", { id: c.id })}">${icons.copy}</button><button class="kicon small" data-act="delete" title="${Kino.t("Delete shot {id}", { id: c.id })}" aria-label="${Kino.t("Delete shot {id}", { id: c.id })}">${icons.trash}</button></span></span>
    </div>`,
  });

  const chips = (kind, title, list) => html`<div class="kf"><span id="sb-${kind}">${title}</span><div class="sb-chips" role="group" aria-labelledby="sb-${kind}">${list.map((c) => raw(html`<button class="sb-chip" data-act="cast" data-kind="${kind}" data-who="${c.id}" aria-pressed="${c.on ? "true" : "false"}" title="${c.about}">${c.name}</button>`))}<span class="sb-new"><input aria-label="${Kino.t("Add to {what} by name", { what: Kino.inline(title) })}" placeholder="${Kino.t("Add by name")}" data-new="${kind}" maxlength="200" autocomplete="off"></span></div></div>`;
  const preset = (s, h, name) => html`<label class="kf"><span>${h.labels[name]}</span><select data-field="presets.${name}">${option("", Kino.t("Unset"), s.presets[name])}${h.presets[name].map(([k, l]) => option(k, l, s.presets[name]))}${s.odd[name] ? option(s.presets[name], s.odd[name], s.presets[name]) : ""}</select></label>`;
  const seed = (kind, title, v) => html`<div class="kf"><span>${title}</span><div class="sb-seed"><select data-field="${kind}.seedmode" aria-label="${Kino.t("{title}: how it is chosen", { title })}">${option("auto", Kino.t("Auto: stable"), v.mode)}${option("fixed", Kino.t("Fixed"), v.mode)}${option("random", Kino.t("Random"), v.mode)}</select>${v.mode === "fixed" ? raw(html`<input data-field="${kind}.seed" data-late inputmode="numeric" value="${v.seed}" aria-label="${Kino.t("{title}: number", { title })}">`) : ""}</div></div>`;
  const names = { steps: Kino.t("steps"), cfg: Kino.t("guidance") }, kinds = { image: Kino.t("Keyframe"), video: Kino.t("Clip") };

  const part = (cls) => ([from, text, of]) => raw(html`<li class="${cls}"><span title="${of}">${from}${of ? raw(html`<i>${of}</i>`) : ""}</span><q>${text}</q></li>`);
  const sent = (p, s) => html`<section><header><b>${p.to}</b><small class="${p.words > p.budget ? "over" : ""}" title="${Kino.t("Words, and how many this model follows")}">${Kino.t("{words} of {budget} words", { words: p.words, budget: p.budget })}</small><span class="grow"></span>${p.written ? raw(html`<button type="button" class="kbtn small ghost" data-act="composed" data-kind="${p.kind}" title="${Kino.t("Back to the composed prompt")}">${Kino.t("Back to composed")}</button>`) : raw(html`<button type="button" class="kbtn small ghost" data-act="byhand" data-kind="${p.kind}" title="${Kino.t("Write this prompt by hand for this shot")}">${Kino.t("By hand")}</button>`)}<button type="button" class="kbtn small ghost" data-copy="${p.text}" data-copied="${Kino.t("The prompt is copied.")}" title="${Kino.t("Copy this prompt")}" aria-label="${Kino.t("Copy the prompt of the {what}", { what: Kino.inline(p.to) })}">${icons.copy}</button></header>
    ${p.written ? raw(html`<textarea class="sb-hand" data-field="overrides.${p.kind}" rows="5" maxlength="20000" aria-label="${Kino.t("Prompt of the {what}, written by hand", { what: Kino.inline(p.to) })}">${s.overrides[p.kind]}</textarea>`) : p.parts.length ? raw(html`<ol>${p.parts.map(part(""))}${p.left.map(part("left"))}</ol>`) : raw(html`<p class="kmuted">${Kino.t("Nothing yet: write the shot’s words.")}</p>`)}
    ${p.unwanted.length ? raw(html`<ol class="sb-neg" aria-label="${Kino.t("Not wanted")}">${p.unwanted.map(([from, text, of]) => part("")(["not: " + from, text, of]))}</ol>`) : ""}${p.notes.map((n) => raw(html`<p class="sb-note">${n}</p>`))}</section>`;
  let wantWords = "", sentOpen = false; /* unfolded for one shot, unfolded for all */
  document.addEventListener("toggle", (e) => { if (e.target.matches?.(".sb-sent")) sentOpen = e.target.open; }, true);
  Kino.part("storyboard.inspector", {
    frame: (h, items) => html`<aside class="kpane kscroll sb-inspector" aria-label="${Kino.t("The selected shot")}">
      <div data-list></div>
      ${items.length ? "" : raw(html`<p class="kmuted">${Kino.t("The shot you choose is edited here.")}</p>`)}
      <details class="sb-film"><summary>${Kino.t("The storyboard")}</summary><label class="kf"><span>${Kino.t("Title")}</span><input data-field="board.title" value="${h.title}" maxlength="400" autocomplete="off"></label>${h.reads ? raw(html`<label class="kf"><span>${Kino.t("Style of the whole film")}</span><textarea data-field="board.style" rows="2" maxlength="20000">${h.style}</textarea></label><label class="kf"><span>${Kino.t("Never in the film")}</span><textarea data-field="board.never" rows="2" maxlength="20000">${h.never}</textarea></label>`) : ""}${h.uses.some((f) => f.endsWith(".seed")) ? raw(html`<label class="kf"><span>${Kino.t("Seeds of the film begin at")}</span><input data-field="board.seed" data-late inputmode="numeric" value="${h.seed}" placeholder="${Kino.t("Chosen by Kinoloom")}" autocomplete="off"></label>`) : ""}<label class="kf"><span>${Kino.t("What it is about (not sent)")}</span><textarea data-field="board.description" rows="4">${h.description}</textarea></label></details>
      <datalist id="sb-locations">${h.locations.map((l) => raw(html`<option value="${l}"></option>`))}</datalist>
    </aside>`,
    item: (s, h) => {
      const uses = new Set(h.uses), listed = Object.keys(h.presets).filter((n) => n !== "motion");
      return html`<div data-id="${s.id}">
        <header class="sb-head"><h2 class="kh">${Kino.t("Shot {id}", { id: s.id })}</h2><b class="kpill ${s.state.tone}">${s.state.label}</b><span class="grow"></span>
          <button class="kicon small" data-act="move" data-by="-1" ${s.first ? "disabled" : ""} title="${Kino.t("Move left ( [ )")}" aria-label="${Kino.t("Move left")}">${icons.arrowL}</button><button class="kicon small" data-act="move" data-by="1" ${s.last ? "disabled" : ""} title="${Kino.t("Move right ( ] )")}" aria-label="${Kino.t("Move right")}">${icons.arrowR}</button>
          <button class="kicon small" data-act="add" title="${Kino.t("Add a shot after this one")}" aria-label="${Kino.t("Add a shot after this one")}">${icons.plus}</button><button class="kicon small" data-act="duplicate" title="${Kino.t("Duplicate")}" aria-label="${Kino.t("Duplicate")}">${icons.copy}</button><button class="kicon small" data-act="delete" title="${Kino.t("Delete (undo brings it back)")}" aria-label="${Kino.t("Delete")}">${icons.trash}</button></header>
        ${s.state.why ? raw(html`<p class="sb-why ${s.state.tone}">${s.state.why}</p>`) : ""}
        <label class="kf"><span>${Kino.t("Words")}</span><textarea class="sb-words" data-field="prompt" rows="5" maxlength="20000" placeholder="${Kino.t("What is seen: who, where, what happens.")}">${s.prompt}</textarea></label>
        ${s.sent.length ? raw(html`<details class="sb-sent" ${sentOpen ? "open" : ""}><summary>${Kino.t("The prompt as it is sent")}</summary>${s.sent.map((p) => raw(sent(p, s)))}</details>`) : ""}
        <div class="krow sb-two"><label class="kf"><span>${Kino.t("Title")}</span><input data-field="title" value="${s.title}" maxlength="400" autocomplete="off"></label><label class="kf"><span>${Kino.t("Seconds")}</span><input data-field="seconds" data-late inputmode="decimal" value="${s.seconds}" autocomplete="off" aria-describedby="sb-frames"></label></div>
        <p class="sb-frames" id="sb-frames">${s.frames}${s.segments ? raw(html`<br>${s.segments}`) : ""}</p>
        <div class="krow">${uses.has("size") ? raw(html`<label class="kf"><span>${Kino.t("Shot size")}</span><select data-field="size">${option("", Kino.t("From the words: ") + Kino.inline(s.framed), s.size)}${h.sizes.map(([k, l]) => option(k, l, s.size))}</select></label>`) : ""}
        ${h.cameras.length ? raw(html`<label class="kf"><span>${Kino.t("Camera")}</span><select data-field="presets.camera">${option("", Kino.t("Unset: static"), s.camera)}${h.cameras.map(([k, l]) => option(k, l, s.camera))}${s.odd.camera ? option(s.camera, s.odd.camera, s.camera) : ""}</select></label>`) : ""}
        ${h.presets.motion ? raw(preset(s, h, "motion")) : ""}
        ${uses.has("motion_strength") || uses.has("video.motion_strength") ? raw(html`<div class="kf"><span>${s.strength == null ? Kino.t("Motion strength (normal)") : Kino.t("Motion strength {value}", { value: s.strength })}${s.strength == null ? "" : raw(html`<button class="sb-reset" data-act="unset" data-name="strength" title="${Kino.t("Back to normal")}">${Kino.t("Reset")}</button>`)}</span><input type="range" data-field="strength" min="0" max="1" step="0.05" value="${s.strength ?? 0.5}" aria-label="${Kino.t("Motion strength: 0 holds the frame, 1 is strong")}"></div>`) : ""}</div>
        ${listed.length ? raw(html`<div class="krow">${listed.map((n) => raw(preset(s, h, n)))}</div>`) : ""}
        ${uses.has("characters") ? raw(chips("characters", Kino.t("Characters"), s.characters)) : ""}
        ${uses.has("objects") ? raw(chips("objects", Kino.t("Objects"), s.objects)) : ""}
        ${uses.has("location") ? raw(html`<label class="kf"><span>${Kino.t("Location")}</span><input data-field="location" data-late list="sb-locations" value="${s.location}" maxlength="200" autocomplete="off"></label>`) : ""}
        ${uses.has("look") && (h.looks.length || s.look) ? raw(html`<label class="kf"><span>${Kino.t("Look")}</span><select data-field="look">${option("", Kino.t("None"), s.look)}${h.looks.map(([k, l]) => option(k, l, s.look))}${s.look && !h.looks.some(([k]) => k === s.look) ? option(s.look, Kino.t("{name} (not in the storyboard)", { name: s.look }), s.look) : ""}</select></label>`) : ""}
        ${h.carries && !s.first ? raw(html`<label class="kf"><span>${Kino.t("From the picked keyframe of the shot before")}</span><select data-field="carry">${option("", Kino.t("Nothing"), s.carry == null ? "" : String(s.carry))}${(h.carries === "amount" ? [["0.3", Kino.t("A little")], ["0.5", Kino.t("Half")], ["0.7", Kino.t("Much")]] : [["1", Kino.t("As a reference")]]).map(([k, l]) => option(k, l, s.carry == null ? "" : String(s.carry)))}${s.carry != null && !(h.carries === "amount" ? [0.3, 0.5, 0.7] : [1]).includes(s.carry) ? option(String(s.carry), h.carries === "amount" ? Math.round(s.carry * 100) + " %" : Kino.t("As a reference"), String(s.carry)) : ""}</select></label>`) : ""}
        ${uses.has("dialogue") ? raw(html`<label class="kf"><span>${Kino.t("Dialogue, a line each: WHO: words")}</span><textarea data-field="dialogue" rows="2" maxlength="20000" placeholder="${Kino.t("MARA: It is coming.")}">${s.dialogue}</textarea></label>`) : ""}
        ${uses.has("sound") ? raw(html`<label class="kf"><span>${Kino.t("What is heard")}</span><input data-field="sound" value="${s.sound}" maxlength="20000" autocomplete="off"></label>`) : ""}
        ${uses.has("negative") ? raw(html`<label class="kf"><span>${Kino.t("Not in the picture")}${h.silent ? raw(html` <i class="sb-silent">${h.silent}</i>`) : ""}</span><textarea data-field="negative" rows="2" maxlength="20000">${s.negative}</textarea></label>`) : ""}
        ${Object.keys(s.seeds).length ? raw(html`<div class="krow">${Object.entries(s.seeds).map(([k, v]) => raw(seed(k, k === "image" ? Kino.t("Keyframe seed") : Kino.t("Clip seed"), v)))}</div>`) : ""}
        ${Object.keys(s.sampling).length ? raw(html`<div class="krow">${Object.entries(s.sampling).map(([k, v]) => { const [kind, name] = k.split("."); return raw(html`<label class="kf"><span>${kinds[kind]} ${names[name]}</span><input data-field="${k}" data-late inputmode="decimal" value="${v ?? ""}" placeholder="${Kino.t("As the workflow says")}"></label>`); })}</div>`) : ""}
        <label class="kf"><span>${Kino.t("Notes (not sent)")}</span><textarea data-field="notes" rows="2" maxlength="20000">${s.notes}</textarea></label>
      </div>`;
    },
    after: (el, h, items) => {
      if (wantWords && items[0]?.id === wantWords) { wantWords = ""; const words = el.querySelector(".sb-words"); words.focus(); words.setSelectionRange(words.value.length, words.value.length); }
    },
  });

  Kino.part("storyboard.strip", {
    frame: (h, items) => html`<section class="kpane sb-time" aria-label="${Kino.t("Timeline")}" ${items.length ? "" : "hidden"}><header><b>${Kino.t("Timeline")}</b><span>${h.length}</span><span class="grow"></span><span>${h.selected ? raw(html`${h.selected} · ${h.place}`) : ""}</span></header><div class="kstrip" data-list role="listbox" aria-label="${Kino.t("Shots in time")}" aria-orientation="horizontal"></div></section>`,
    item: (c, h) => html`<div class="kclip sb-clip ${c.t}" role="option" tabindex="-1" draggable="true" data-drag data-id="${c.id}" data-act="select" aria-selected="${h.selected === c.id ? "true" : "false"}" style="flex:${c.f} 0 ${Math.round(Math.min(c.f / h.fps, 600) * 7)}px" title="${c.id} · ${(c.f / h.fps).toFixed(2)} s">${c.i ? raw(html`<img loading="lazy" decoding="async" draggable="false" alt="" src="${h.base + c.i}">`) : ""}<span>${c.id}</span></div>`,
    after: (el, h) => {
      if (el._shown === h.selected) return;
      el._shown = h.selected;
      const list = el.querySelector("[data-list]"), on = list.querySelector("[aria-selected=true]");
      if (on && (on.offsetLeft < list.scrollLeft + list.offsetLeft || on.offsetLeft + on.offsetWidth > list.scrollLeft + list.offsetLeft + list.clientWidth)) list.scrollLeft = on.offsetLeft - list.offsetLeft - list.clientWidth / 2;
    },
  });

  /* Search as one types; a name is added with Enter or on leaving the field. */
  let later = 0;
  document.addEventListener("input", (e) => {
    const box = e.target.closest?.(".sb-search input");
    if (!box) return;
    clearTimeout(later);
    later = setTimeout(() => Kino.act("storyboard.toolbar", "search", { q: box.value }), 150);
  });
  const addName = (box) => {
    const name = box.value.trim();
    if (!name) return;
    box.value = "";
    Kino.act("storyboard.inspector", "newcast", { id: box.closest("[data-id]").dataset.id, kind: box.dataset.new, name });
  };
  document.addEventListener("focusout", (e) => { if (e.target.dataset?.new) addName(e.target); });

  const cards = () => document.querySelector("[data-part='storyboard.cards']");
  const words = (id) => {
    const now = document.querySelector("[data-part='storyboard.inspector'] [data-list] > [data-id]");
    if (now?.dataset.id === id) now.querySelector(".sb-words").focus();
    else wantWords = id;
  };
  document.addEventListener("dblclick", (e) => { const card = e.target.closest?.(".sb-card,.sb-clip"); if (card && !e.target.closest("button")) words(card.dataset.id); });
  document.addEventListener("keydown", (e) => {
    if (e.target.dataset?.new) { if (e.key === "Enter") { e.preventDefault(); addName(e.target); } return; }
    if (e.target.closest?.(".sb-search input") && e.key === "Escape") { e.target.value = ""; Kino.act("storyboard.toolbar", "clear"); return; }
    if (e.key === "Enter" && e.target.matches?.("input[data-field]")) { e.target.blur(); return; }
    if (e.target.closest?.("input,textarea,select,[contenteditable],dialog") || e.ctrlKey || e.metaKey || e.altKey || !cards()?.offsetParent) return;
    const head = Kino.store["storyboard.cards"]?.head, id = e.target.closest?.(".sb-card,.sb-clip")?.dataset.id || head?.selected;
    if (!id) return;
    const on = e.target.classList?.contains("sb-card");
    const send = (verb, data) => { e.preventDefault(); Kino.act("storyboard.cards", verb, { id, ...data }); };
    if (e.key === "Enter" && (on || e.target.classList?.contains("sb-clip"))) words(id);
    else if (e.key === "[" || (e.shiftKey && e.key === "ArrowLeft")) send("move", { by: -1, card: 1 });
    else if (e.key === "]" || (e.shiftKey && e.key === "ArrowRight")) send("move", { by: 1, card: 1 });
    else if (e.key === "Delete") send("delete");
    else if (e.key === "n") send("add");
    else if (e.key === "d") send("duplicate");
    else if (e.key === "/") { e.preventDefault(); document.querySelector(".sb-search input")?.focus(); }
  });
  Kino.keys.push([Kino.t("Storyboard"), [[Kino.t("Enter"), Kino.t("Write the shot's words")], ["[ ]", Kino.t("Move the shot left, right")], [Kino.t("Shift ← →"), Kino.t("The same")], ["n", Kino.t("Add a shot after this one")], ["d", Kino.t("Duplicate")], [Kino.t("Del"), Kino.t("Delete; undo brings it back")], ["/", Kino.t("Search")]]]);
})();

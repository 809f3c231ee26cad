/* Film: the panels beside the player that edit the selected item and the look of the film. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const F = (Kino.film = Kino.film || {});
  const option = (key, label, now) => raw(html`<option value="${key}" ${String(key) === String(now) ? "selected" : ""}>${label}</option>`);
  const select = (field, label, pairs, now, more = "") => raw(html`<label class="kf"><span>${label}</span><select data-field="${field}">${pairs.map(([k, l]) => option(k, l, now))}</select>${more}</label>`);
  const input = (field, label, value, more = "") => raw(html`<label class="kf"><span>${label}</span><input data-field="${field}" data-late value="${value}" autocomplete="off" ${raw(more)}></label>`);
  const whole = 'inputmode="numeric" maxlength="9"';
  const slider = (field, label, value, min, max, step, unit = "", neutral = null) => raw(html`<div class="kf fm-slide"><span>${label}<output>${value}${unit}</output></span><input type="range" data-field="${field}" min="${min}" max="${max}" step="${step}" value="${value}" data-unit="${unit}" aria-label="${label}">${neutral === null || Number(value) === neutral ? "" : raw(html`<i class="fm-off" title="${Kino.t("Changed from {neutral}{unit}", { neutral, unit })}"></i>`)}</div>`);
  F.form = { option, select, input, slider, whole };

  /* -- which panel is open -------------------------------------------------------------------------------- */
  const open = (id) => { const side = document.querySelector(".fm-side"); if (side) side.dataset.open = id; for (const b of document.querySelectorAll(".fm-sides [data-id]")) b.setAttribute("aria-pressed", b.dataset.id === id ? "true" : "false"); };
  Kino.part("film.sides", {
    frame: (h) => html`<div class="fm-sides" role="group" aria-label="${Kino.t("Panels")}">${(h.sides || []).map(([id, label]) => raw(html`<button data-act="side" data-id="${id}" aria-pressed="${id === h.open ? "true" : "false"}">${label}</button>`))}</div>`,
    after: (el, h) => open(h.open),
  });
  document.addEventListener("click", (e) => { const b = e.target.closest?.(".fm-sides [data-id]"); if (b) open(b.dataset.id); });
  document.addEventListener("input", (e) => { const el = e.target; if (el.type === "range" && el.closest?.(".fm-slide")) { const out = el.closest(".fm-slide").querySelector("output"); if (out) out.textContent = el.value + (el.dataset.unit || ""); } });

  /* -- colours ---------------------------------------------------------------------------------------------- */
  const grade = (prefix, g, [lowest, highest, daylight]) => raw(html`
      ${slider(prefix + ".source_white", Kino.t("Light in the picture"), g.source_white, lowest, highest, 50, " K", daylight)}
      ${slider(prefix + ".white", Kino.t("Balanced for"), g.white, lowest, highest, 50, " K", daylight)}
      ${slider(prefix + ".exposure", Kino.t("Exposure"), g.exposure, -4, 4, 0.05, " EV", 0)}
      ${slider(prefix + ".contrast", Kino.t("Contrast"), g.contrast, 0, 3, 0.02, "", 1)}
      ${slider(prefix + ".saturation", Kino.t("Saturation"), g.saturation, 0, 3, 0.02, "", 1)}
      <div class="krow"><label class="kbtn small" data-drop="table">${icons.plus} ${g.lut ? Kino.t("Another LUT") : Kino.t("LUT (.cube)")}<input type="file" class="sb-file" data-act="table" accept=".cube" aria-label="${Kino.t("Choose a .cube file")}"></label>
      ${g.lut ? raw(html`<span class="kmuted">${g.lut}</span><button class="kicon small" data-act="no-table" title="${Kino.t("Take the LUT away")}" aria-label="${Kino.t("Take the LUT away")}">${icons.trash}</button>`) : ""}</div>
      ${g.lut ? slider(prefix + ".lut_strength", Kino.t("Strength of the LUT"), g.lut_strength, 0, 1, 0.05, "", 1) : ""}`);

  /* -- the selected item ------------------------------------------------------------------------------------ */
  const STATE = { done: [Kino.t("ready"), "done"], stale: [Kino.t("stale"), "stale"], missing: [Kino.t("no take"), "blocked"], short: [Kino.t("too short"), "blocked"], blocked: [Kino.t("blocked"), "blocked"] };
  const transition = (i, h) => raw(html`<h3 class="ksec">${i.place ? Kino.t("How it comes in") : Kino.t("How the film begins")}</h3>
      ${select("into.kind", Kino.t("Transition"), h.transitions, i.into.kind)}
      ${i.into.kind ? raw(html`<div class="krow">${input("into.frames", Kino.t("Frames"), i.into.frames, whole)}${i.into.kind === "wipe" ? select("into.direction", Kino.t("Edge moves"), h.directions, i.into.direction) : raw(html`<p class="fm-fact">${Kino.t("{what} before the cut, {what2} behind it", { what: i.covered[0], what2: i.covered[1] })}</p>`)}</div>
      ${i.into.kind === "wipe" ? slider("into.softness", Kino.t("Softness"), i.into.softness, 0, 1, 0.01) : ""}`) : ""}`);
  const lower = (i) => raw(html`<h3 class="ksec">${Kino.t("Lower thirds")}</h3>
      ${i.lower.map((l, n) => raw(html`<fieldset class="fm-lower"><legend>${Kino.t("From frame {what}", { what: l.first + 1 })}</legend>${input(`lower.${n}.text`, Kino.t("Name"), l.text, 'maxlength="200"')}${input(`lower.${n}.subtitle`, Kino.t("Below it"), l.subtitle, 'maxlength="200"')}
        <div class="krow">${input(`lower.${n}.first`, Kino.t("First frame"), l.first, whole)}${input(`lower.${n}.frames`, Kino.t("Frames"), l.frames, whole)}</div><button class="kicon small" data-act="text-remove" data-place="${n}" title="${Kino.t("Remove this lower third")}" aria-label="${Kino.t("Remove this lower third")}">${icons.trash}</button></fieldset>`))}
      <button class="kbtn small" data-text-add>${icons.plus} ${Kino.t("Lower third at the playhead")}</button>`);
  const takes = (i) => (i.takes.length ? raw(html`<h3 class="ksec">${Kino.t("Takes")}</h3>${i.takes.map((s) => raw(html`<div class="fm-take"><img loading="lazy" alt="" src="${(s.takes.find((x) => x.id === (s.chosen || s.standing)) || s.takes[0]).url}">${select(`take.${s.segment}`, s.of > 1 ? Kino.t("Segment {n} of {of}", { n: s.segment + 1, of: s.of }) : Kino.t("Take"), [["", s.standing ? Kino.t("The chosen one ({take})", { take: s.standing }) : Kino.t("The chosen one")], ...s.takes.map((x) => [x.id, x.words])], s.chosen)}</div>${s.takes.filter((x) => x.instead && x.id === (s.chosen || s.standing)).map((x) => raw(html`<p class="fm-warn">${x.instead}</p>`))}`))}`) : "");
  const shot = (i, h) => raw(html`
      <p class="fm-says">${i.title ? raw(html`<b>${i.title}</b> `) : ""}${i.words}</p>
      <div class="krow three">${input("first", Kino.t("In (frame)"), i.first, whole)}${input("end", Kino.t("Out (frame)"), i.end, whole)}${input("speed", Kino.t("Speed"), i.speed, 'inputmode="decimal" maxlength="12" list="fm-speeds"')}</div>
      <datalist id="fm-speeds"><option value="0.25"></option><option value="0.5"></option><option value="1"></option><option value="2"></option><option value="4"></option></datalist>
      <p class="fm-fact">${Kino.t("{n} frames in the film, {seconds} s.", { n: i.n, seconds: Kino.decimal(i.n / F.fps(), 2) })} ${i.there > i.planned ? Kino.t("The shot has {planned}, its takes {there}.", { planned: i.planned, there: i.there }) : Kino.t("The shot has {planned}.", { planned: i.planned })} ${i.follows ? "" : Kino.t("Its end no longer follows the storyboard.")}</p>
      <div class="fm-row"><button class="kbtn small" data-act="whole" ${i.first || !i.follows || i.speed !== "1" ? "" : "disabled"} title="${Kino.t("All of the shot, at its own speed")}">${Kino.t("Whole shot")}</button><button class="kbtn small" data-act="again" title="${Kino.t("Put this shot in once more, behind this one")}">${icons.copy} ${Kino.t("Again")}</button><button class="kbtn small" data-act="video">${Kino.t("Takes in Video")}</button></div>
      ${takes(i)}${transition(i, h)}${lower(i)}
      <h3 class="ksec">${Kino.t("Grade of this item")}${i.graded ? raw(html`<button class="fm-reset" data-act="plain">${Kino.t("Reset")}</button>`) : ""}</h3>${grade("grade", i.grade, h.kelvin)}
      ${i.sound ? raw(html`<h3 class="ksec">${Kino.t("Its own sound")}</h3><label class="kcheck"><input type="checkbox" data-field="muted" ${i.muted ? "checked" : ""}> ${Kino.t("Off")}</label>${slider("gain", Kino.t("Volume"), i.gain, -60, 12, 0.5, " dB", 0)}`) : ""}`);
  const colour = (field, label, value) => raw(html`<label class="kf fm-colour"><span>${label}</span><input type="color" data-field="${field}" value="${value}"></label>`);
  const title = (i, h) => raw(html`<label class="kf"><span>${Kino.t("Text")}</span><textarea data-field="text" rows="${i.style === "credits" ? 8 : 3}" maxlength="10000">${i.text}</textarea></label>
      <label class="kf"><span>${Kino.t("Below it")}</span><textarea class="fm-short" data-field="subtitle" rows="2" maxlength="2000">${i.subtitle}</textarea></label>
      <div class="krow">${select("style", Kino.t("Kind"), h.styles, i.style)}${input("frames", Kino.t("Frames"), i.frames, whole)}</div>
      <p class="fm-fact">${(i.n / F.fps()).toFixed(2)} s${i.style === "credits" ? Kino.t("; long credits roll from below") : ""}</p><div class="krow">${colour("colour", Kino.t("Letters"), i.colour)}${colour("background", Kino.t("Ground"), i.background)}</div>${transition(i, h)}`);
  const gap = (i, h) => raw(html`<div class="krow">${input("frames", Kino.t("Frames"), i.frames, whole)}${colour("colour", Kino.t("Colour"), i.colour)}</div><p class="fm-fact">${(i.n / F.fps()).toFixed(2)} s</p>${transition(i, h)}`);
  const kinds = { shot, title, gap };
  Kino.part("film.clip", {
    frame: (h, items) => html`<aside class="kpane fm-panel" aria-label="${Kino.t("The selected item")}"><div data-list></div>${items.length ? "" : raw(`<p class="kmuted">${h.empty ? Kino.t("Nothing is in the film yet.") : ""}</p>`)}</aside>`,
    item: (i, h) => html`<div data-id="${i.id}"><header class="fm-itemhead"><h2 class="kh">${i.k === "shot" ? Kino.t("Shot {id}", { id: i.shot }) : i.k === "title" ? Kino.t("Title") : Kino.t("Gap")}</h2>${i.k === "shot" ? raw(html`<b class="kpill ${STATE[i.state][1]}">${STATE[i.state][0]}</b>`) : ""}<i class="grow"></i>
        <button class="kicon small" data-act="move" data-by="-1" ${i.place ? "" : "disabled"} title="${Kino.t("Move left ( [ )")}" aria-label="${Kino.t("Move left")}">${icons.arrowL}</button><button class="kicon small" data-act="move" data-by="1" ${i.last ? "disabled" : ""} title="${Kino.t("Move right ( ] )")}" aria-label="${Kino.t("Move right")}">${icons.arrowR}</button><button class="kicon small" data-act="remove" title="${Kino.t("Take it out of the film (Delete)")}" aria-label="${Kino.t("Take it out of the film")}">${icons.trash}</button></header>
      <p class="fm-fact fm-at">${i.at}</p>${i.notes.map((n) => raw(html`<p class="fm-warn">${icons.warn}<span>${n}</span></p>`))}
      ${kinds[i.k](i, h)}
      <label class="kf fm-noted"><span>${Kino.t("Note")}</span><textarea data-field="note" rows="2" maxlength="2000" placeholder="${Kino.t("For you; it goes along as a marker when the cut is exported.")}">${i.note}</textarea></label></div>`,
  });
  document.addEventListener("click", (e) => {
    const b = e.target.closest?.("[data-text-add]"), id = b?.closest("[data-id]")?.dataset.id, item = id && F.items.find((i) => i.id === id);
    if (item) Kino.act("film.clip", "text-add", { id, at: Math.max(0, Math.min(item.n - 1, F.here() - item.f)) });
  });
  document.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target.matches?.(".fm-side input[data-field]")) e.target.blur(); });

  /* -- the look of the film --------------------------------------------------------------------------------- */
  Kino.part("film.look", {
    frame: (h) => (h.fits ? html`<aside class="kpane fm-panel" aria-label="${Kino.t("The look of the film")}">
      <h3 class="ksec">${Kino.t("Joins")}</h3>
      ${slider("finish.seam", Kino.t("Blend of continued segments"), h.seam, 0, 48, 1, Kino.t(" frames"), 0)}
      ${select("finish.match", Kino.t("Colour and exposure of segments"), h.matches, h.match, raw(html`<small>${Kino.t("Measured, bounded, and only where it makes the seam better.")}</small>`))}
      <h3 class="ksec">${Kino.t("Frames")}</h3>
      ${select("finish.retime", Kino.t("Other rates and speeds"), h.retimes, h.retime)}
      ${h.interpolates.length ? select("finish.interpolate", Kino.t("Pictures between, by a server"), h.interpolates, h.interpolate) : ""}
      ${select("finish.fit", Kino.t("Clips of another shape"), h.fits, h.fit)}
      ${h.upscales.length ? select("finish.upscale", Kino.t("Enlarging smaller clips"), h.upscales, h.upscale, raw(html`<small>${Kino.t("A server works over the clips before the film is made.")}</small>`)) : ""}
      <h3 class="ksec">${Kino.t("Grade of the whole film")}${h.grade.neutral ? "" : raw(html`<button class="fm-reset" data-act="plain">${Kino.t("Reset")}</button>`)}</h3>${grade("finish.grade", h.grade, h.kelvin)}
      <p class="kmuted">${Kino.t("The preview of the cut shows the grade much as the film will; a colour table shows in the film only.")}</p></aside>` : ""),
  });
})();

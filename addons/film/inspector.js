/* Film: the panels beside the player that edit the selected item and the look of the film. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const F = (Kino.film = Kino.film || {});
  const option = (key, label, now) => raw(html`<option value="${key}" ${String(key) === String(now) ? "selected" : ""}>${label}</option>`);
  const select = (field, label, pairs, now, more = "") => raw(html`<label class="kf"><span>${label}</span><select data-field="${field}">${pairs.map(([k, l]) => option(k, l, now))}</select>${more}</label>`);
  const input = (field, label, value, more = "") => raw(html`<label class="kf"><span>${label}</span><input data-field="${field}" data-late value="${value}" autocomplete="off" ${raw(more)}></label>`);
  const whole = 'inputmode="numeric" maxlength="9"';
  const slider = (field, label, value, min, max, step, unit = "", neutral = null) => raw(html`<div class="kf fm-slide"><span>${label}<output>${value}${unit}</output></span><input type="range" data-field="${field}" min="${min}" max="${max}" step="${step}" value="${value}" data-unit="${unit}" aria-label="${label}">${neutral === null || Number(value) === neutral ? "" : raw(html`<i class="fm-off" title="Changed from ${neutral}${unit}"></i>`)}</div>`);
  F.form = { option, select, input, slider, whole };

  /* -- which panel is open -------------------------------------------------------------------------------- */
  const open = (id) => { const side = document.querySelector(".fm-side"); if (side) side.dataset.open = id; for (const b of document.querySelectorAll(".fm-sides [data-id]")) b.setAttribute("aria-pressed", b.dataset.id === id ? "true" : "false"); };
  Kino.part("film.sides", {
    frame: (h) => html`<div class="fm-sides" role="group" aria-label="Panels">${(h.sides || []).map(([id, label]) => raw(html`<button data-act="side" data-id="${id}" aria-pressed="${id === h.open ? "true" : "false"}">${label}</button>`))}</div>`,
    after: (el, h) => open(h.open),
  });
  document.addEventListener("click", (e) => { const b = e.target.closest?.(".fm-sides [data-id]"); if (b) open(b.dataset.id); });
  document.addEventListener("input", (e) => { const el = e.target; if (el.type === "range" && el.closest?.(".fm-slide")) { const out = el.closest(".fm-slide").querySelector("output"); if (out) out.textContent = el.value + (el.dataset.unit || ""); } });

  /* -- colours ---------------------------------------------------------------------------------------------- */
  const grade = (prefix, g, daylight) => raw(html`
      ${slider(prefix + ".source_white", "Light in the picture", g.source_white, 4000, 12000, 50, " K", daylight)}
      ${slider(prefix + ".white", "Balanced for", g.white, 4000, 12000, 50, " K", daylight)}
      ${slider(prefix + ".exposure", "Exposure", g.exposure, -4, 4, 0.05, " EV", 0)}
      ${slider(prefix + ".contrast", "Contrast", g.contrast, 0, 3, 0.02, "", 1)}
      ${slider(prefix + ".saturation", "Saturation", g.saturation, 0, 3, 0.02, "", 1)}
      <div class="krow"><label class="kbtn small" data-drop="table">${icons.plus} ${g.lut ? "Another LUT" : "LUT (.cube)"}<input type="file" class="sb-file" data-act="table" accept=".cube" aria-label="Choose a .cube file"></label>
      ${g.lut ? raw(html`<span class="kmuted">${g.lut}</span><button class="kicon small" data-act="no-table" title="Take the LUT away" aria-label="Take the LUT away">${icons.trash}</button>`) : ""}</div>
      ${g.lut ? slider(prefix + ".lut_strength", "Strength of the LUT", g.lut_strength, 0, 1, 0.05, "", 1) : ""}`);

  /* -- the selected item ------------------------------------------------------------------------------------ */
  const STATE = { done: ["ready", "done"], stale: ["stale", "stale"], missing: ["no take", "blocked"], short: ["too short", "blocked"], blocked: ["blocked", "blocked"] };
  const transition = (i, h) => raw(html`<h3 class="ksec">${i.place ? "How it comes in" : "How the film begins"}</h3>
      ${select("into.kind", "Transition", h.transitions, i.into.kind)}
      ${i.into.kind ? raw(html`<div class="krow">${input("into.frames", "Frames", i.into.frames, whole)}${i.into.kind === "wipe" ? select("into.direction", "Edge moves", h.directions, i.into.direction) : raw(html`<p class="fm-fact">${i.covered[0]} before the cut, ${i.covered[1]} behind it</p>`)}</div>
      ${i.into.kind === "wipe" ? slider("into.softness", "Softness", i.into.softness, 0, 1, 0.01) : ""}`) : ""}`);
  const lower = (i) => raw(html`<h3 class="ksec">Lower thirds</h3>
      ${i.lower.map((l, n) => raw(html`<fieldset class="fm-lower"><legend>From frame ${l.first + 1}</legend>${input(`lower.${n}.text`, "Name", l.text, 'maxlength="200"')}${input(`lower.${n}.subtitle`, "Below it", l.subtitle, 'maxlength="200"')}
        <div class="krow">${input(`lower.${n}.first`, "First frame", l.first, whole)}${input(`lower.${n}.frames`, "Frames", l.frames, whole)}</div><button class="kicon small" data-act="text-remove" data-place="${n}" title="Remove this lower third" aria-label="Remove this lower third">${icons.trash}</button></fieldset>`))}
      <button class="kbtn small" data-text-add>${icons.plus} Lower third at the playhead</button>`);
  const takes = (i) => (i.takes.length ? raw(html`<h3 class="ksec">Takes</h3>${i.takes.map((s) => raw(html`<div class="fm-take"><img loading="lazy" alt="" src="${(s.takes.find((x) => x.id === (s.chosen || s.standing)) || s.takes[0]).url}">${select(`take.${s.segment}`, s.of > 1 ? `Segment ${s.segment + 1} of ${s.of}` : "Take", [["", s.standing ? `The chosen one (${s.standing})` : "The chosen one"], ...s.takes.map((x) => [x.id, x.words])], s.chosen)}</div>${s.takes.filter((x) => x.instead && x.id === (s.chosen || s.standing)).map((x) => raw(html`<p class="fm-warn">${x.instead}</p>`))}`))}`) : "");
  const shot = (i, h) => raw(html`
      <p class="fm-says">${i.title ? raw(html`<b>${i.title}</b> `) : ""}${i.words}</p>
      <div class="krow three">${input("first", "In (frame)", i.first, whole)}${input("end", "Out (frame)", i.end, whole)}${input("speed", "Speed", i.speed, 'inputmode="decimal" maxlength="12" list="fm-speeds"')}</div>
      <datalist id="fm-speeds"><option value="0.25"></option><option value="0.5"></option><option value="1"></option><option value="2"></option><option value="4"></option></datalist>
      <p class="fm-fact">${i.n} frames in the film, ${(i.n / F.fps()).toFixed(2)} s. The shot has ${i.planned}${i.there > i.planned ? `, its takes ${i.there}` : ""}.${i.follows ? "" : " Its end no longer follows the storyboard."}</p>
      <div class="fm-row"><button class="kbtn small" data-act="whole" ${i.first || !i.follows || i.speed !== "1" ? "" : "disabled"} title="All of the shot, at its own speed">Whole shot</button><button class="kbtn small" data-act="again" title="Put this shot in once more, behind this one">${icons.copy} Again</button><button class="kbtn small" data-act="video">Takes in Video</button></div>
      ${takes(i)}${transition(i, h)}${lower(i)}
      <h3 class="ksec">Grade of this item${i.graded ? raw('<button class="fm-reset" data-act="plain">Reset</button>') : ""}</h3>${grade("grade", i.grade, h.daylight)}
      ${i.sound ? raw(html`<h3 class="ksec">Its own sound</h3><label class="kcheck"><input type="checkbox" data-field="muted" ${i.muted ? "checked" : ""}> Off</label>${slider("gain", "Volume", i.gain, -60, 12, 0.5, " dB", 0)}`) : ""}`);
  const colour = (field, label, value) => raw(html`<label class="kf fm-colour"><span>${label}</span><input type="color" data-field="${field}" value="${value}"></label>`);
  const title = (i, h) => raw(html`<label class="kf"><span>Text</span><textarea data-field="text" rows="${i.style === "credits" ? 8 : 3}" maxlength="10000">${i.text}</textarea></label>
      <label class="kf"><span>Below it</span><textarea class="fm-short" data-field="subtitle" rows="2" maxlength="2000">${i.subtitle}</textarea></label>
      <div class="krow">${select("style", "Kind", h.styles, i.style)}${input("frames", "Frames", i.frames, whole)}</div>
      <p class="fm-fact">${(i.n / F.fps()).toFixed(2)} s${i.style === "credits" ? "; long credits roll from below" : ""}</p><div class="krow">${colour("colour", "Letters", i.colour)}${colour("background", "Ground", i.background)}</div>${transition(i, h)}`);
  const gap = (i, h) => raw(html`<div class="krow">${input("frames", "Frames", i.frames, whole)}${colour("colour", "Colour", i.colour)}</div><p class="fm-fact">${(i.n / F.fps()).toFixed(2)} s</p>${transition(i, h)}`);
  const kinds = { shot, title, gap };
  Kino.part("film.clip", {
    frame: (h, items) => html`<aside class="kpane fm-panel" aria-label="The selected item"><div data-list></div>${items.length ? "" : raw(`<p class="kmuted">${h.empty ? "Nothing is in the film yet." : ""}</p>`)}</aside>`,
    item: (i, h) => html`<div data-id="${i.id}"><header class="fm-itemhead"><h2 class="kh">${i.k === "shot" ? "Shot " + i.shot : i.k === "title" ? "Title" : "Gap"}</h2>${i.k === "shot" ? raw(html`<b class="kpill ${STATE[i.state][1]}">${STATE[i.state][0]}</b>`) : ""}<i class="grow"></i>
        <button class="kicon small" data-act="move" data-by="-1" ${i.place ? "" : "disabled"} title="Move left ( [ )" aria-label="Move left">${icons.arrowL}</button><button class="kicon small" data-act="move" data-by="1" ${i.last ? "disabled" : ""} title="Move right ( ] )" aria-label="Move right">${icons.arrowR}</button><button class="kicon small" data-act="remove" title="Take it out of the film (Delete)" aria-label="Take it out of the film">${icons.trash}</button></header>
      <p class="fm-fact fm-at">${i.at}</p>${i.notes.map((n) => raw(html`<p class="fm-warn">${icons.warn}<span>${n}</span></p>`))}
      ${kinds[i.k](i, h)}
      <label class="kf fm-noted"><span>Note</span><textarea data-field="note" rows="2" maxlength="2000" placeholder="For you; it goes along as a marker when the cut is exported.">${i.note}</textarea></label></div>`,
  });
  document.addEventListener("click", (e) => {
    const b = e.target.closest?.("[data-text-add]"), id = b?.closest("[data-id]")?.dataset.id, item = id && F.items.find((i) => i.id === id);
    if (item) Kino.act("film.clip", "text-add", { id, at: Math.max(0, Math.min(item.n - 1, F.here() - item.f)) });
  });
  document.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target.matches?.(".fm-side input[data-field]")) e.target.blur(); });

  /* -- the look of the film --------------------------------------------------------------------------------- */
  Kino.part("film.look", {
    frame: (h) => (h.fits ? html`<aside class="kpane fm-panel" aria-label="The look of the film">
      <h3 class="ksec">Joins</h3>
      ${slider("finish.seam", "Blend of continued segments", h.seam, 0, 48, 1, " frames", 0)}
      ${select("finish.match", "Colour and exposure of segments", h.matches, h.match, raw("<small>Measured, bounded, and only where it makes the seam better.</small>"))}
      <h3 class="ksec">Frames</h3>
      ${select("finish.retime", "Other rates and speeds", h.retimes, h.retime)}
      ${h.interpolates.length ? select("finish.interpolate", "Pictures between, by a server", h.interpolates, h.interpolate) : ""}
      ${select("finish.fit", "Clips of another shape", h.fits, h.fit)}
      ${h.upscales.length ? select("finish.upscale", "Enlarging smaller clips", h.upscales, h.upscale, raw("<small>A server works over the clips before the film is made.</small>")) : ""}
      <h3 class="ksec">Grade of the whole film${h.grade.neutral ? "" : raw('<button class="fm-reset" data-act="plain">Reset</button>')}</h3>${grade("finish.grade", h.grade, h.daylight)}
      <p class="kmuted">The grade shows in the film, not in the preview of the cut.</p></aside>` : ""),
  });
})();

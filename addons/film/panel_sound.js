/* Film: what is heard, under the timeline and in the panel. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const F = (Kino.film = Kino.film || {});
  const { option, select, input, slider, whole } = F.form;
  const TRACKS = { narration: "Narration", music: "Music", effects: "Effects" };
  const SAID = { unspoken: "not spoken yet", moved: "moved, to be heard whole", short: "its shot is too short", gone: "its file is gone", fits: "" };

  /* -- lanes under the timeline -------------------------------------------------------------------------------- */
  let items = [];
  /* A waveform of letters A (silence) to Z, mirrored around the middle. */
  function wave(text) {
    if (!text) return "";
    const n = text.length, y = (k) => Math.max(0.5, ((text.charCodeAt(k) - 65) / 25) * 9.5);
    let top = "", bottom = "";
    for (let k = 0; k < n; k++) { const h = y(k); top += `L${k} ${(10 - h).toFixed(1)}L${k + 1} ${(10 - h).toFixed(1)}`; bottom = `L${k + 1} ${(10 + h).toFixed(1)}L${k} ${(10 + h).toFixed(1)}` + bottom; }
    return html`<svg viewBox="0 0 ${n} 20" preserveAspectRatio="none" aria-hidden="true"><path d="M0 10${top}${bottom}Z"/></svg>`;
  }
  const p = (n) => `calc(var(--p)*${n})`;
  F.lanes = () => {
    const box = document.querySelector(".fm-lanes");
    if (!box) return;
    const text = ["narration", "music", "effects"].map((track) => {
      const own = items.filter((i) => i.track === track && i.n > 0);
      return html`<div class="fm-lane ${track}" data-drop="import" data-together ${track === "narration" ? "" : raw(html`data-track="${track}"`)}><b class="fm-lanename">${TRACKS[track]}</b>${own.map((i) => raw(html`<span class="fm-sound ${i.s}${i.mu ? " off" : ""}" ${i.piece ? raw(html`data-piece="${i.piece}" tabindex="0" role="button"`) : raw(html`data-line="${i.shot}" tabindex="0" role="button"`)} style="left:${p(i.f)};width:${p(i.n)}" title="${i.t}${SAID[i.s] ? " · " + SAID[i.s] : ""}${i.mu ? " · off" : ""}" aria-label="${TRACKS[track]}: ${i.t}">${raw(wave(i.w))}<em>${i.t}</em></span>`))}</div>`;
    }).join("");
    if (box._text !== text) { box.innerHTML = text; box._text = text; }
  };
  Kino.part("film.lanes", { frame: () => "", after: (el, h, list) => { items = list; F.lanes(); } });

  /* Dragging a sound along its lane. */
  let drag = null;
  document.addEventListener("pointerdown", (e) => {
    const el = e.button ? null : e.target.closest?.(".fm-sound[data-piece]");
    if (el) drag = { el, x: e.clientX, by: 0 };
  });
  document.addEventListener("pointermove", (e) => {
    if (!drag) return;
    const size = parseFloat(getComputedStyle(document.querySelector(".fm-track")).getPropertyValue("--p")) || 1;
    drag.by = Math.abs(e.clientX - drag.x) < 4 && !drag.by ? 0 : Math.round((e.clientX - drag.x) / size);
    drag.el.style.transform = drag.by ? `translateX(${drag.by * size}px)` : "";
  });
  document.addEventListener("pointerup", () => {
    if (!drag) return;
    const { el, by } = drag;
    drag = null;
    if (by) Kino.act("film.lanes", "slide", { piece: el.dataset.piece, by }); else show(el);
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && drag) { drag.el.style.transform = ""; drag = null; }
    const el = e.key === "Enter" && e.target.closest?.(".fm-sound");
    if (el) show(el);
  });
  document.addEventListener("click", (e) => { const el = e.target.closest?.(".fm-sound[data-line]"); if (el) show(el); });
  function show(el) {
    Kino.act("film.sides", "side", { id: "sound" });
    const name = el.dataset.piece ? `[data-piece-card="${CSS.escape(el.dataset.piece)}"]` : `[data-id="${CSS.escape(el.dataset.line)}"]`;
    let tries = 0;
    const look = () => { const card = document.querySelector(`[data-part="film.sound"] ${name}`); if (card?.offsetParent) { if (card.matches("details")) card.open = true; card.scrollIntoView({ block: "center" }); card.querySelector("textarea,input")?.focus({ preventScroll: true }); } else if (tries++ < 20) setTimeout(look, 100); };
    look();
  }

  /* -- the panel ------------------------------------------------------------------------------------------------ */
  const check = (field, label, on) => raw(html`<label class="kcheck"><input type="checkbox" data-field="${field}" ${on ? "checked" : ""}> ${label}</label>`);
  const piece = (x, h) => raw(html`<details class="fm-piece" data-piece-card="${x.id}"><summary><b>${x.title}</b><span>${x.gone ? "its file is gone" : x.frames ? `${x.length.toFixed(1)} s · ${TRACKS[x.track]}` : "not heard where it stands"}</span></summary>
      ${input(`piece.${x.id}.title`, "Name", x.title, 'maxlength="200"')}
      <div class="krow">${select(`piece.${x.id}.track`, "Track", [["music", "Music"], ["effects", "Effects"]], x.track)}${select(`piece.${x.id}.item`, "Hangs on", h.items, x.item)}</div>
      <div class="krow three">${input(`piece.${x.id}.offset`, "Begins (frame)", x.offset, 'inputmode="numeric"')}${input(`piece.${x.id}.start`, "From second", x.start, 'inputmode="decimal"')}${input(`piece.${x.id}.seconds`, "Seconds", x.seconds, 'inputmode="decimal" placeholder="all"')}</div>
      <div class="krow three">${input(`piece.${x.id}.fade_in`, "Fade in (s)", x.fade_in, 'inputmode="decimal"')}${input(`piece.${x.id}.fade_out`, "Fade out (s)", x.fade_out, 'inputmode="decimal"')}${x.loop ? input(`piece.${x.id}.crossfade`, "Overlap (s)", x.crossfade, 'inputmode="decimal"') : ""}</div>
      ${slider(`piece.${x.id}.gain`, "Volume", x.gain, -60, 24, 0.5, " dB", 0)}
      <div class="fm-row">${check(`piece.${x.id}.loop`, "Repeat to the end", x.loop)}${check(`piece.${x.id}.muted`, "Off", x.muted)}<i class="grow"></i><button class="kicon small" data-act="drop-piece" data-piece="${x.id}" title="Take it out (undo brings it back)" aria-label="Take ${x.title} out">${icons.trash}</button></div></details>`);
  const voices = (h) => {
    const engine = h.engines.find((e) => e.id === h.voice.engine) || h.engines.find((e) => e.ready), chosen = h.engines.find((e) => e.id === h.voice.engine);
    const named = (chosen || engine)?.voices || [];
    return raw(html`${h.engines.length ? "" : raw('<p class="kmuted">Looking for speech engines …</p>')}
      <div class="krow">${select("voice.engine", "Speaks with", [["", "As in Settings"], ...h.engines.map((e) => [e.id, e.title + (e.ready ? "" : " (not ready)")])], h.voice.engine)}
      ${named.length ? select("voice.name", "Voice", [["", "Its own"], ...named.map((v) => [v.id, v.title + (v.language ? ` (${v.language})` : "")])], h.voice.name) : input("voice.name", "Voice", h.voice.name, 'placeholder="its own"')}</div>
      ${slider("voice.speed", "Speed of speech", h.voice.speed, 0.5, 2, 0.05, "×", 1)}
      ${chosen && !chosen.ready ? raw(html`<p class="fm-warn">${icons.warn}<span>${chosen.why}</span></p>`) : h.engines.length && !engine ? raw(html`<p class="fm-warn">${icons.warn}<span>Nothing can speak yet. ${h.engines.map((e) => e.why).join(" ")}</span></p>`) : ""}
      <button class="fm-reset fm-left" data-act="engines">Look for engines again</button>`);
  };
  Kino.part("film.sound", {
    frame: (h) => (h.levels ? html`<aside class="kpane fm-panel" aria-label="Sound">
      <h3 class="ksec">Music and effects</h3>
      <div class="fm-drops"><label class="kbtn small" data-drop="import" data-together data-track="music">${icons.plus} Music<input type="file" class="sb-file" data-act="import" data-together data-track="music" multiple accept="audio/*,video/*" aria-label="Add music"></label><label class="kbtn small" data-drop="import" data-together data-track="effects">${icons.plus} Effect<input type="file" class="sb-file" data-act="import" data-together data-track="effects" multiple accept="audio/*,video/*" aria-label="Add an effect"></label><span class="kmuted">or drop files on a track</span></div>
      ${h.pieces.map((x) => piece(x, h))}
      <h3 class="ksec">Levels</h3>
      ${h.tracks.map(([id, label]) => raw(html`<div class="fm-level">${slider("levels." + id, label, h.levels[id], -60, 24, 0.5, " dB")}${check("levels.mute_" + id, "Off", h.levels["mute_" + id])}</div>`))}
      ${check("ducking.on", "Music gives way to speech", h.ducking.on)}
      ${h.ducking.on ? raw(html`${slider("ducking.depth", "By", h.ducking.depth, 1, 40, 1, " dB", 12)}<div class="krow">${input("ducking.attack", "Down within (ms)", h.ducking.attack, whole)}${input("ducking.release", "Back within (ms)", h.ducking.release, whole)}</div>`) : ""}
      <div class="krow">${select("loudness", "Loudness", h.louder, h.loudness)}${select("subtitles", "Subtitles", h.written, h.subtitles)}</div>
      <h3 class="ksec">Narration</h3>${voices(h)}
      <div class="fm-row"><button class="kbtn small ${h.unspoken && !h.speaking ? "primary" : ""}" data-act="narrate" ${h.unspoken && !h.speaking ? "" : "disabled"}>${h.speaking ? `Speaking, ${h.speaking} to go` : h.unspoken ? `Speak ${F.many(h.unspoken, "line")}` : "All is spoken"}</button></div>
      ${h.failed ? raw(html`<p class="fm-warn" role="alert">${icons.warn}<span>${h.failed}</span></p>`) : ""}
      <div class="fm-lines" data-list></div></aside>` : '<div data-list hidden></div>'),
    item: (l) => html`<div class="fm-line" data-id="${l.id}"><header><b>${l.id}</b><span class="kmuted">${l.hint}</span>${l.state ? raw(html`<b class="kpill ${l.tone}">${l.state}</b>`) : ""}</header>
      <label class="kf"><textarea data-field="text" rows="2" maxlength="5000" placeholder="What is said over this shot" aria-label="Narration of shot ${l.id}">${l.text}</textarea></label>
      ${l.text ? raw(html`${l.says ? raw(html`<p class="fm-fact">${l.says}</p>`) : ""}<div class="fm-lineform">${input("offset", "After frames", l.offset, whole)}${slider("gain", "Volume", l.gain, -60, 24, 0.5, " dB", 0)}${check("muted", "Off", l.muted)}</div>
        <div class="fm-row">${l.url ? raw(html`<button class="kbtn small" data-play="${l.url}">${icons.play} Listen</button>`) : ""}<button class="kbtn small" data-act="narrate" ${l.spoken ? raw('data-again="1"') : ""}>${l.spoken ? "Speak again" : "Speak"}</button>${l.longer ? raw(html`<button class="kbtn small primary" data-act="lengthen">Lengthen the shot</button>`) : ""}</div>`) : ""}</div>`,
  });
  const audio = new Audio();
  document.addEventListener("click", (e) => {
    const b = e.target.closest?.("[data-play]");
    if (!b) return;
    if (!audio.paused && audio.dataset.url === b.dataset.play) { audio.pause(); return; }
    audio.dataset.url = audio.src = b.dataset.play;
    audio.play().catch(() => Kino.toast("The browser cannot play this sound.", "error"));
  });
})();

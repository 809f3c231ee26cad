/* Film: what is heard, under the timeline and in the panel. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const F = (Kino.film = Kino.film || {});
  const { option, select, input, slider, whole } = F.form;
  const TRACKS = { narration: Kino.t("Narration"), music: Kino.t("Music"), effects: Kino.t("Effects") };
  const SAID = { unspoken: Kino.t("not spoken yet"), moved: Kino.t("moved, to be heard whole"), short: Kino.t("its shot is too short"), gone: Kino.t("its file is gone"), fits: "" };

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
      return html`<div class="fm-lane ${track}" data-drop="import" data-together ${track === "narration" ? "" : raw(html`data-track="${track}"`)}><b class="fm-lanename">${TRACKS[track]}</b>${own.map((i) => raw(html`<span class="fm-sound ${i.s}${i.mu ? " off" : ""}" ${i.piece ? raw(html`data-piece="${i.piece}" tabindex="0" role="button"`) : raw(html`data-line="${i.shot}" tabindex="0" role="button"`)} style="left:${p(i.f)};width:${p(i.n)}" title="${[i.t, SAID[i.s], i.mu && Kino.t("off")].filter(Boolean).join(" · ")}" aria-label="${TRACKS[track]}: ${i.t}">${raw(wave(i.w))}<em>${i.t}</em></span>`))}</div>`;
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
  const piece = (x, h) => raw(html`<details class="fm-piece" data-piece-card="${x.id}"><summary><b>${x.title}</b><span>${x.gone ? Kino.t("its file is gone") : x.frames ? `${x.length.toFixed(1)} s · ${TRACKS[x.track]}` : Kino.t("not heard where it stands")}</span></summary>
      ${input(`piece.${x.id}.title`, Kino.t("Name"), x.title, 'maxlength="200"')}
      <div class="krow">${select(`piece.${x.id}.track`, Kino.t("Track"), [["music", Kino.t("Music")], ["effects", Kino.t("Effects")]], x.track)}${select(`piece.${x.id}.item`, Kino.t("Hangs on"), h.items, x.item)}</div>
      <div class="krow three">${input(`piece.${x.id}.offset`, Kino.t("Begins (frame)"), x.offset, 'inputmode="numeric"')}${input(`piece.${x.id}.start`, Kino.t("From second"), x.start, 'inputmode="decimal"')}${input(`piece.${x.id}.seconds`, Kino.t("Seconds"), x.seconds, html`inputmode="decimal" placeholder="${Kino.t("all")}"`)}</div>
      <div class="krow three">${input(`piece.${x.id}.fade_in`, Kino.t("Fade in (s)"), x.fade_in, 'inputmode="decimal"')}${input(`piece.${x.id}.fade_out`, Kino.t("Fade out (s)"), x.fade_out, 'inputmode="decimal"')}${x.loop ? input(`piece.${x.id}.crossfade`, Kino.t("Overlap (s)"), x.crossfade, 'inputmode="decimal"') : ""}</div>
      ${slider(`piece.${x.id}.gain`, Kino.t("Volume"), x.gain, -60, 24, 0.5, " dB", 0)}
      <div class="fm-row">${check(`piece.${x.id}.loop`, Kino.t("Repeat to the end"), x.loop)}${check(`piece.${x.id}.muted`, Kino.t("Off"), x.muted)}<i class="grow"></i><button class="kicon small" data-act="drop-piece" data-piece="${x.id}" title="${Kino.t("Take it out (undo brings it back)")}" aria-label="${Kino.t("Take {title} out", { title: x.title })}">${icons.trash}</button></div></details>`);
  const engineOf = (h) => h.engines.find((e) => e.id === h.voice.engine) || h.engines.find((e) => e.ready);
  /* Languages in words of the window's own. */
  const languages = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" });
  function titled(v) {
    let language = "";
    try { language = v.language ? languages.of(v.language) : ""; } catch { /* no tag that the browser knows */ }
    if (!language || language === v.language) return v.title + (v.language ? ` (${v.language})` : "");
    const number = v.id.replace(/^.*?(\d*)$/, "$1");
    return v.kind === "female" ? Kino.t("{language}, woman {number}", { language, number }) : v.kind === "male" ? Kino.t("{language}, man {number}", { language, number }) : `${language} (${v.id})`;
  }
  const voices = (h) => {
    const engine = engineOf(h), chosen = h.engines.find((e) => e.id === h.voice.engine);
    const named = (chosen || engine)?.voices || [];
    return raw(html`${h.engines.length ? "" : raw(html`<p class="kmuted">${Kino.t("Looking for speech engines …")}</p>`)}
      <div class="krow">${select("voice.engine", Kino.t("Speaks with"), [["", Kino.t("As in Settings")], ...h.engines.map((e) => [e.id, e.title + (e.ready ? "" : Kino.t(" (not ready)"))])], h.voice.engine)}
      ${named.length ? select("voice.name", Kino.t("Voice"), [["", Kino.t("Its own")], ...named.map((v) => [v.id, titled(v)])], h.voice.name) : input("voice.name", Kino.t("Voice"), h.voice.name, html`placeholder="${Kino.t("its own")}"`)}</div>
      ${slider("voice.speed", Kino.t("Speed of speech"), h.voice.speed, 0.5, 2, 0.05, "×", 1)}
      ${chosen && !chosen.ready ? raw(html`<p class="fm-warn">${icons.warn}<span>${chosen.why}</span></p>`) : h.engines.length && !engine ? raw(html`<p class="fm-warn">${icons.warn}<span>${Kino.t("Nothing can speak yet. {what}", { what: h.engines.map((e) => e.why).join(" ") })}</span></p>`) : ""}
      <button class="fm-reset fm-left" data-act="engines">${Kino.t("Look for engines again")}</button>`);
  };
  const speaker = (id, name, voice, h) => {
    const named = engineOf(h)?.voices || [], other = voice && !named.some((v) => v.id === voice) ? [[voice, voice]] : [];
    return select("cast." + id, Kino.t("Voice of {name}", { name }), [["", Kino.t("The film's")], ...other, ...named.map((v) => [v.id, titled(v)])], voice);
  };
  Kino.part("film.sound", {
    frame: (h) => (h.levels ? html`<aside class="kpane fm-panel" aria-label="${Kino.t("Sound")}">
      <h3 class="ksec">${Kino.t("Music and effects")}</h3>
      <div class="fm-drops"><label class="kbtn small" data-drop="import" data-together data-track="music">${icons.plus} ${Kino.t("Music")}<input type="file" class="sb-file" data-act="import" data-together data-track="music" multiple accept="audio/*,video/*" aria-label="${Kino.t("Add music")}"></label><label class="kbtn small" data-drop="import" data-together data-track="effects">${icons.plus} ${Kino.t("Effect")}<input type="file" class="sb-file" data-act="import" data-together data-track="effects" multiple accept="audio/*,video/*" aria-label="${Kino.t("Add an effect")}"></label><span class="kmuted">${Kino.t("or drop files on a track")}</span></div>
      ${h.pieces.map((x) => piece(x, h))}
      <h3 class="ksec">${Kino.t("Levels")}</h3>
      ${h.tracks.map(([id, label]) => raw(html`<div class="fm-level">${slider("levels." + id, label, h.levels[id], -60, 24, 0.5, " dB")}${check("levels.mute_" + id, Kino.t("Off"), h.levels["mute_" + id])}</div>`))}
      ${check("ducking.on", Kino.t("Music gives way to speech"), h.ducking.on)}
      ${h.ducking.on ? raw(html`${slider("ducking.depth", Kino.t("By"), h.ducking.depth, 1, 40, 1, " dB", 12)}<div class="krow">${input("ducking.attack", Kino.t("Down within (ms)"), h.ducking.attack, whole)}${input("ducking.release", Kino.t("Back within (ms)"), h.ducking.release, whole)}</div>`) : ""}
      <div class="krow">${select("loudness", Kino.t("Loudness"), h.louder, h.loudness)}${select("subtitles", Kino.t("Subtitles"), h.written, h.subtitles)}</div>
      <h3 class="ksec">${Kino.t("Narration")}</h3>${voices(h)}
      <div class="fm-row"><button class="kbtn small ${h.unspoken && !h.speaking ? "primary" : ""}" data-act="narrate" ${h.unspoken && !h.speaking ? "" : "disabled"}>${h.speaking ? Kino.t("Speaking, {n} to go", { n: h.speaking }) : h.unspoken ? Kino.tn("Speak {n} line", "Speak {n} lines", h.unspoken) : Kino.t("All is spoken")}</button></div>
      ${h.dialogue ? raw(html`<div class="fm-row"><button class="kbtn small" data-act="dialogue" title="${Kino.t("Each speaks with a voice of their own. What was written by hand stays.")}">${Kino.tn("Take the dialogue of {n} shot", "Take the dialogue of {n} shots", h.dialogue)}</button></div>`) : ""}
      ${h.cast.map(([id, name, voice]) => speaker(id, name, voice, h))}
      ${h.failed ? raw(html`<p class="fm-warn" role="alert">${icons.warn}<span>${h.failed}</span></p>`) : ""}
      <div class="fm-lines" data-list></div></aside>` : '<div data-list hidden></div>'),
    item: (l) => html`<div class="fm-line" data-id="${l.id}"><header><b>${l.id}</b><span class="kmuted">${l.hint}</span>${l.state ? raw(html`<b class="kpill ${l.tone}">${l.state}</b>`) : ""}</header>
      <label class="kf"><textarea data-field="text" rows="2" maxlength="5000" placeholder="${Kino.t("What is said over this shot")}" aria-label="${Kino.t("Narration of shot {id}", { id: l.id })}">${l.text}</textarea></label>
      ${l.text ? raw(html`${l.says ? raw(html`<p class="fm-fact">${l.says}</p>`) : ""}<div class="fm-lineform">${input("offset", Kino.t("After frames"), l.offset, whole)}${slider("gain", Kino.t("Volume"), l.gain, -60, 24, 0.5, " dB", 0)}${check("muted", Kino.t("Off"), l.muted)}${check("speakers", Kino.t("Names say who speaks"), l.speakers)}</div>
        <div class="fm-row">${l.url ? raw(html`<button class="kbtn small" data-play="${l.url}">${icons.play} ${Kino.t("Listen")}</button>`) : ""}<button class="kbtn small" data-act="narrate" ${l.spoken ? raw('data-again="1"') : ""}>${l.spoken ? Kino.t("Speak again") : Kino.t("Speak")}</button>${l.longer ? raw(html`<button class="kbtn small primary" data-act="lengthen">${Kino.t("Lengthen the shot")}</button>`) : ""}</div>`) : ""}${l.dialogue ? raw(html`<div class="fm-row"><button class="kbtn small" data-act="dialogue">${Kino.t("Take its dialogue")}</button></div>`) : ""}</div>`,
  });
  const audio = new Audio();
  document.addEventListener("click", (e) => {
    const b = e.target.closest?.("[data-play]");
    if (!b) return;
    if (!audio.paused && audio.dataset.url === b.dataset.play) { audio.pause(); return; }
    audio.dataset.url = audio.src = b.dataset.play;
    audio.play().catch(() => Kino.toast(Kino.t("The browser cannot play this sound."), "error"));
  });
})();

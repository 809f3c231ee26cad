/* Film: the player. It plays the film that was made, or the cut as it is now, straight from its takes.
   Kino.film is what the parts of this tab share: items of the cut with their first frame `f`, the playhead, seeking. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const F = (Kino.film = Kino.film || {});
  const two = (n) => String(n).padStart(2, "0");
  F.timecode = (frame, rate) => {
    const base = Math.max(1, Math.floor(rate + 0.5)), s = Math.floor(frame / base);
    return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60, frame % base].map(two).join(":");
  };
  const ratio = (pair) => pair[0] / pair[1];

  const now = { el: null, head: null, mode: "cut", frame: 0, shuttle: 0, begin: 0, began: 0, loop: 0, film: null, name: null, project: "", cursor: { film: 0, cut: 0 } };
  const rate = () => ratio((now.mode === "film" && now.head?.film?.rate) || now.head?.rate || [24, 1]);
  const total = () => (now.mode === "film" ? now.head?.film?.frames : F.frames) || 0;
  const last = () => Math.max(0, total() - 1);
  const memory = () => "kinoloom-film:" + now.head.project + ":" + (now.mode === "film" ? now.head.film.name : "cut");
  const kept = (key) => { try { return +(sessionStorage.getItem(key) || 0); } catch { return 0; } };
  const keep = (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* a window without storage starts at the beginning */ } };

  /* -- the same place in the film and in the cut --------------------------------------------------------- */
  F.at = (frame) => { let low = 0, high = F.items.length - 1; while (low < high) { const mid = (low + high + 1) >> 1; if (F.items[mid].f <= frame) low = mid; else high = mid - 1; } return F.items[low]; };
  function inCut(frame) {
    const parts = now.head?.items;
    if (now.mode === "cut" || !parts) return frame;
    const part = parts.find(([, first, n]) => frame >= first && frame < first + n), item = part && F.items.find((i) => i.id === part[0]);
    return item ? item.f + Math.min(frame - part[1], item.n - 1) : -1;
  }
  function inFilm(frame) {
    const parts = now.head?.items;
    if (!parts) return frame;
    const item = F.at(frame), part = item && parts.find(([id]) => id === item.id);
    return part ? part[1] + Math.min(frame - item.f, part[2] - 1) : -1;
  }
  F.here = () => Math.max(0, inCut(now.frame));
  F.fps = () => ratio(now.head?.rate || [24, 1]);

  /* -- the cut, from its takes ----------------------------------------------------------------------------- */
  const url = (item, source) => `/media/${now.head.project}/take/${encodeURIComponent(item.sh)}/${source[0]}/${source[1]}`;
  /* Where a frame of a shot lies: the clip, and the moment in the middle of its frame. */
  function spot(item, shotFrame) {
    if (!item || item.k !== "shot" || !item.src) return { item };
    const native = ratio(item.nr), tail = item.src[item.src.length - 1];
    const n = Math.min(Math.max(0, Math.floor((shotFrame * native) / F.fps() + 1e-6)), tail[4] + tail[3] - 1);
    let source = item.src[0];
    for (const s of item.src) if (s[4] <= n) source = s;
    return { item, url: url(item, source), time: (source[2] + n - source[4] + 0.5) / native };
  }
  const shotFrame = (item, frame) => item.a + (frame - item.f) * (item.v ? ratio(item.v) : 1);
  const stage = () => now.el?.querySelector(".fm-cut");
  const screens = () => [...(stage()?.querySelectorAll("video") || [])];
  const live = () => screens().find((v) => v.classList.contains("on"));
  function load(video, at) {
    video._for = at.item.id;
    if (video.dataset.url !== at.url) { video.dataset.url = at.url; video.src = at.url; }
    if (video.readyState < 1) { video._then = at.time; return; }
    if (video.seeking) { video._then = at.time; return; }
    if (Math.abs(video.currentTime - at.time) > 1e-4) video.currentTime = at.time;
  }
  function settled(video) {
    if (video._then === undefined) { if (video._show) { video._show = false; reveal(video); join(video); } mix(); return; }
    const time = video._then;
    video._then = undefined;
    if (Math.abs(video.currentTime - time) > 1e-4) video.currentTime = time; else settled(video);
  }
  function reveal(video) {
    for (const v of screens()) { const on = v === video; if (v.classList.contains("on") !== on) v.classList.toggle("on", on); if (!on && !v.paused) v.pause(); }
    card(null);
  }
  function card(item) {
    paint(item);
    if (item) for (const v of screens()) { v._show = false; if (!v.paused) v.pause(); }
  }
  function paint(item) {
    const box = stage()?.querySelector(".fm-card");
    if (!box) return;
    let text = "", ground = "#000";
    if (item && item.k !== "shot") {
      ground = item.bg || "#000";
      text = item.k === "title" ? html`<div class="fm-title ${item.style}" style="color:${item.col}"><b>${item.t}</b><span>${item.u || ""}</span></div>` : "";
    } else if (item) {
      text = html`${item.p ? raw(html`<img alt="" src="/media/${now.head.project}/${item.p}/640">`) : ""}<p>${Kino.t("Shot {sh} has no take yet.", { sh: item.sh })}</p>`;
    }
    box.hidden = !item;
    if (box._text !== text + ground) { box.innerHTML = text; box.style.background = ground; box._text = text + ground; }
    box._for = item?.id;
  }
  /* The item that a transition mixes with the one under the playhead, loaded into the screen that is free. */
  function aside(frame, primary) {
    const t = F.joining(frame), item = t && (F.at(frame) === t.into ? t.out : t.into);
    if (!item) return null;
    const at = spot(item, shotFrame(item, frame));
    if (!at.url) { if (primary) paint(item); return null; }
    const other = screens().find((v) => v !== primary && !(v.classList.contains("on") && primary));
    if (!other || (primary && primary.dataset.url === at.url)) return null;
    return { video: other, at };
  }
  /* Lay what is loaded over one another as the frame under the playhead asks for, in the colours of the film. */
  function mix() {
    const box = stage(), veil = box?.querySelector(".fm-veil");
    if (!veil) return;
    const peek = now.el.querySelector(".fm-screen").dataset.peek, t = now.mode === "cut" && !peek ? F.joining(now.frame) : null, cards = box.querySelector(".fm-card");
    const shows = (item) => item && (screens().find((v) => v._for === item.id && v.readyState >= 2 && (v.classList.contains("on") || !v._show)) || (!cards.hidden && cards._for === item.id ? cards : null));
    const out = shows(t?.out), into = shows(t?.into);
    for (const v of screens()) {
      v.classList.toggle("also", !!t && (v === out || v === into) && !v.classList.contains("on"));
      const look = F.look(F.items.find((i) => i.id === v._for));
      if (v.style.filter !== look) v.style.filter = look;
    }
    for (const el of [...screens(), cards]) if (el !== out && el !== into) { el.style.opacity = ""; el.style.clipPath = ""; el.style.zIndex = ""; }
    F.layer(t && (out || !t.out) && into ? t : null, out, into, veil);
  }
  /* Show one frame, standing still. */
  function still(at) {
    if (!at.url) { card(at.item || null); return; }
    const [a, b] = screens(), on = live();
    const video = a.dataset.url === at.url ? a : b.dataset.url === at.url ? b : on === a ? b : a;
    for (const v of [a, b]) { v._show = v === video; if (!v.paused) v.pause(); }
    const ready = video.dataset.url === at.url && video.readyState >= 2 && !video.seeking && Math.abs(video.currentTime - at.time) <= 1e-4;
    load(video, at);
    if (ready) { video._show = false; reveal(video); }
    return video;
  }
  /* A frame of the cut standing still, with what a transition mixes into it. */
  function stand(frame) {
    const item = F.at(frame);
    join(still(spot(item, shotFrame(item, frame))));
    mix();
  }
  /* Load the other item of a transition beside the one that stands. */
  function join(video) {
    const other = now.mode === "cut" && now.shuttle <= 0 && !now.el?.querySelector(".fm-screen").dataset.peek ? aside(now.frame, video) : null;
    if (other) load(other.video, other.at);
  }
  F.peek = (item, frame) => { if (!now.el) return; now.el.querySelector(".fm-screen").dataset.peek = "1"; still(spot(item, frame)); };
  F.unpeek = () => { const screen = now.el?.querySelector(".fm-screen"); if (!screen?.dataset.peek) return; delete screen.dataset.peek; if (now.mode === "cut") seek(now.frame); };

  function run() {
    now.loop = 0;
    if (!now.shuttle || now.mode !== "cut" || !now.el?.isConnected) return;
    const time = performance.now();
    const frame = now.begin + Math.floor(((time - now.began) / 1000) * rate() * now.shuttle);
    if (frame > last() || frame < 0 || !F.items.length) { show(Math.min(Math.max(0, frame), last())); shuttle(0); return; }
    const item = F.at(frame), at = spot(item, shotFrame(item, frame));
    let video = null;
    now.frame = frame;
    if (now.shuttle < 0) stand(frame);
    else if (!at.url) card(item);
    else {
      const [a, b] = screens();
      video = a._for === item.id && a.dataset.url === at.url ? a : b._for === item.id && b.dataset.url === at.url ? b : a.dataset.url === at.url ? a : b.dataset.url === at.url ? b : null;
      if (!video) { video = live() === a ? b : a; load(video, at); }
      const wanted = Math.min(16, Math.max(0.0625, (item.v ? ratio(item.v) : 1) * now.shuttle));
      if (video.readyState < 2 || (video.seeking && !video.classList.contains("on"))) { now.begin = frame; now.began = time; } /* the clock waits for the picture */
      else {
        if (!video.classList.contains("on")) { if (!video.classList.contains("also") || Math.abs(video.currentTime - at.time) > 0.15) load(video, at); reveal(video); }
        video._for = item.id;
        if (Math.abs(video.currentTime - at.time) > 0.15 * Math.max(1, wanted) && !video.seeking) video.currentTime = at.time;
        if (video.playbackRate !== wanted) video.playbackRate = wanted;
        video.muted = !!item.mu;
        if (video.paused) video.play().catch(() => {});
        card(null);
      }
      /* The next clip is fetched before it is needed. */
      const next = F.items[F.items.indexOf(item) + 1], other = video === a ? b : a;
      if (!F.joining(frame) && next?.src && item.f + item.n - frame < rate() * 1.5 * now.shuttle) { const then = spot(next, next.a - (next.tr?.[1] || 0) * (next.v ? ratio(next.v) : 1)); if (then.url !== video.dataset.url && other.dataset.url !== then.url) load(other, then); }
    }
    show(frame);
    if (now.shuttle > 0) { beside(frame, video); mix(); }
    now.loop = requestAnimationFrame(run);
  }

  /* Keep the other item of a transition running along. */
  function beside(frame, video) {
    const other = aside(frame, video);
    if (!other) return;
    const { video: screen, at } = other, wanted = Math.min(16, Math.max(0.0625, (at.item.v ? ratio(at.item.v) : 1) * now.shuttle));
    screen.muted = true;
    if (screen.dataset.url !== at.url || screen._for !== at.item.id || (Math.abs(screen.currentTime - at.time) > 0.15 * Math.max(1, wanted) && !screen.seeking)) load(screen, at);
    if (!video || screen.readyState < 2) return;
    if (screen.playbackRate !== wanted) screen.playbackRate = wanted;
    if (screen.paused && !screen.ended) screen.play().catch(() => {});
  }

  /* -- both ------------------------------------------------------------------------------------------------- */
  function seek(frame) {
    if (!now.el || !total()) return;
    frame = Math.min(Math.max(0, frame), last());
    if (now.mode === "film") {
      /* The middle of the frame: no rounding, there or in the decoder, can land on a neighbour. */
      now.film.currentTime = (frame + 0.5) / rate();
    } else {
      now.begin = frame; now.began = performance.now();
      now.frame = frame;
      if (now.shuttle <= 0) stand(frame);
    }
    show(frame);
  }
  function shuttle(speed) {
    if (!now.el || !total()) return;
    clearInterval(now.timer);
    cancelAnimationFrame(now.loop);
    const was = now.shuttle;
    now.shuttle = speed;
    if (now.mode === "film") {
      const v = now.film;
      if (speed > 0) { if (now.frame >= last()) seek(0); v.playbackRate = speed; v.play().catch(() => {}); }
      else {
        v.pause(); v.playbackRate = 1;
        if (speed < 0) { const begin = now.frame, t0 = performance.now(); now.timer = setInterval(() => { const f = begin + Math.ceil(((performance.now() - t0) / 1000) * speed * rate()); seek(f); if (f <= 0) shuttle(0); }, 60); }
        else if (was > 0) seek(now.frame);
      }
    } else {
      if (speed > 0 && now.frame >= last()) show(0);
      now.begin = now.frame; now.began = performance.now();
      if (speed) now.loop = requestAnimationFrame(run);
      else { for (const v of screens()) { v.pause(); v.playbackRate = 1; } if (was) seek(now.frame); }
    }
    state();
  }
  function state() {
    const el = now.el, going = now.shuttle !== 0, button = el?.querySelector("[data-do=toggle]");
    if (!button) return;
    button.innerHTML = (going ? icons.pause : icons.play).raw;
    button.setAttribute("aria-label", going ? Kino.t("Pause") : Kino.t("Play"));
    el.querySelector(".fm-speed").textContent = going && now.shuttle !== 1 ? (now.shuttle < 0 ? "◀ " : "▶ ") + Math.abs(now.shuttle) + "×" : "";
  }
  function show(frame) {
    const el = now.el;
    if (!el) return;
    now.frame = frame;
    now.cursor[now.mode] = frame;
    el.querySelector(".fm-tc").textContent = F.timecode(frame, rate());
    el.querySelector(".fm-frame").textContent = total() ? Kino.t("frame {n} of {of}", { n: frame + 1, of: total() }) : "";
    const range = el.querySelector(".fm-seek");
    if (+range.max !== last()) range.max = last();
    if (+range.value !== frame) range.value = frame;
    keep(memory(), frame);
    F.mark?.(inCut(frame));
  }
  const frameOf = (v, media) => Math.min(last(), Math.max(0, media === undefined ? Math.floor(v.currentTime * rate() + 1e-4) : Math.round(media * rate())));
  function watch(v) {
    now.film = v;
    const each = (_, meta) => { if (now.film !== v) return; if (now.mode === "film" && !v.seeking) show(frameOf(v, meta.mediaTime)); v.requestVideoFrameCallback(each); };
    if (v.requestVideoFrameCallback) v.requestVideoFrameCallback(each);
    else v.addEventListener("timeupdate", () => now.mode === "film" && show(frameOf(v)));
    v.addEventListener("loadedmetadata", () => { if (now.mode === "film" && now.film === v) seek(now.frame); });
    v.addEventListener("ended", () => { if (now.mode !== "film") return; shuttle(0); show(last()); });
    v.addEventListener("pause", () => { if (now.mode === "film" && now.shuttle > 0) { now.shuttle = 0; state(); } });
    v.addEventListener("error", () => { const box = now.el?.querySelector(".fm-wrong"); if (box) box.hidden = false; });
  }
  /* Follow the head: another film, the other source, another project. */
  function follow(el, h) {
    const mode = h.film ? h.source : "cut", name = mode === "film" ? h.film.name : "";
    const other = now.el !== el || now.mode !== mode || now.name !== name || now.project !== h.project;
    if (other) { if (now.el && now.head) shuttle(0); }
    const from = other && now.project === h.project && now.el ? inCut(now.frame) : -1;
    now.el = el; now.head = h; now.mode = mode; now.name = name; now.project = h.project;
    const v = el.querySelector(".fm-video video");
    if (v && v !== now.film) watch(v);
    for (const s of screens()) if (!s._ready) { s._ready = true; s.addEventListener("seeked", () => settled(s)); s.addEventListener("loadeddata", () => settled(s)); }
    if (!other) return;
    const same = from >= 0 ? (mode === "film" ? inFilm(from) : from) : -1;
    now.frame = mode === "film" && F.toFilm >= 0 ? F.toFilm : same >= 0 ? same : kept(memory());
    if (mode === "film") F.toFilm = -1;
    state();
    if (mode === "cut" || v.readyState >= 1) seek(now.frame); else show(Math.min(now.frame, last()));
  }
  /* The cut changed under the playhead. */
  F.changed = () => {
    if (!now.el || now.mode !== "cut" || now.shuttle) { if (now.el) F.mark?.(inCut(now.frame)); return; }
    if (!F.frames) { card(null); show(0); return; }
    seek(Math.min(F.wanted ?? (now.frame || kept(memory())), last()));
    F.wanted = undefined;
  };
  F.seek = (frame) => { /* a frame of the cut */
    const going = now.shuttle > 0;
    if (now.mode === "film") {
      const there = inFilm(frame);
      if (there < 0) { Kino.act("film.player", "source", { id: "cut" }); now.head = { ...now.head, source: "cut" }; now.cursor.cut = frame; now.mode = "cut"; now.name = ""; now.el.querySelector(".fm-screen").dataset.mode = "cut"; seek(frame); return; }
      if (!going) shuttle(0);
      seek(there);
    } else { if (!going) shuttle(0); seek(frame); }
  };
  F.seekFilm = (frame) => { /* a frame of the film that is shown */
    if (!now.head?.film) return;
    if (now.mode === "film") { shuttle(0); seek(frame); return; }
    F.toFilm = frame;
    Kino.act("film.player", "source", { id: "film" });
  };
  F.step = (by) => { shuttle(0); seek(now.frame + by); };
  F.jump = (by) => {
    const list = F.items, here = F.here(), i = list.indexOf(F.at(here));
    if (i < 0) return;
    const to = by > 0 ? list[i + 1] : here > list[i].f ? list[i] : list[i - 1];
    if (to) { F.seek(to.f); F.select?.(to.id); } else if (by > 0) F.step(total());
  };

  const svg = (d, fill = true) => raw(`<svg class="ki" viewBox="0 0 16 16" width="14" height="14" ${fill ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="1.500"'} aria-hidden="true"><path d="${d}"/></svg>`);
  Kino.part("film.player", {
    frame: (h) => html`<section class="kpane fm-player" aria-label="${Kino.t("Player")}">
      <div class="fm-screen" data-mode="${h.film ? h.source : "cut"}">
        ${h.film ? raw(html`<div class="fm-video" data-keep="film-${h.film.name}"><video src="${h.film.url}" preload="auto" playsinline aria-label="${h.film.name}" style="aspect-ratio:${h.film.aspect}"></video>
        <p class="fm-wrong" role="alert" hidden>${Kino.t("The browser cannot play this file. Download it, or make the film again.")}</p></div>`) : ""}
        <div class="fm-cut" data-keep="cut-${h.project}" style="--ratio:${h.aspect}"><video preload="auto" playsinline aria-label="${Kino.t("The cut")}"></video><video preload="auto" playsinline aria-hidden="true"></video><div class="fm-card" hidden></div><i class="fm-veil" hidden></i></div>
        ${h.safe ? raw(html`<div class="fm-safe" style="--ratio:${h.aspect}" aria-hidden="true"><i></i><i></i></div>`) : ""}
        ${h.shots ? "" : raw(html`<div class="kempty"><h2>${Kino.t("A film needs shots")}</h2><p>${Kino.t("Write them in Storyboard, or import a storyboard.")}</p></div>`)}
      </div>
      <div class="fm-transport">
        <div class="fm-buttonbar" data-keep="bar">
          <button class="kicon" data-do="first" title="${Kino.t("To the beginning (Home)")}" aria-label="${Kino.t("To the beginning")}">${svg("M3 3h2v10H3zM13 3v10L6 8z")}</button>
          <button class="kicon" data-do="cut-" title="${Kino.t("Cut before (↑)")}" aria-label="${Kino.t("Cut before")}">${svg("M8 3v10L2 8zM14 3v10L8 8z")}</button>
          <button class="kicon" data-do="step-" title="${Kino.t("One frame back (←)")}" aria-label="${Kino.t("One frame back")}">${icons.arrowL}</button>
          <button class="kicon fm-play" data-do="toggle" title="${Kino.t("Play or pause (Space)")}" aria-label="${Kino.t("Play")}">${icons.play}</button>
          <button class="kicon" data-do="step+" title="${Kino.t("One frame on (→)")}" aria-label="${Kino.t("One frame on")}">${icons.arrowR}</button>
          <button class="kicon" data-do="cut+" title="${Kino.t("Next cut (↓)")}" aria-label="${Kino.t("Next cut")}">${svg("M2 3v10l6-5zM8 3v10l6-5z")}</button>
          <span class="fm-tc" aria-label="${Kino.t("Timecode")}">00:00:00:00</span><span class="fm-frame kmuted"></span>
          <input class="fm-seek" type="range" min="0" max="0" step="1" value="0" aria-label="${Kino.t("Position, in frames")}"><span class="fm-speed"></span>
        </div>
        ${h.film ? raw(html`<div class="kseg fm-source" role="group" aria-label="${Kino.t("What is played")}"><button data-act="source" data-id="film" aria-pressed="${h.source === "film"}" title="${h.film.name}${h.older ? ". " + h.older : ""}">${Kino.t("Film")}${h.older ? raw(html`<i class="fm-dot" aria-label="${Kino.t("older than the cut")}"></i>`) : ""}</button><button data-act="source" data-id="cut" aria-pressed="${h.source === "cut"}" title="${Kino.t("The cut as it is now, from its takes")}">${Kino.t("Cut")}</button></div>`) : raw(html`<span class="fm-live" title="${Kino.t("The cut as it is now, from its takes")}">${Kino.t("Preview")}</span>`)}
        <button class="kicon" data-act="safe" aria-pressed="${h.safe}" title="${Kino.t("Safe areas: 93 % for action, 90 % for titles")}" aria-label="${Kino.t("Safe areas")}">${svg("M1.500 3h13v10h-13zM4 5.500h8v5H4z", false)}</button>
        <button class="kicon" data-do="full" title="${Kino.t("Full screen (F)")}" aria-label="${Kino.t("Full screen")}">${svg("M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10", false)}</button></div>
      ${h.lacks && (!h.film || h.source === "cut") ? raw(html`<p class="fm-not kmuted">${h.lacks}</p>`) : ""}</section>`,
    after: (el, h) => follow(el, h),
  });

  /* -- hands ------------------------------------------------------------------------------------------------ */
  const toggle = () => shuttle(now.shuttle ? 0 : 1);
  const DO = {
    toggle, first: () => { shuttle(0); seek(0); }, last: () => { shuttle(0); seek(last()); },
    "step-": () => F.step(-1), "step+": () => F.step(1), "cut-": () => F.jump(-1), "cut+": () => F.jump(1),
    full: () => (document.fullscreenElement ? document.exitFullscreen() : now.el.querySelector(".fm-screen")?.requestFullscreen?.().catch(() => {})),
  };
  document.addEventListener("click", (e) => {
    /* A film that nobody sees does not play on. */
    if (now.el && e.target.closest?.("#tabs [role=tab]")) setTimeout(() => { if (!now.el.offsetParent) shuttle(0); }, 0);
    if (e.target.closest?.(".fm-screen video")) { toggle(); return; }
    const b = e.target.closest?.("[data-do]");
    if (b && now.el?.contains(b)) { DO[b.dataset.do]?.(); return; }
    const row = e.target.closest?.(".fm-report [data-seekto]");
    if (row && now.mode === "film") { shuttle(0); seek(+row.dataset.seekto); }
    else if (row) { const item = F.items.find((i) => i.id === row.dataset.id); if (item) F.seek(item.f); }
  });
  document.addEventListener("input", (e) => { if (e.target.classList?.contains("fm-seek")) { shuttle(0); seek(+e.target.value); } });
  F.items = F.items || []; F.frames = F.frames || 0;
  document.addEventListener("keydown", (e) => {
    if (!now.el?.isConnected || !now.el.offsetParent || e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
    const t = e.target;
    if (t.closest?.("textarea,select,[contenteditable],[role=option]") || (t.tagName === "INPUT" && !t.classList.contains("fm-seek") && t.type !== "checkbox" && t.type !== "color")) return;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    if ((key === " " || key === "Enter") && t.closest?.("button,a,summary,label") && !t.closest(".fm-clip")) return;
    const second = Math.max(1, Math.round(rate()));
    const does = {
      " ": toggle, k: () => shuttle(0), l: () => shuttle(now.shuttle > 0 ? Math.min(8, now.shuttle * 2) : 1), j: () => shuttle(now.shuttle < 0 ? Math.max(-8, now.shuttle * 2) : -1),
      ArrowLeft: () => F.step(e.shiftKey ? -second : -1), ArrowRight: () => F.step(e.shiftKey ? second : 1), ArrowUp: DO["cut-"], ArrowDown: DO["cut+"], Home: DO.first, End: DO.last, f: DO.full, ...(F.keys?.(e) || {}),
    }[key];
    if (does) { e.preventDefault(); does(); }
  });
})();

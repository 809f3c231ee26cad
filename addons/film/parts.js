/* The Film tab: make the film, choose one, watch it with its strip, read its shot list. */
"use strict";
(() => {
  const { html, raw, icons, when } = Kino;
  const many = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  const left = (s) => (s < 60 ? `about ${Math.max(1, s)} s left` : s < 5400 ? `about ${Math.round(s / 60)} min left` : `about ${(s / 3600).toFixed(1)} h left`);

  /* -- making ----------------------------------------------------------------------------------------- */
  const QUALITY = { fast: "Fast", standard: "Standard", high: "High", ultra: "Ultra" };
  const job = (j) => html`<div class="fm-job" role="status">
      <div class="fm-jobline"><b>${j.state === "running" ? "Making the film" : j.state === "before" ? "Rendering first" : "The film waits"}</b><span>${Math.floor(j.fraction * 100)} %</span></div>
      <span class="kbar wide" role="progressbar" aria-label="The film" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.floor(j.fraction * 100)}"><i style="width:${j.fraction * 100}%"></i></span>
      <div class="fm-jobline kmuted"><span>${j.paused ? "paused" : j.detail}</span><span>${j.left && !j.paused ? left(j.left) : j.started ? Kino.since(j.started) : ""}</span></div>
      <div class="fm-buttons">${j.paused ? raw(html`<button class="kbtn primary" data-act="resume">${icons.play} Go on</button>`) : ""}
        <button class="kbtn" data-act="cancel" title="The film that is there stays as it is">${icons.stop} Stop making the film</button></div>
    </div>`;
  const step = (h) => {
    if (h.step === "none") return html`<p class="fm-note">There is nothing to make a film of yet.</p><button class="kbtn primary wide" data-act="go" data-id="storyboard">Write or import shots</button>`;
    if (h.step === "blocked") return html`<button class="kbtn primary wide" data-act="go" data-id="keyframes">Go to Keyframes</button>`;
    if (h.step === "render") return html`<button class="kbtn primary wide" data-act="make" title="Render ${many(h.lack, "shot")}, then make the film">${icons.film} Render what is missing and make the film</button>
      ${h.stale ? raw(html`<button class="kbtn wide" data-act="make-all">Render the ${many(h.stale, "stale shot")} too</button>`) : ""}`;
    return html`<button class="kbtn ${h.fresh ? "" : "primary"} wide" data-act="make">${icons.film} ${h.fresh ? "Make it again" : "Make the film"}</button>
      ${h.stale ? raw(html`<button class="kbtn wide" data-act="make-all">Render the ${many(h.stale, "stale shot")} first</button>`) : ""}`;
  };
  Kino.keys?.push(["Film", [["Space", "Play or pause"], ["J", "Backwards, again for faster"], ["K", "Pause"], ["L", "Forwards, again for faster"], ["← →", "One frame"], ["Home, End", "First and last frame"], ["F", "Full screen"]]]);
  Kino.part("film.make", {
    frame: (h) => html`<section class="kpane fm-make" aria-label="Make the film">
      <h2 class="kh">${h.shots ? "The film" : "No shots yet"}</h2>
      <p class="kmuted">${h.shots ? `${many(h.shots, "shot")} · ${h.length} · ${h.frames} frames` : ""}</p>
      ${h.note ? raw(html`<p class="fm-note ${h.step === "blocked" ? "bad" : "warn"}">${icons.warn}<span>${h.note}</span></p>`) : h.fresh ? raw(html`<p class="fm-note good">${icons.check}<span>The newest film shows the cut as it is.</span></p>`) : ""}
      ${h.failed ? raw(html`<p class="fm-note bad" role="alert">${icons.warn}<span><b>The film was not made.</b> ${h.failed.message} ${h.failed.cure}</span></p>`) : ""}
      ${raw(h.job ? job(h.job) : html`<div class="fm-buttons">${raw(step(h))}</div>`)}
      <div class="fm-quality" ${h.shots ? "" : "hidden"}>
        <div class="kseg" role="group" aria-label="Quality">${h.qualities.map((q) => raw(html`<button data-act="quality" data-id="${q.id}" aria-pressed="${q.on}">${QUALITY[q.id] || q.id}</button>`))}</div>
        <p class="kmuted">${h.about} Takes that already fit the film are copied without loss.</p>
      </div>
    </section>`,
  });

  /* -- the films there are ---------------------------------------------------------------------------- */
  Kino.part("film.list", {
    frame: (h) => html`<section class="kpane fm-list" ${h.shown ? "" : "hidden"} aria-label="Films">
      ${h.facts ? raw(html`<h3 class="ksec">In the file</h3>
        <dl class="fm-facts">${h.facts.rows.map(([k, v]) => raw(html`<dt>${k}</dt><dd>${v}</dd>`))}</dl>
        <div class="fm-path"><code title="${h.facts.path}"><span>${h.facts.path.slice(0, -h.facts.tail)}</span>${h.facts.path.slice(-h.facts.tail)}</code><button class="kicon small" data-copy="${h.facts.path}" title="Copy the path" aria-label="Copy the path">${icons.copy}</button></div>
        <a class="kbtn wide fm-download ${h.facts.primary ? "primary" : ""}" href="${h.facts.url}" download="${h.facts.file}" title="${h.facts.file}">Download the film</a>`) : ""}
      <h3 class="ksec">Films</h3>
      <div class="fm-films" data-list role="listbox" aria-label="Films, newest first"></div></section>`,
    item: (f, h) => html`<div class="fm-film" role="option" tabindex="0" data-id="${f.id}" data-act="film" aria-selected="${f.id === h.shown}">
      <div><b>${f.id}</b><span class="kpill ${f.older ? "stale" : "done"}">${f.older ? "older" : "current"}</span></div>
      <span>${when(f.made)} · ${f.length} · ${f.frames} frames</span><span>${f.format} · ${f.quality} · ${f.size}</span>
      ${f.older ? raw(html`<span class="fm-older">${f.older}</span>`) : ""}</div>`,
  });

  /* -- the player ------------------------------------------------------------------------------------- */
  const two = (n) => String(n).padStart(2, "0");
  const timecode = (frame, rate) => {
    const base = Math.max(1, Math.floor(rate + 0.5)), s = Math.floor(frame / base);
    return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60, frame % base].map(two).join(":");
  };
  const STATE = { done: "", stale: "stale: its words or pictures changed since", missing: "no take yet", short: "the take does not fit the length", blocked: "cannot be rendered yet", gone: "no longer in the storyboard" };
  const now = { el: null, video: null, head: null, items: [], frame: 0, shot: "", shuttle: 0, timer: 0, cut: "" };
  const rate = () => { const r = now.head?.film?.rate || now.head?.rate || [24, 1]; return r[0] / r[1]; };
  const last = () => Math.max(0, (now.head?.film?.frames || 1) - 1);
  const follows = () => now.head?.film && now.head.strip === "film";
  const at = (frame) => now.items.find((i) => frame >= i.f && frame < i.f + i.n);
  const memory = () => "kinoloom-film:" + now.head.project + ":" + now.head.film?.name;

  function seek(frame) {
    const v = now.video;
    if (!v || !now.head.film) return;
    frame = Math.min(Math.max(0, frame), last());
    /* The middle of the frame: no rounding, there or in the decoder, can land on a neighbour. */
    v.currentTime = (frame + 0.5) / rate();
    show(frame);
  }
  function stopShuttle() { clearInterval(now.timer); now.timer = 0; now.shuttle = 0; }
  function shuttle(speed) {
    const v = now.video;
    if (!v) return;
    stopShuttle();
    if (speed > 0) { if (now.frame >= last()) seek(0); v.playbackRate = speed; v.play().catch(() => {}); }
    else {
      v.pause(); v.playbackRate = 1;
      if (speed < 0) { const begin = now.frame, t0 = performance.now(); now.timer = setInterval(() => { const f = begin + Math.ceil(((performance.now() - t0) / 1000) * speed * rate()); seek(f); if (f <= 0) { stopShuttle(); state(); } }, 60); }
    }
    now.shuttle = speed;
    state();
  }
  const toggle = () => (now.shuttle || !(now.video?.paused ?? true) ? shuttle(0) : shuttle(1));
  function jump(by) {
    const list = now.items, here = list.findIndex((i) => i.id === at(now.frame)?.id);
    if (here < 0 || !follows()) return;
    const back = by < 0 && now.frame > list[here].f;
    shuttle(0);
    seek(list[Math.min(Math.max(0, back ? here : here + by), list.length - 1)].f);
  }
  function state() {
    const el = now.el;
    if (!el) return;
    const going = now.shuttle !== 0, button = el.querySelector("[data-do=toggle]");
    if (button) { button.innerHTML = (going ? icons.pause : icons.play).raw; button.setAttribute("aria-label", going ? "Pause" : "Play"); }
    const speed = el.querySelector(".fm-speed");
    if (speed) speed.textContent = going && now.shuttle !== 1 ? (now.shuttle < 0 ? "◀ " : "▶ ") + Math.abs(now.shuttle) + "×" : "";
  }
  function show(frame) {
    const el = now.el;
    if (!el) return;
    now.frame = frame;
    const tc = el.querySelector(".fm-tc"), count = el.querySelector(".fm-frame"), range = el.querySelector(".fm-seek");
    if (tc) tc.textContent = timecode(frame, rate());
    if (count) count.textContent = `frame ${frame + 1} of ${last() + 1}`;
    if (range && document.activeElement !== range) range.value = frame; else if (range && +range.value !== frame) range.value = frame;
    try { if (now.head.film) sessionStorage.setItem(memory(), frame); } catch { /* a window without storage starts at the beginning */ }
    mark();
  }
  function mark() {
    const el = now.el, item = follows() ? at(now.frame) : now.items.find((i) => i.id === (now.cut || now.head.shot)) || now.items[0];
    const list = el.querySelector("[data-list]"), head = el.querySelector(".fm-head");
    if (!list) return;
    const was = list.querySelector("[aria-current]"), clip = item && list.querySelector(`[data-id="${CSS.escape(item.id)}"]`);
    if (was && was !== clip) was.removeAttribute("aria-current");
    if (clip) clip.setAttribute("aria-current", "true");
    if (head) {
      head.hidden = !(clip && follows());
      if (clip && follows()) head.style.transform = `translateX(${clip.offsetLeft + ((now.frame - item.f) / item.n) * clip.offsetWidth}px)`;
    }
    const id = item?.id || "";
    if (id !== now.shot) {
      now.shot = id;
      if (clip) { const l = clip.offsetLeft, box = list.parentNode; if (l < box.scrollLeft || l + clip.offsetWidth > box.scrollLeft + box.clientWidth) box.scrollLeft = Math.max(0, l - box.clientWidth / 3); }
      for (const row of document.querySelectorAll(".fm-report [data-id]")) row.toggleAttribute("data-now", row.dataset.id === id);
    }
    const words = el.querySelector(".fm-words");
    const text = item ? html`<b>${item.id}</b><span class="fm-text">${item.t ? raw(html`<strong>${item.t}</strong> `) : ""}${item.w || (item.t ? "" : "This shot has no words.")}</span>
      <span class="fm-len">${many(item.n, "frame")}</span>${STATE[item.s] ? raw(html`<span class="kpill ${item.s === "stale" ? "stale" : item.s === "gone" ? "" : "blocked"}">${STATE[item.s]}</span>`) : ""}
      ${item.s !== "gone" ? raw(html`<button class="kbtn small ghost" data-act="video" data-id="${item.id}">Show in Video</button>`) : ""}` : "";
    if (words && words._text !== text) { words.innerHTML = text; words._text = text; }
  }
  const frameOf = (v, media) => Math.min(last(), Math.max(0, media === undefined ? Math.floor(v.currentTime * rate() + 1e-4) : Math.round(media * rate())));
  function watch(v) {
    const name = now.head.film?.name || "", known = now.video === v;
    if (known && now.name === name) return;
    stopShuttle();
    now.video = v;
    now.name = name;
    if (!v) return;
    let begin = 0;
    try { begin = +(sessionStorage.getItem(memory()) || 0); } catch { begin = 0; }
    const place = () => { state(); if (begin > 0) seek(begin); else show(0); };
    if (!known && v.readyState >= 1) place(); else v.addEventListener("loadedmetadata", place, { once: true });
    if (known) return;
    const each = (_, meta) => { if (now.video !== v) return; if (!v.seeking) show(frameOf(v, meta.mediaTime)); v.requestVideoFrameCallback(each); };
    if (v.requestVideoFrameCallback) v.requestVideoFrameCallback(each);
    else v.addEventListener("timeupdate", () => show(frameOf(v)));
    v.addEventListener("ended", () => { stopShuttle(); show(last()); state(); });
    v.addEventListener("pause", () => { if (now.shuttle > 0) { now.shuttle = 0; state(); } });
    v.addEventListener("error", () => { const box = now.el.querySelector(".fm-wrong"); if (box) box.hidden = false; });
  }
  const player = (f) => html`<div class="fm-screen">
      <div class="fm-video" data-keep="film-${f.name}"><video src="${f.url}" preload="auto" playsinline aria-label="${f.name}" style="aspect-ratio:${f.aspect}"></video>
        <p class="fm-wrong" role="alert" hidden>The browser cannot play this file. Download it, or make the film again.</p></div></div>
    <div class="fm-transport" data-keep="bar-${f.name}">
      <button class="kicon" data-do="first" title="To the beginning (Home)" aria-label="To the beginning"><svg class="ki" viewBox="0 0 16 16" width="14" height="14" fill="currentColor" aria-hidden="true"><path d="M3 3h2v10H3zM13 3v10L6 8z"/></svg></button>
      <button class="kicon" data-do="shot-" title="Shot before" aria-label="Shot before"><svg class="ki" viewBox="0 0 16 16" width="14" height="14" fill="currentColor" aria-hidden="true"><path d="M8 3v10L2 8zM14 3v10L8 8z"/></svg></button>
      <button class="kicon" data-do="step-" title="One frame back (←)" aria-label="One frame back">${icons.arrowL}</button>
      <button class="kicon fm-play" data-do="toggle" title="Play or pause (Space)" aria-label="Play">${icons.play}</button>
      <button class="kicon" data-do="step+" title="One frame on (→)" aria-label="One frame on">${icons.arrowR}</button>
      <button class="kicon" data-do="shot+" title="Next shot" aria-label="Next shot"><svg class="ki" viewBox="0 0 16 16" width="14" height="14" fill="currentColor" aria-hidden="true"><path d="M2 3v10l6-5zM8 3v10l6-5z"/></svg></button>
      <span class="fm-tc" aria-label="Timecode">00:00:00:00</span><span class="fm-frame kmuted">frame 1 of ${f.frames}</span>
      <input class="fm-seek" type="range" min="0" max="${f.frames - 1}" step="1" value="0" aria-label="Position in the film, in frames">
      <span class="fm-speed"></span>
      <span class="fm-keys kmuted" title="Space plays and pauses. J plays backwards, K pauses, L plays on; press again for double speed. Arrows step one frame, Home and End go to the ends.">J K L ← → Space</span>
      <button class="kicon" data-do="full" title="Full screen (F)" aria-label="Full screen"><svg class="ki" viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" stroke-width="1.500" aria-hidden="true"><path d="M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10"/></svg></button></div>`;
  const empty = (h) => html`<div class="fm-screen"><div class="kempty"><h2>${h.shots ? "No film yet" : "A film needs shots"}</h2>
      <p>${h.shots ? "The strip below is the cut: every shot as wide as it is long. Hatched shots have no take yet. Make the film on the left and it plays here." : "Write them in Storyboard, or import a storyboard."}</p></div></div>`;
  Kino.part("film.player", {
    frame: (h) => html`<section class="kpane fm-player" aria-label="Player">${raw(h.film ? player(h.film) : empty(h))}
      <div class="fm-strip" ${h.frames ? "" : "hidden"}>
        <div class="fm-striphead"><span class="ksec">${h.strip === "film" ? "Shots of this film" : h.film ? "The cut as it is now" : "The cut"}</span>
          ${h.older ? raw(html`<span class="fm-older" title="${h.older}">${icons.warn} ${h.older}</span><div class="kseg" role="group" aria-label="What the strip shows"><button data-act="strip" data-id="film" aria-pressed="${h.strip === "film"}">This film</button><button data-act="strip" data-id="cut" aria-pressed="${h.strip === "cut"}">The cut now</button></div>`) : ""}</div>
        <div class="fm-scroll"><div class="fm-track"><div class="fm-clips" data-list role="group" aria-label="Shots"></div><i class="fm-head" data-keep="playhead" hidden></i></div></div>
        <div class="fm-words" data-keep="words"></div></div></section>`,
    item: (i, h) => html`<button class="fm-clip ${i.s}${i.c ? " changed" : ""}" data-id="${i.id}" data-seekto="${i.f}" style="flex:${i.n} 0 0" title="${i.id}${i.t ? " · " + i.t : ""} · ${many(i.n, "frame")}${STATE[i.s] ? " · " + STATE[i.s] : ""}" aria-label="Shot ${i.id}, ${many(i.n, "frame")}${STATE[i.s] ? ", " + STATE[i.s] : ""}">
      ${i.p ? raw(html`<img loading="lazy" alt="" src="/media/${h.project}/${i.p}/320">`) : ""}<span>${i.id}</span></button>`,
    after: (el, h, items) => {
      now.el = el; now.head = h; now.items = items; now.shot = null;
      watch(el.querySelector("video"));
      mark();
    },
  });

  /* -- the shot list ---------------------------------------------------------------------------------- */
  Kino.part("film.report", {
    frame: (h) => html`<section class="kpane fm-report" ${h.name ? "" : "hidden"} aria-label="Shot list">
      <h3 class="ksec">Shot list of ${h.name}</h3>
      <table class="ktable"><thead><tr><th>Shot</th><th class="num">First frame</th><th class="num">In</th><th class="num">Out</th><th class="num">Frames</th><th>Takes</th></tr></thead><tbody data-list></tbody></table></section>`,
    item: (i) => html`<tr data-id="${i.id}" data-seekto="${i.f}"><td><button class="fm-go" title="Go to this shot">${i.id}</button></td><td class="num">${i.f + 1}</td><td class="num">${i.in}</td><td class="num">${i.out}</td><td class="num">${i.n}</td><td>${i.takes}${i.stale ? raw(' <span class="kpill stale">stale when made</span>') : ""}</td></tr>`,
  });

  /* -- hands ------------------------------------------------------------------------------------------ */
  const DO = {
    toggle, first: () => { shuttle(0); seek(0); }, last: () => { shuttle(0); seek(last()); },
    "step-": () => { shuttle(0); seek(now.frame - 1); }, "step+": () => { shuttle(0); seek(now.frame + 1); },
    "shot-": () => jump(-1), "shot+": () => jump(1), full: () => (document.fullscreenElement ? document.exitFullscreen() : now.el.querySelector(".fm-video")?.requestFullscreen?.().catch(() => {})),
  };
  document.addEventListener("click", (e) => {
    /* A film that nobody sees does not play on. */
    if (now.video && e.target.closest?.("#tabs [role=tab]")) setTimeout(() => { if (!now.el.offsetParent) shuttle(0); }, 0);
    if (e.target.closest?.(".fm-player video")) { toggle(); return; }
    const b = e.target.closest?.("[data-do]");
    if (b && now.el?.contains(b)) { DO[b.dataset.do]?.(); return; }
    const clip = e.target.closest?.("[data-seekto]");
    if (!clip || !now.head) return;
    if (clip.closest(".fm-report")) { if (now.head.film) { shuttle(0); seek(+clip.dataset.seekto); } return; }
    if (follows()) { const going = now.shuttle > 0 && !now.video.paused; seek(+clip.dataset.seekto); if (!going) shuttle(0); }
    else { now.cut = clip.dataset.id; mark(); }
    Kino.act("film.player", "shot", { id: clip.dataset.id });
  });
  document.addEventListener("input", (e) => { if (e.target.classList?.contains("fm-seek")) { shuttle(0); seek(+e.target.value); } });
  document.addEventListener("keydown", (e) => {
    if (!now.el?.isConnected || !now.el.offsetParent || !now.video || e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
    const t = e.target;
    if (t.closest?.("textarea,select,[contenteditable],[role=option]") || (t.tagName === "INPUT" && !t.classList.contains("fm-seek"))) return;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    if (key === " " && t.closest?.("button,a") && !t.closest(".fm-clip")) return;
    const does = {
      " ": toggle, k: () => shuttle(0), l: () => shuttle(now.shuttle > 0 ? Math.min(8, now.shuttle * 2) : 1), j: () => shuttle(now.shuttle < 0 ? Math.max(-8, now.shuttle * 2) : -1),
      ArrowLeft: DO["step-"], ArrowRight: DO["step+"], Home: DO.first, End: DO.last, f: DO.full,
    }[key];
    if (does) { e.preventDefault(); does(); }
  });
})();

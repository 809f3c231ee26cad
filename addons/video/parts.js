/* Video: sums and buttons, the plan, and the selected shot with its player and takes. */
(() => {
  const { html, raw, icons } = Kino;
  const WORD = { running: Kino.t("rendering"), queued: Kino.t("in the queue"), failed: Kino.t("failed"), ready: Kino.t("to render"), waiting: Kino.t("waiting"), done: Kino.t("done"), stale: Kino.t("stale"), blocked: Kino.t("blocked") };
  const LETTER = { r: "ready", w: "waiting", d: "done", s: "stale", b: "blocked" };
  const pill = (s) => raw(html`<span class="kpill ${s === "ready" ? "" : s}">${WORD[s]}</span>`);
  const bar = (p, label) => raw(html`<span class="kbar wide" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${p}"><i style="width:${p}%"></i></span>`);

  Kino.part("video.bar", {
    frame: (h) => !h.shots ? html`` : html`<div class="kbar-top vd-bar">
      <div class="vd-sum" title="${Kino.t("{count} at the film's rate", { count: h.length })}"><b>${h.frames.toLocaleString("en")}</b><span>${Kino.t("film frames · {count}", { count: h.length })}</span></div>
      <div class="vd-sum" title="${h.engine} · ${h.profile} · ${h.size}${h.rate ? " · " + h.rate : ""} · ${h.mode}"><b>${h.make.toLocaleString(Kino.language)}</b><span>${h.rate ? Kino.t("frames to make at {rate}", { rate: h.rate }) : Kino.t("frames to make")}</span></div>
      <div class="vd-sum" title="${Kino.t("From what such frames took lately")}"><b>${h.make ? h.time || Kino.t("not known yet") : Kino.t("nothing to do")}</b><span>${Kino.t("time expected")}</span></div>
      <div class="vd-sum"><b>${h.price}</b><span>${Kino.t("price")}</span></div>
      <div class="vd-sum"><b>${Kino.t("{done} of {shots}", { done: h.done, shots: h.shots })}</b><span>${Kino.t("shots rendered")}${h.blocked ? raw(html`, <em>${Kino.t("{blocked} blocked", { blocked: h.blocked })}</em>`) : ""}</span></div>
      <span class="grow"></span>
      ${h.running || h.waiting || h.paused ? raw(html`<div class="vd-going" role="status"><span>${h.paused ? (h.running ? Kino.t("Pausing after what is running") : Kino.t("Paused")) : h.percent + " %"}${!h.paused && h.left ? " · " + Kino.t("{time} left", { time: h.left }) : ""}</span>${bar(h.percent, Kino.t("All that was started"))}</div>
        <button class="kbtn" data-act="${h.paused ? "resume" : "pause"}">${h.paused ? icons.play : icons.pause} ${h.paused ? Kino.t("Go on") : Kino.t("Pause")}</button>
        ${h.running || h.waiting ? raw(html`<button class="kbtn danger" data-act="stop" data-confirm="${Kino.t("Stop rendering? What is done stays; what is half done is given up.")}" data-yes="${Kino.t("Stop")}">${icons.stop} ${Kino.t("Stop")}</button>`) : ""}`) : ""}
      ${h.stale && h.staleFree ? raw(html`<button class="kbtn" data-act="render-stale" title="${Kino.t("Only shots whose words, camera or keyframe changed since")}">${Kino.tn("Render {n} stale shot", "Render {n} stale shots", h.stale)}</button>`) : ""}
      ${h.render ? raw(html`<button class="kbtn primary" data-act="render">${icons.film} ${h.render === h.shots ? Kino.tn("Render all {n} shot", "Render all {n} shots", h.render) : Kino.t("Render what is missing") + " · " + Kino.tn("{n} shot", "{n} shots", h.render)}${h.renderTime ? " · " + h.renderTime : ""}</button>`)
        : h.running || h.waiting ? "" : raw(html`<button class="kbtn ${h.done === h.shots ? "primary" : ""}" data-act="film">${h.done === h.shots ? Kino.t("Make the film") : Kino.t("Go to Film")} ${icons.arrowR}</button>`)}
    </div>`,
  });

  /* -- the plan ------------------------------------------------------------------------------------------------ */
  const START = { k: Kino.t("starts from its keyframe"), p: Kino.t("continues the segment before"), n: Kino.t("starts from its words alone") };
  const takeName = (t, s, h) => (h.segments.length > 1 ? Kino.t("take {n} of segment {segment}", { n: t.n, segment: s.i + 1 }) : Kino.t("take {n}", { n: t.n }));
  const makes = (made, repeated, kept, over) => [Kino.tn("makes {n} frame", "makes {n} frames", made), repeated && Kino.t("repeats {n}", { n: repeated }), Kino.t("keeps {n}", { n: kept }), over && Kino.t("{n} over as handle", { n: over })].filter(Boolean).join(", ");
  const tip = (g, i) => `${Kino.t("Segment {n}", { n: i + 1 })}: ${makes(...g)}; ${START[g[4][0]]}${g[4][1] === "k" ? Kino.t(", ends on a keyframe") : ""}; ${WORD[LETTER[g[5]]]}`;
  const bars = (it) => raw(html`<span class="vd-segs" role="img" aria-label="${it.g.map(tip).join(". ")}">${it.g.map((g, i) => raw(html`<i class="vd-seg ${LETTER[g[5]]}" style="flex:${g[0]}" title="${tip(g, i)}">${g[1] ? raw(html`<u class="rep" style="flex:${g[1]}"></u>`) : ""}<u style="flex:${g[2]}"></u>${g[3] ? raw(html`<u class="hnd" style="flex:${g[3]}"></u>`) : ""}</i>`))}${it.more ? raw(html`<small>+${it.more}</small>`) : ""}</span>`);
  const how = (it) => {
    const g = it.g;
    if (!g.length) return "";
    const first = g[0][4][0] === "k" ? Kino.t("from its keyframe") : Kino.t("from its words"), end = g[g.length - 1][4][1] === "k";
    if (g.length === 1) return end ? Kino.t("from keyframe to end frame") : first;
    if (g[0][4][1] === "k") return Kino.tn("{n} segment", "{n} segments", g.length) + Kino.t(", keyframe to keyframe");
    return first + Kino.t(", then {n} chained", { n: g.length - 1 }) + (end ? Kino.t(", to the end frame") : "");
  };
  Kino.part("video.plan", {
    frame: (h, items) => !items.length ? html`` : html`<div class="kpane vd-plan">
      <div class="vd-strip" aria-hidden="true">${items.map((it) => raw(html`<i class="${it.s}" data-id="${it.id}" data-act="select" style="flex:${it.f}" title="${Kino.t("Shot {id}", { id: it.id })} · ${Kino.tn("{n} frame", "{n} frames", it.f)} · ${WORD[it.s]}" ${h.selected === it.id ? "data-on" : ""}>${it.p ? raw(html`<u style="width:${it.p[0]}%"></u>`) : ""}</i>`))}</div>
      <div class="vd-headrow" aria-hidden="true"><span>${Kino.t("Shot")}</span><span></span><span class="num" title="${Kino.t("Frames in the film, at its rate")}">${Kino.t("Film")}</span><span class="num" title="${Kino.t("Frames that the model gives, at its rate")}">${Kino.t("Native")}</span><span title="${Kino.t("What is made: kept, repeated (dark) and over as handle (striped)")}">${Kino.t("Segments")}</span><span>${Kino.t("State")}</span></div>
      <div class="vd-rows" role="listbox" aria-label="${Kino.t("Plan")}" data-list></div></div>`,
    item: (it, h) => html`<div class="vd-row" role="option" tabindex="0" data-id="${it.id}" data-act="select" aria-selected="${h.selected === it.id}">
      <span class="kthumb">${it.p && it.p[3] ? raw(html`<img src="${it.p[3]}" alt="">`) : it.t ? raw(html`<img loading="lazy" src="${h.media}${it.t}/160" alt="">`) : raw(html`<span class="none">${icons.film}</span>`)}</span>
      <span class="vd-name"><b>${it.id}</b><span>${it.w || Kino.t("No words yet")}</span><small>${how(it)}</small></span>
      <span class="num">${it.f}</span><span class="num">${it.n}</span>${bars(it)}
      <span class="vd-state">${it.p ? raw(html`<span class="vd-run"><b>${it.p[4] === "k" ? Kino.t("keyframe") + " " : ""}${it.p[0]} %</b><small>${it.p[2] ? Kino.t("{time} left", { time: it.p[2] }) : it.p[1]}</small></span>${bar(it.p[0], Kino.t("Shot {id}", { id: it.id }))}`) : raw(html`${pill(it.s)}<small title="${it.r || ""}">${it.s === "queued" ? it.x || "" : it.r || it.x || ""}</small>${it.q ? raw(html`<em class="vd-check ${it.q[0]}" title="${it.q[2]}">${it.q[1]}</em>`) : ""}`)}</span></div>`,
    after: (el, h) => { if (el._shown !== h.selected) { el._shown = h.selected; el.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }); } },
  });

  /* -- the selected shot --------------------------------------------------------------------------------------- */
  const player = (p) => raw(html`<div class="vd-player" data-keep="${p.key} ${p.url}" tabindex="0" role="group" aria-label="${Kino.t("Player: space plays, arrows step one frame")}" data-rate="${p.rate[0] / p.rate[1]}" data-frames="${p.frames}">
      <video src="${p.url}" poster="${p.poster}" preload="auto" playsinline></video>
      <div class="vd-ctl"><button type="button" class="kicon" data-play aria-label="${Kino.t("Play")}">${icons.play}</button><button type="button" class="kicon" data-step="-1" aria-label="${Kino.t("One frame back")}" title="${Kino.t("One frame back (←)")}">${icons.arrowL}</button><button type="button" class="kicon" data-step="1" aria-label="${Kino.t("One frame on")}" title="${Kino.t("One frame on (→)")}">${icons.arrowR}</button>
        <span class="vd-scrub"><span class="vd-zones"><u class="rep" style="flex:${p.drop}" title="${Kino.t("{drop} repeated, not in the film", { drop: p.drop })}"></u><u style="flex:${p.frames - p.drop - p.over}"></u><u class="hnd" style="flex:${p.over}" title="${Kino.t("{over} over, kept as a handle", { over: p.over })}"></u></span><input type="range" min="0" max="${p.frames - 1}" value="0" step="1" aria-label="${Kino.t("Frame")}"></span>
        <span class="vd-count" title="${Kino.t("Frame of {frames}, at {fps} fps", { frames: p.frames, fps: p.fps })}">1 / ${p.frames}</span><button type="button" class="kicon" data-loop aria-pressed="false" title="${Kino.t("Loop")}" aria-label="${Kino.t("Loop")}">${icons.retry}</button></div></div>`);
  const seg = (h, s, takes) => raw(html`<section class="vd-block" aria-label="${Kino.t("Segment {what}", { what: s.i + 1 })}">
      <header><b>${h.segments.length > 1 ? Kino.t("Segment {n}", { n: s.i + 1 }) : Kino.t("Takes")}</b>${pill(s.s)}<span title="${makes(s.make, s.drop, s.keep, s.over)}">${s.keep === s.make ? Kino.tn("{n} frame", "{n} frames", s.make) : Kino.t("{kept} of {n} frames kept", { kept: s.keep, n: s.make })} ${Kino.t("from {what}", { what: s.from })}${s.to ? " " + Kino.t("to the {what}", { what: s.to }) : ""}</span></header>
      ${s.r ? raw(html`<p class="vd-why">${s.s === "stale" ? icons.warn : ""} ${s.r[0].toUpperCase() + s.r.slice(1)}.</p>`) : ""}
      ${s.p ? raw(html`<div class="vd-work"><span class="kthumb">${s.p[3] ? raw(html`<img src="${s.p[3]}" alt="${Kino.t("Preview of the work")}">`) : raw(html`<span class="none">${icons.film}</span>`)}</span><div><b>${s.p[0]} %</b><small>${s.p[1]}${s.p[2] ? " · " + Kino.t("{time} left", { time: s.p[2] }) : ""}</small>${bar(s.p[0], Kino.t("Segment {n}", { n: s.i + 1 }))}</div></div>`) : ""}
      <div class="vd-takes">${takes.map((t) => raw(html`<div class="vd-take ${t.stands ? "stands" : ""} ${t.shown ? "shown" : ""}"><button class="vd-pic kthumb" data-act="show" data-take="${t.id}" aria-pressed="${t.shown}" aria-label="${Kino.t("Show {take}", { take: takeName(t, s, h) })}"><img loading="lazy" src="${t.url}" alt="">${t.stands ? raw(html`<span class="ktag tl vd-tag">${t.chosen ? Kino.t("chosen") : Kino.t("newest")}</span>`) : ""}<span class="vd-go">${icons.play}</span></button>
        <div class="vd-info"><b>${Kino.t("Take {n}", { n: t.n })}</b><small title="${t.made}">${Kino.when(t.made)} ${Kino.t("· seed {seed}", { seed: t.seed })}</small>${t.older.length ? raw(html`<small class="old">${Kino.t("made from older {what}", { what: t.older.join(", ") })}</small>`) : raw(html`<small>${Kino.t("fits the plan")}</small>`)}${t.q ? raw(html`<small class="vd-check ${t.q[0]}" title="${t.q[2]}">${t.q[1]}</small>`) : ""}</div>
        ${t.chosen || (t.stands && takes.length === 1) ? "" : raw(html`<button class="kbtn small" data-act="choose" data-take="${t.id}">${icons.check} ${Kino.t("Choose")}</button>`)}<button class="kicon small" data-act="delete-take" data-take="${t.id}" data-confirm="${Kino.t("Move {take} of shot {shot} into the trash?", { take: takeName(t, s, h), shot: h.shot })} ${t.stands ? Kino.t("It is the one that stands.") : ""} ${Kino.t("The Project tab puts it back.")}" data-yes="${Kino.t("Move to the trash")}" title="${Kino.t("Move to the trash")}" aria-label="${Kino.t("Move {take} to the trash", { take: takeName(t, s, h) })}">${icons.trash}</button></div>`))}</div></section>`);

  Kino.part("video.shot", {
    frame: (h, items) => !h.shot ? html`<div class="kpane kempty vd-empty"><h2>${Kino.t("There is nothing to render yet")}</h2><p>${Kino.t("The plan is made from the storyboard: how many frames each shot has, and how the model makes them.")}</p><button class="kbtn primary" data-act="storyboard">${Kino.t("Go to the storyboard")}</button></div>`
      : html`<div class="kpane vd-shot" data-id="${h.shot}" style="--ratio:${h.ratio[0]}/${h.ratio[1]}">
      <div class="vd-title"><h2 class="kh">${Kino.t("Shot {id}", { id: h.shot })}${h.title ? " · " + h.title : ""}</h2><span class="kmuted">${Kino.tn("{n} frame", "{n} frames", h.frames)} · ${h.length}${h.nativeRate ? " · " + Kino.t("{frames} at {rate}", { frames: h.native, rate: h.nativeRate }) : ""}</span></div>
      ${h.play ? player(h.play) : raw(html`<div class="vd-player none"><div class="vd-blank">${h.work && h.work[3] ? raw(html`<img src="${h.work[3]}" alt="${Kino.t("Preview of the work")}">`) : h.face ? raw(html`<img class="dim" src="${h.face}" alt="">`) : ""}<span>${h.work ? h.work[4] + " · " + h.work[0] + " %" : h.open ? (h.paused ? Kino.t("Paused") : Kino.t("In the queue")) : Kino.t("No take yet")}</span></div></div>`)}
      ${h.facts ? raw(html`<p class="kmuted vd-facts">${h.play.of > 1 ? Kino.t("Segment {n}", { n: h.play.segment }) + " · " : ""}${h.facts}</p>`) : ""}
      <div class="vd-acts">${h.state === "done" ? "" : raw(html`<button class="kbtn" data-act="render-shot" ${h.state === "blocked" || h.open ? "disabled" : ""}>${icons.film} ${Kino.t("Render this shot")}</button>`)}
        ${items.length ? raw(html`<button class="kbtn" data-act="again" ${h.open || h.state === "blocked" ? "disabled" : ""} title="${Kino.t("Render every segment once more with another seed; the takes there are stay")}">${icons.plus} ${Kino.t("Another take")}</button>`) : ""}
        ${h.open ? raw(html`<button class="kbtn danger" data-act="stop-shot">${icons.stop} ${Kino.t("Stop this shot")}</button>`) : ""}
        ${h.state === "blocked" ? raw(html`<button class="kbtn" data-act="keyframes">${Kino.t("Go to Keyframes")}</button>`) : ""}</div>
      ${h.anchors.map((n) => raw(html`<p class="vd-why">${Kino.t("Re-anchored at segment {n}", { n })} <button class="kbtn small" data-act="unanchor" data-segment="${n}" title="${Kino.t("Let it continue the segment before again; the takes there are stay")}">${icons.undo} ${Kino.t("Take back")}</button></p>`))}
      ${h.joins.map((j) => raw(html`<div class="vd-join ${j.s}">${j.m.map((m) => raw(html`<p>${icons.warn}<span>${m}</span></p>`))}${Kino.remedies(h.shot, j.do, true)}</div>`))}
      ${h.problem ? raw(html`<div class="kf-fail vd-fail">${icons.warn}<span>${h.problem}</span></div>`) : ""}
      ${h.failed.map(([id, title, text]) => raw(html`<div class="kf-fail vd-fail" role="alert">${icons.warn}<span><b>${title}</b> ${text}</span><button class="kbtn small" data-act="retry" data-job="${id}">${icons.retry} ${Kino.t("Retry")}</button></div>`))}
      ${h.segments.map((s) => seg(h, s, items.filter((t) => t.g === s.i)))}
      ${items.some((t) => t.g >= h.segments.length) ? raw(html`<p class="kmuted">${Kino.tn("{n} take belongs to segments that the plan no longer has.", "{n} takes belong to segments that the plan no longer has.", items.filter((t) => t.g >= h.segments.length).length)}</p>`) : ""}
      ${h.sent ? raw(html`<details class="kf-sent"><summary>${Kino.t("How this take was made")}</summary><dl>${h.sent.map(([k, v]) => raw(html`<div><dt>${k}</dt><dd>${v}</dd></div>`))}</dl></details>`) : ""}
      ${h.now ? raw(html`<details class="kf-sent"><summary>${Kino.t("What would be sent now")}</summary><dl>${h.now.map(([k, v]) => raw(html`<div><dt>${k}</dt><dd>${v}</dd></div>`))}</dl>${Kino.graph(h.graph, "vd-graph")}</details>`) : ""}
    </div>`,
    after: (el) => { const box = el.querySelector(".vd-player[data-keep]"); if (box && box._key !== box.dataset.keep) bind(box); },
  });

  /* -- the player: exact to the frame, by the take's own rate --------------------------------------------------- */
  let loop = false;
  try { loop = localStorage.kinoloop === "1"; } catch (e) { /* private windows have none */ }
  function bind(box) {
    const video = box.querySelector("video"), range = box.querySelector("input"), count = box.querySelector(".vd-count"), play = box.querySelector("[data-play]"), again = box.querySelector("[data-loop]");
    const first = !box._key;
    box._key = box.dataset.keep;
    const rate = () => +box.dataset.rate, frames = () => +box.dataset.frames;
    const now = () => Math.min(frames() - 1, Math.max(0, Math.floor(video.currentTime * rate() + 0.01)));
    const show = () => { const f = now(); if (document.activeElement !== range || !range._held) range.value = f; count.textContent = f + 1 + " / " + frames(); };
    /* The middle of a frame, so that rounding never shows its neighbour. */
    const to = (f) => { video.currentTime = (Math.min(frames() - 1, Math.max(0, f)) + 0.5) / rate(); };
    const icon = () => { play.innerHTML = (video.paused ? icons.play : icons.pause).raw; play.setAttribute("aria-label", video.paused ? Kino.t("Play") : Kino.t("Pause")); };
    const looks = () => { video.loop = loop; again.setAttribute("aria-pressed", loop); again.classList.toggle("on", loop); };
    box._step = (by) => { video.pause(); to(now() + by); };
    box._to = (f) => { video.pause(); to(f < 0 ? frames() - 1 : f); };
    box._play = () => { if (video.paused) { if (video.ended) video.currentTime = 0; video.play().catch(() => {}); } else video.pause(); };
    looks(); icon(); show();
    if (!first) return;
    video.addEventListener("timeupdate", show); video.addEventListener("seeked", show); video.addEventListener("loadeddata", show);
    video.addEventListener("play", () => { icon(); const run = () => { if (!video.paused && video.isConnected) { show(); requestAnimationFrame(run); } }; run(); });
    video.addEventListener("pause", icon); video.addEventListener("click", () => box._play());
    video.addEventListener("error", () => { if (video.isConnected && video.getAttribute("src")) count.textContent = Kino.t("cannot be played"); });
    range.addEventListener("pointerdown", () => { range._held = true; }); range.addEventListener("pointerup", () => { range._held = false; });
    range.addEventListener("input", () => { video.pause(); to(+range.value); });
    box.addEventListener("click", (e) => {
      const b = e.target.closest("button");
      if (!b) return;
      if ("play" in b.dataset) box._play();
      if (b.dataset.step) box._step(+b.dataset.step);
      if ("loop" in b.dataset) { loop = !loop; try { localStorage.kinoloop = loop ? "1" : "0"; } catch (x) { /* as above */ } looks(); }
    });
  }
  document.addEventListener("keydown", (e) => {
    const box = document.querySelector(".vd-player[data-keep]");
    if (!box || !box.offsetParent || e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.("input:not([type=range]),textarea,select,dialog,[role=option],summary")) return;
    if (e.target.closest?.("button") && e.key === " " ) return;
    const moves = { " ": () => box._play(), k: () => box._play(), ArrowRight: () => box._step(e.shiftKey ? 10 : 1), ArrowLeft: () => box._step(e.shiftKey ? -10 : -1), Home: () => box._to(0), End: () => box._to(-1) };
    const move = moves[e.key];
    if (move) { e.preventDefault(); move(); }
  });
  Kino.keys?.push([Kino.t("Video"), [[Kino.t("Space, K"), Kino.t("Play and pause")], ["← →", Kino.t("One frame back and on")], [Kino.t("Shift ← →"), Kino.t("Ten frames")], [Kino.t("Home, End"), Kino.t("First and last frame")]]]);
})();

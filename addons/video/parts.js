/* Video: sums and buttons, the plan, and the selected shot with its player and takes. */
(() => {
  const { html, raw, icons } = Kino;
  const many = (n, one, more) => n + " " + (n === 1 ? one : more);
  const WORD = { running: "rendering", queued: "in the queue", failed: "failed", ready: "to render", waiting: "waiting", done: "done", stale: "stale", blocked: "blocked" };
  const LETTER = { r: "ready", w: "waiting", d: "done", s: "stale", b: "blocked" };
  const pill = (s) => raw(html`<span class="kpill ${s === "ready" ? "" : s}">${WORD[s]}</span>`);
  const bar = (p, label) => raw(html`<span class="kbar wide" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${p}"><i style="width:${p}%"></i></span>`);

  Kino.part("video.bar", {
    frame: (h) => !h.shots ? html`` : html`<div class="kbar-top vd-bar">
      <div class="vd-sum" title="${h.length} at the film's rate"><b>${h.frames.toLocaleString("en")}</b><span>film frames · ${h.length}</span></div>
      <div class="vd-sum" title="${h.engine} · ${h.profile} · ${h.size}${h.rate ? " · " + h.rate : ""} · ${h.mode}"><b>${h.make.toLocaleString("en")}</b><span>frames to make${h.rate ? " at " + h.rate : ""}</span></div>
      <div class="vd-sum" title="From what such frames took lately"><b>${h.make ? h.time || "not known yet" : "nothing to do"}</b><span>time expected</span></div>
      <div class="vd-sum"><b>${h.price}</b><span>price</span></div>
      <div class="vd-sum"><b>${h.done} of ${h.shots}</b><span>shots rendered${h.blocked ? raw(html`, <em>${h.blocked} blocked</em>`) : ""}</span></div>
      <span class="grow"></span>
      ${h.running || h.waiting || h.paused ? raw(html`<div class="vd-going" role="status"><span>${h.paused ? (h.running ? "Pausing after what is running" : "Paused") : h.percent + " %"}${!h.paused && h.left ? " · " + h.left + " left" : ""}</span>${bar(h.percent, "All that was started")}</div>
        <button class="kbtn" data-act="${h.paused ? "resume" : "pause"}">${h.paused ? icons.play : icons.pause} ${h.paused ? "Go on" : "Pause"}</button>
        ${h.running || h.waiting ? raw(html`<button class="kbtn danger" data-act="stop" data-confirm="Stop rendering? What is done stays; what is half done is given up." data-yes="Stop">${icons.stop} Stop</button>`) : ""}`) : ""}
      ${h.stale && h.staleFree ? raw(html`<button class="kbtn" data-act="render-stale" title="Only shots whose words, camera or keyframe changed since">Render ${many(h.stale, "stale shot", "stale shots")}</button>`) : ""}
      ${h.render ? raw(html`<button class="kbtn primary" data-act="render">${icons.film} Render ${h.render === h.shots ? "all " + many(h.render, "shot", "shots") : "what is missing · " + many(h.render, "shot", "shots")}${h.renderTime ? " · " + h.renderTime : ""}</button>`)
        : h.running || h.waiting ? "" : raw(html`<button class="kbtn ${h.done === h.shots ? "primary" : ""}" data-act="film">${h.done === h.shots ? "Make the film" : "Go to Film"} ${icons.arrowR}</button>`)}
    </div>`,
  });

  /* -- the plan ------------------------------------------------------------------------------------------------ */
  const START = { k: "starts from its keyframe", p: "continues the segment before", n: "starts from its words alone" };
  const tip = (g, i) => `Segment ${i + 1}: makes ${many(g[0], "frame", "frames")}${g[1] ? ", repeats " + g[1] : ""}, keeps ${g[2]}${g[3] ? ", " + g[3] + " over as handle" : ""}; ${START[g[4][0]]}${g[4][1] === "k" ? ", ends on a keyframe" : ""}; ${WORD[LETTER[g[5]]]}`;
  const bars = (it) => raw(html`<span class="vd-segs" role="img" aria-label="${it.g.map(tip).join(". ")}">${it.g.map((g, i) => raw(html`<i class="vd-seg ${LETTER[g[5]]}" style="flex:${g[0]}" title="${tip(g, i)}">${g[1] ? raw(html`<u class="rep" style="flex:${g[1]}"></u>`) : ""}<u style="flex:${g[2]}"></u>${g[3] ? raw(html`<u class="hnd" style="flex:${g[3]}"></u>`) : ""}</i>`))}${it.more ? raw(html`<small>+${it.more}</small>`) : ""}</span>`);
  const how = (it) => {
    const g = it.g;
    if (!g.length) return "";
    const first = g[0][4][0] === "k" ? "from its keyframe" : "from its words", end = g[g.length - 1][4][1] === "k";
    if (g.length === 1) return end ? "from keyframe to end frame" : first;
    if (g[1][4][0] === "k") return many(g.length, "segment", "segments") + ", keyframe to keyframe";
    return first + ", then " + (g.length - 1) + " chained" + (end ? ", to the end frame" : "");
  };
  Kino.part("video.plan", {
    frame: (h, items) => !items.length ? html`` : html`<div class="kpane vd-plan">
      <div class="vd-strip" aria-hidden="true">${items.map((it) => raw(html`<i class="${it.s}" data-id="${it.id}" data-act="select" style="flex:${it.f}" title="Shot ${it.id} · ${many(it.f, "frame", "frames")} · ${WORD[it.s]}" ${h.selected === it.id ? "data-on" : ""}>${it.p ? raw(html`<u style="width:${it.p[0]}%"></u>`) : ""}</i>`))}</div>
      <div class="vd-headrow" aria-hidden="true"><span>Shot</span><span></span><span class="num" title="Frames in the film, at its rate">Film</span><span class="num" title="Frames that the model gives, at its rate">Native</span><span title="What is made: kept, repeated (dark) and over as handle (striped)">Segments</span><span>State</span></div>
      <div class="vd-rows" role="listbox" aria-label="Plan" data-list></div></div>`,
    item: (it, h) => html`<div class="vd-row" role="option" tabindex="0" data-id="${it.id}" data-act="select" aria-selected="${h.selected === it.id}">
      <span class="kthumb">${it.p && it.p[3] ? raw(html`<img src="${it.p[3]}" alt="">`) : it.t ? raw(html`<img loading="lazy" src="${h.media}${it.t}/160" alt="">`) : raw(html`<span class="none">${icons.film}</span>`)}</span>
      <span class="vd-name"><b>${it.id}</b><span>${it.w || "No words yet"}</span><small>${how(it)}</small></span>
      <span class="num">${it.f}</span><span class="num">${it.n}</span>${bars(it)}
      <span class="vd-state">${it.p ? raw(html`<span class="vd-run"><b>${it.p[4] === "k" ? "keyframe " : ""}${it.p[0]} %</b><small>${it.p[2] ? it.p[2] + " left" : it.p[1]}</small></span>${bar(it.p[0], "Shot " + it.id)}`) : raw(html`${pill(it.s)}<small title="${it.r || ""}">${it.s === "queued" ? it.x || "" : it.r || it.x || ""}</small>`)}</span></div>`,
    after: (el, h) => { if (el._shown !== h.selected) { el._shown = h.selected; el.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }); } },
  });

  /* -- the selected shot --------------------------------------------------------------------------------------- */
  const player = (p) => raw(html`<div class="vd-player" data-keep="${p.key} ${p.url}" tabindex="0" role="group" aria-label="Player: space plays, arrows step one frame" data-rate="${p.rate[0] / p.rate[1]}" data-frames="${p.frames}">
      <video src="${p.url}" poster="${p.poster}" preload="auto" playsinline></video>
      <div class="vd-ctl"><button type="button" class="kicon" data-play aria-label="Play">${icons.play}</button><button type="button" class="kicon" data-step="-1" aria-label="One frame back" title="One frame back (←)">${icons.arrowL}</button><button type="button" class="kicon" data-step="1" aria-label="One frame on" title="One frame on (→)">${icons.arrowR}</button>
        <span class="vd-scrub"><span class="vd-zones"><u class="rep" style="flex:${p.drop}" title="${p.drop} repeated, not in the film"></u><u style="flex:${p.frames - p.drop - p.over}"></u><u class="hnd" style="flex:${p.over}" title="${p.over} over, kept as a handle"></u></span><input type="range" min="0" max="${p.frames - 1}" value="0" step="1" aria-label="Frame"></span>
        <span class="vd-count" title="Frame of ${p.frames}, at ${p.fps} fps">1 / ${p.frames}</span><button type="button" class="kicon" data-loop aria-pressed="false" title="Loop" aria-label="Loop">${icons.retry}</button></div></div>`);
  const seg = (h, s, takes) => raw(html`<section class="vd-block" aria-label="Segment ${s.i + 1}">
      <header><b>${h.segments.length > 1 ? "Segment " + (s.i + 1) : "Takes"}</b>${pill(s.s)}<span title="Makes ${s.make}${s.drop ? ", repeats " + s.drop : ""}, keeps ${s.keep}${s.over ? ", " + s.over + " over as handle" : ""}">${s.keep === s.make ? many(s.make, "frame", "frames") : s.keep + " of " + many(s.make, "frame", "frames") + " kept"} from ${s.from}${s.to ? " to the " + s.to : ""}</span></header>
      ${s.r ? raw(html`<p class="vd-why">${s.s === "stale" ? icons.warn : ""} ${s.r[0].toUpperCase() + s.r.slice(1)}.</p>`) : ""}
      ${s.p ? raw(html`<div class="vd-work"><span class="kthumb">${s.p[3] ? raw(html`<img src="${s.p[3]}" alt="Preview of the work">`) : raw(html`<span class="none">${icons.film}</span>`)}</span><div><b>${s.p[0]} %</b><small>${s.p[1]}${s.p[2] ? " · " + s.p[2] + " left" : ""}</small>${bar(s.p[0], "Segment " + (s.i + 1))}</div></div>`) : ""}
      <div class="vd-takes">${takes.map((t) => raw(html`<div class="vd-take ${t.stands ? "stands" : ""} ${t.shown ? "shown" : ""}"><button class="vd-pic kthumb" data-act="show" data-take="${t.id}" aria-pressed="${t.shown}" aria-label="Show take ${t.n}${h.segments.length > 1 ? " of segment " + (s.i + 1) : ""}"><img loading="lazy" src="${t.url}" alt="">${t.stands ? raw(html`<span class="ktag tl vd-tag">${t.chosen ? "chosen" : "newest"}</span>`) : ""}<span class="vd-go">${icons.play}</span></button>
        <div class="vd-info"><b>Take ${t.n}</b><small title="${t.made}">${Kino.when(t.made)} · seed ${t.seed}</small>${t.older.length ? raw(html`<small class="old">made from older ${t.older.join(", ")}</small>`) : raw(html`<small>fits the plan</small>`)}</div>
        ${t.chosen || (t.stands && takes.length === 1) ? "" : raw(html`<button class="kbtn small" data-act="choose" data-take="${t.id}">${icons.check} Choose</button>`)}<button class="kicon small" data-act="delete-take" data-take="${t.id}" data-confirm="Move take ${t.n}${h.segments.length > 1 ? " of segment " + (s.i + 1) : ""} of shot ${h.shot} into the trash?${t.stands ? " It is the one that stands." : ""} The Project tab puts it back." data-yes="Move to the trash" title="Move to the trash" aria-label="Move take ${t.n}${h.segments.length > 1 ? " of segment " + (s.i + 1) : ""} to the trash">${icons.trash}</button></div>`))}</div></section>`);

  Kino.part("video.shot", {
    frame: (h, items) => !h.shot ? html`<div class="kpane kempty vd-empty"><h2>There is nothing to render yet</h2><p>The plan is made from the storyboard: how many frames each shot has, and how the model makes them.</p><button class="kbtn primary" data-act="storyboard">Go to the storyboard</button></div>`
      : html`<div class="kpane vd-shot" data-id="${h.shot}" style="--ratio:${h.ratio[0]}/${h.ratio[1]}">
      <div class="vd-title"><h2 class="kh">Shot ${h.shot}${h.title ? " · " + h.title : ""}</h2><span class="kmuted">${many(h.frames, "frame", "frames")} · ${h.length}${h.nativeRate ? " · " + h.native + " at " + h.nativeRate : ""}</span></div>
      ${h.play ? player(h.play) : raw(html`<div class="vd-player none"><div class="vd-blank">${h.work && h.work[3] ? raw(html`<img src="${h.work[3]}" alt="Preview of the work">`) : h.face ? raw(html`<img class="dim" src="${h.face}" alt="">`) : ""}<span>${h.work ? h.work[4] + " · " + h.work[0] + " %" : h.open ? (h.paused ? "Paused" : "In the queue") : "No take yet"}</span></div></div>`)}
      ${h.facts ? raw(html`<p class="kmuted vd-facts">${h.play.of > 1 ? "Segment " + h.play.segment + " · " : ""}${h.facts}</p>`) : ""}
      <div class="vd-acts">${h.state === "done" ? "" : raw(html`<button class="kbtn" data-act="render-shot" ${h.state === "blocked" || h.open ? "disabled" : ""}>${icons.film} Render this shot</button>`)}
        ${items.length ? raw(html`<button class="kbtn" data-act="again" ${h.open || h.state === "blocked" ? "disabled" : ""} title="Render every segment once more with another seed; the takes there are stay">${icons.plus} Another take</button>`) : ""}
        ${h.open ? raw(html`<button class="kbtn danger" data-act="stop-shot">${icons.stop} Stop this shot</button>`) : ""}
        ${h.state === "blocked" ? raw(html`<button class="kbtn" data-act="keyframes">Go to Keyframes</button>`) : ""}</div>
      ${h.problem ? raw(html`<div class="kf-fail vd-fail">${icons.warn}<span>${h.problem}</span></div>`) : ""}
      ${h.failed.map(([id, title, text]) => raw(html`<div class="kf-fail vd-fail" role="alert">${icons.warn}<span><b>${title}</b> ${text}</span><button class="kbtn small" data-act="retry" data-job="${id}">${icons.retry} Retry</button></div>`))}
      ${h.segments.map((s) => seg(h, s, items.filter((t) => t.g === s.i)))}
      ${items.some((t) => t.g >= h.segments.length) ? raw(html`<p class="kmuted">${many(items.filter((t) => t.g >= h.segments.length).length, "take belongs", "takes belong")} to segments that the plan no longer has.</p>`) : ""}
      ${h.sent ? raw(html`<details class="kf-sent"><summary>How this take was made</summary><dl>${h.sent.map(([k, v]) => raw(html`<div><dt>${k}</dt><dd>${v}</dd></div>`))}</dl></details>`) : ""}
      ${h.now ? raw(html`<details class="kf-sent"><summary>What would be sent now</summary><dl>${h.now.map(([k, v]) => raw(html`<div><dt>${k}</dt><dd>${v}</dd></div>`))}</dl>${Kino.graph(h.graph, "vd-graph")}</details>`) : ""}
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
    const icon = () => { play.innerHTML = (video.paused ? icons.play : icons.pause).raw; play.setAttribute("aria-label", video.paused ? "Play" : "Pause"); };
    const looks = () => { video.loop = loop; again.setAttribute("aria-pressed", loop); again.classList.toggle("on", loop); };
    box._step = (by) => { video.pause(); to(now() + by); };
    box._to = (f) => { video.pause(); to(f < 0 ? frames() - 1 : f); };
    box._play = () => { if (video.paused) { if (video.ended) video.currentTime = 0; video.play().catch(() => {}); } else video.pause(); };
    looks(); icon(); show();
    if (!first) return;
    video.addEventListener("timeupdate", show); video.addEventListener("seeked", show); video.addEventListener("loadeddata", show);
    video.addEventListener("play", () => { icon(); const run = () => { if (!video.paused && video.isConnected) { show(); requestAnimationFrame(run); } }; run(); });
    video.addEventListener("pause", icon); video.addEventListener("click", () => box._play());
    video.addEventListener("error", () => { if (video.isConnected && video.getAttribute("src")) count.textContent = "cannot be played"; });
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
  Kino.keys?.push(["Video", [["Space, K", "Play and pause"], ["← →", "One frame back and on"], ["Shift ← →", "Ten frames"], ["Home, End", "First and last frame"]]]);
})();

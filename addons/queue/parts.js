/* The Queue tab: runs with their jobs, one flat list. */
"use strict";
(() => {
  const { html, raw, icons, when, since, span } = Kino;
  const many = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  const left = (s) => (s < 60 ? `about ${Math.max(1, s)} s left` : s < 5400 ? `about ${Math.round(s / 60)} min left` : `about ${(s / 3600).toFixed(1)} h left`);
  const THING = { keyframe: "keyframe", segment: "clip", film: "film" };
  const STATE = { running: "running", queued: "waiting", done: "done", failed: "failed", cancelled: "stopped", interrupted: "interrupted", elsewhere: "in another program", unsure: "not known" };
  const KIND = { running: "running", queued: "queued", done: "done", failed: "failed", cancelled: "", interrupted: "stale", elsewhere: "queued", unsure: "stale" };
  const TAB = { keyframe: "Keyframes", segment: "Video", film: "Film" };
  const pill = (s) => raw(html`<span class="kpill ${KIND[s]}">${STATE[s]}</span>`);
  const seconds = (s) => (s < 90 ? `${s} s` : span(s));
  const bar = (f, label) => raw(html`<span class="kbar wide" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.floor(f * 100)}"><i style="width:${f * 100}%"></i></span>`);
  let place = new Map();

  const run = (r, h) => html`<div class="qu-run ${r.s}" data-id="${r.id}" role="group" aria-label="${r.t}">
    <div class="qu-title"><b>${r.t}</b>${pill(r.s)}${h.several || r.p ? raw(html`<span class="qu-project" title="Project">${icons.folder} ${r.p}</span>`) : ""}</div>
    <span class="kmuted qu-when">${when(r.at)}</span>
    <div class="qu-sum">${r.s === "running" || r.s === "queued" ? bar(r.f, r.t) : ""}
      <span>${r.n} of ${many(r.of, "job")} done${r.bad ? `, ${r.bad} failed` : ""}${r.off ? `, ${r.off} stopped` : ""}</span></div>
    <span class="kmuted qu-time">${r.s === "running" || r.s === "queued" ? raw(html`${since(r.at)}${r.left ? " · " + left(r.left) : ""}`) : r.end ? "took " + span((Date.parse(r.end) - Date.parse(r.at)) / 1000) : ""}</span>
    <div class="qu-do">${r.n ? raw(html`<button class="kbtn small ghost" data-act="unfold" aria-expanded="${r.un ? "true" : "false"}">${r.un ? "Hide done" : `Show ${r.n} done`}</button>`) : ""}
      ${r.bad && !r.old ? raw(html`<button class="kbtn small" data-act="retry-run">${icons.retry} Retry failed</button>`) : ""}
      ${r.s === "interrupted" ? raw(html`<button class="kbtn small" data-act="go-on">${icons.play} Go on</button>`) : ""}
      ${r.s === "running" || r.s === "queued" ? raw(html`<button class="kbtn small" data-act="stop-run" data-confirm="Stop “${r.t}”? What is done stays." data-yes="Stop">${icons.stop} Stop</button>`) : ""}</div></div>`;

  const note = (j) => {
    if (j.s === "running") return html`${bar(j.f, j.t)}<span class="qu-detail">${Math.floor(j.f * 100)} %${j.d ? " · " + j.d : ""}</span>`;
    if (j.s === "queued" && j.nb) return html`<span class="qu-later"><b>Tried again at ${clockOf(j.nb)}.</b> ${j.m}</span>`;
    if (j.s === "queued") { const n = place.get(j.id); return html`<span class="kmuted">${j.w ? "waits for what it continues from" : n === 1 ? "next" : n ? `number ${n} in line` : ""}</span>`; }
    if (j.s === "failed" || j.s === "unsure") return html`<span class="qu-bad" role="alert"><b>${j.m}</b> ${j.c}</span>`;
    if (j.s === "cancelled") return html`<span class="kmuted">${j.m}</span>`;
    return "";
  };
  const picture = (j) => {
    const source = j.pv ? `/media/preview/${j.id}?${j.pv}` : j.th || "";
    return source ? raw(html`<span class="qu-thumb"><img loading="lazy" alt="" src="${source}"></span>`) : raw(html`<span class="qu-thumb">${j.k === "keyframe" ? icons.image : icons.film}</span>`);
  };
  const job = (j) => html`<div class="qu-job ${j.s}" data-id="${j.id}">${picture(j)}
    <div class="qu-what"><b>${j.t}</b><span class="kmuted">${THING[j.k]}</span></div>${pill(j.s)}
    <div class="qu-note">${raw(note(j))}</div>
    <span class="kmuted qu-time">${j.s === "running" ? since(j.at) : j.s === "done" ? seconds(j.sec) : ""}</span>
    <div class="qu-do">${j.s === "running" || j.s === "queued" ? raw(html`<button class="kicon small" data-act="stop" title="Stop this one" aria-label="Stop ${j.t}">${icons.stop}</button>`) : ""}
      ${(j.o || []).map(([id, title, what]) => raw(html`<button class="kbtn small" data-act="accept" data-offer="${id}" title="${what}">${title}</button>`))}
      ${j.again ? raw(html`<button class="kbtn small" data-act="retry" aria-label="Retry ${j.t}">${icons.retry} Retry</button>`) : ""}
      ${j.s === "done" || j.s === "failed" ? raw(html`<button class="kbtn small ghost" data-act="show" title="Show it in ${TAB[j.k]}" aria-label="Show ${j.t} in ${TAB[j.k]}">Show</button>`) : ""}</div></div>`;

  const clockOf = (iso) => new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const meter = ([name, used, words]) => raw(html`<div class="qu-meter"><span title="${name}">${name}</span><small>${words}</small>${used < 0 ? "" : raw(html`<span class="kbar wide" role="meter" aria-label="${name} in use" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${used}"><i style="width:${used}%"></i></span>`)}</div>`);
  const SERVER = { up: ["reachable", "done"], down: ["not reachable", "failed"], asked: ["being asked", "queued"] };
  Kino.part("queue.monitor", {
    frame: (h, items) => !items.length && !h.clips && !h.failed ? html`` : html`<section class="qu-monitor" aria-label="Monitor">
      <div class="qu-tiles" data-list></div>
      <div class="qu-tile qu-made" role="group" aria-label="Last hour"><header><b>Last hour</b></header>${h.clips ? raw(html`<p class="qu-big">${many(h.clips, "clip")}</p><p class="kmuted">${h.pace[0]} clips/h · ${h.pace[1]} frames/min</p>`) : raw('<p class="kmuted">No clip was made.</p>')}${h.failed ? "" : raw('<p class="kmuted">Nothing has failed.</p>')}</div>
      ${h.failed ? raw(html`<div class="qu-tile bad" role="group" aria-label="Failures"><header><b>${many(h.failed, "failure")}</b><button class="kbtn small ghost" data-act="failed">Show</button></header><p class="qu-last" title="${h.last[0]}: ${h.last[1]}"><b>${h.last[0]}:</b> ${h.last[1]}</p></div>`) : ""}
    </section>`,
    item: (t) => t.k === "card" ? html`<article class="qu-tile card ${t.hot ? "hot" : ""}" aria-label="Graphics card ${t.t}"><header><b title="${t.t}">${t.t}</b>${t.c === null ? "" : raw(html`<span class="qu-heat">${t.c} °C</span>`)}</header><p class="kmuted">This computer${t.b === null ? "" : ` · ${t.b} % busy`}</p>${t.d.map(meter)}</article>`
      : html`<article class="qu-tile ${t.s}" aria-label="Server ${t.t}"><header><b title="${t.id}">${t.t}</b><span class="kpill ${SERVER[t.s][1]}">${SERVER[t.s][0]}</span></header>${t.m ? raw(html`<p class="qu-last" title="${t.m}">${t.m}</p><button class="kbtn small ghost" data-act="servers">Servers ${icons.arrowR}</button>`) : raw(html`<p class="kmuted">${t.q.join(" · ") || "Being asked …"}</p>`)}${t.d.map(meter)}</article>`,
  });

  const FILTER = { all: "All", running: "Running", failed: "Failed" };
  const EMPTY = {
    all: ["Nothing is being made", "Keyframes, clips and films that you start are listed here while they are made, with what went wrong in words.", "video", "Go to Video"],
    running: ["Nothing is running or waiting", "Start something in Keyframes, Video or Film.", "video", "Go to Video"],
    failed: ["Nothing has failed", "When a job fails, it is listed here with what to do about it.", "", ""],
  };
  Kino.part("queue.list", {
    frame: (h, items) => {
      place = new Map();
      const lanes = {};
      for (const i of items) if (i.s === "queued" && i.k !== "run") { lanes[i.b] = (lanes[i.b] || 0) + 1; place.set(i.id, lanes[i.b]); }
      const e = EMPTY[h.filter], open = h.running + h.waiting, anyPaused = h.projects.some((p) => p.paused);
      return html`<section class="qu" aria-label="Queue"><div class="kbar-top">
        <div class="kseg" role="group" aria-label="Show">${Object.entries(FILTER).map(([id, word]) => raw(html`<button data-act="filter" data-id="${id}" aria-pressed="${h.filter === id}">${word}${id === "running" && open ? ` ${open}` : id === "failed" && h.failed ? ` ${h.failed}` : ""}</button>`))}</div>
        <span class="kmuted" role="status">${open ? `${h.running} running, ${h.waiting} waiting` : ""}</span><span class="grow"></span>
        ${h.projects.map((p) => raw(html`<button class="kbtn ${p.paused ? "primary" : ""}" data-act="${p.paused ? "resume" : "pause"}" data-id="${p.id}" title="${p.paused ? "Start what waits" : "What runs here waits again; what runs on a server goes on there"}">${p.paused ? icons.play : icons.pause} ${p.paused ? "Resume" : "Pause"}${h.projects.length > 1 ? " " + p.name : ""}</button>`))}
        ${h.failed ? raw(html`<button class="kbtn ${anyPaused ? "" : "primary"}" data-act="retry-all">${icons.retry} Retry ${h.failed} failed</button>`) : ""}
        ${open ? raw(html`<button class="kbtn" data-act="stop-all" data-confirm="Stop everything that is running or waiting, in every project? What is done stays." data-yes="Stop everything">${icons.stop} Stop all</button>`) : ""}
        ${h.ended ? raw(html`<button class="kbtn" data-act="clear" title="Takes ended runs out of the list; what they made stays">Clear ended</button>`) : ""}</div>
      ${h.holds.map(([why, project, by]) => raw(html`<div class="qu-held" role="status">${icons.pause}<span><b>${project ? project + " is paused." : "The queue is paused."}</b> ${why}</span>${by === "temperature" || by === "memory" ? raw('<button class="kbtn small" data-act="go" data-id="settings">Limits in Settings</button>') : ""}</div>`))}
      <div class="qu-scroll">
        <div class="kempty" ${items.length ? "hidden" : ""}><h2>${e[0]}</h2><p>${e[1]}</p>${e[2] ? raw(html`<button class="kbtn" data-act="go" data-id="${e[2]}">${e[3]}</button>`) : ""}</div>
        <div class="qu-rows" data-list></div>
        ${h.earlier && h.filter === "all" ? raw(html`<div class="qu-earlier"><button class="kbtn small ghost" data-act="earlier" aria-expanded="${h.earlierOn ? "true" : "false"}">${h.earlierOn ? "Hide earlier runs" : `Show ${many(h.earlier, "earlier run")}`}</button>${h.earlierMore ? raw(html`<span class="kmuted">${h.earlierMore} older ones are in the project's folder “runs”.</span>`) : ""}</div>`) : ""}
      </div></section>`;
    },
    item: (i, h) => (i.k === "run" ? run(i, h) : job(i)),
  });
})();

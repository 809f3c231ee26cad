/* The Queue tab: runs with their jobs, one flat list. */
"use strict";
(() => {
  const { html, raw, icons, when, since, span } = Kino;
  const left = (s) => Kino.t("about {time} left", { time: s < 60 ? Math.max(1, s) + " s" : s < 5400 ? Math.round(s / 60) + " min" : Kino.decimal(s / 3600, 1) + " h" });
  const THING = { keyframe: Kino.t("keyframe"), segment: Kino.t("clip"), film: Kino.t("film"), check: Kino.t("check") };
  const STATE = { running: Kino.t("running"), queued: Kino.t("waiting"), done: Kino.t("done"), failed: Kino.t("failed"), cancelled: Kino.t("stopped"), interrupted: Kino.t("interrupted"), elsewhere: Kino.t("in another program"), unsure: Kino.t("not known") };
  const KIND = { running: "running", queued: "queued", done: "done", failed: "failed", cancelled: "", interrupted: "stale", elsewhere: "queued", unsure: "stale" };
  const TAB = { keyframe: Kino.t("Keyframes"), segment: Kino.t("Video"), film: Kino.t("Film"), check: Kino.t("Film") };
  const pill = (s) => raw(html`<span class="kpill ${KIND[s]}">${STATE[s]}</span>`);
  const seconds = (s) => (s < 90 ? `${s} s` : span(s));
  const bar = (f, label) => raw(html`<span class="kbar wide" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.floor(f * 100)}"><i style="width:${f * 100}%"></i></span>`);
  let place = new Map();

  const run = (r, h) => html`<div class="qu-run ${r.s}" data-id="${r.id}" role="group" aria-label="${r.t}">
    <div class="qu-title"><b>${r.t}</b>${pill(r.s)}${h.several || r.p ? raw(html`<span class="qu-project" title="${Kino.t("Project")}">${icons.folder} ${r.p}</span>`) : ""}</div>
    <span class="kmuted qu-when">${when(r.at)}</span>
    <div class="qu-sum">${r.s === "running" || r.s === "queued" ? bar(r.f, r.t) : ""}
      <span>${Kino.tn("{done} of {n} job done", "{done} of {n} jobs done", r.of, { done: r.n })}${r.bad ? ", " + Kino.t("{n} failed", { n: r.bad }) : ""}${r.off ? ", " + Kino.t("{n} stopped", { n: r.off }) : ""}${r.cost ? raw(html` · <span title="${Kino.t("What was asked for costs, as far as it is known")}">${r.cost}</span>`) : ""}</span></div>
    <span class="kmuted qu-time">${r.s === "running" || r.s === "queued" ? raw(html`${since(r.at)}${r.left ? " · " + left(r.left) : ""}`) : r.end ? Kino.t("took {time}", { time: span((Date.parse(r.end) - Date.parse(r.at)) / 1000) }) : ""}</span>
    <div class="qu-do">${r.n ? raw(html`<button class="kbtn small ghost" data-act="unfold" aria-expanded="${r.un ? "true" : "false"}">${r.un ? Kino.t("Hide done") : Kino.t("Show {n} done", { n: r.n })}</button>`) : ""}
      ${r.bad && !r.old ? raw(html`<button class="kbtn small" data-act="retry-run">${icons.retry} ${Kino.t("Retry failed")}</button>`) : ""}
      ${r.s === "interrupted" ? raw(html`<button class="kbtn small" data-act="go-on">${icons.play} ${Kino.t("Go on")}</button>`) : ""}
      ${r.s === "running" || r.s === "queued" ? raw(html`<button class="kbtn small" data-act="stop-run" data-confirm="${Kino.t("Stop “{t}”? What is done stays.", { t: r.t })}" data-yes="${Kino.t("Stop")}">${icons.stop} ${Kino.t("Stop")}</button>`) : ""}</div></div>`;

  /* Other words in full, before anybody agrees to them. */
  const words = ([id, title, what, before, after]) => raw(html`<span class="qu-words" role="group" aria-label="${Kino.t("Other words")}"><span><i>${Kino.t("Refused")}</i>${before}</span><span><i>${Kino.t("Would be sent instead")}</i>${after}</span><small>${what}</small><button class="kbtn small" data-act="accept" data-offer="${id}">${title}</button></span>`);
  const note = (j) => {
    if (j.s === "running") return html`${bar(j.f, j.t)}<span class="qu-detail">${Math.floor(j.f * 100)} %${j.d ? " · " + j.d : ""}</span>`;
    if (j.s === "queued" && j.nb) return html`<span class="qu-later"><b>${Kino.t("Tried again at {what}.", { what: clockOf(j.nb) })}</b> ${j.m}</span>`;
    if (j.s === "queued" && j.m) return html`<span class="qu-later">${j.m}</span>`;
    if (j.s === "done" && j.no) return html`<span class="kmuted qu-told" title="${j.no}">${j.no}</span>`;
    if (j.s === "queued") { const n = place.get(j.id); return html`<span class="kmuted">${j.w ? Kino.t("waits for what it continues from") : n === 1 ? Kino.t("next") : n ? Kino.t("number {n} in line", { n }) : ""}</span>`; }
    if (j.s === "failed" || j.s === "unsure") return html`<span class="qu-bad" role="alert"><b>${j.m}</b> ${j.c}${(j.o || []).filter((o) => o[4]).map(words)}</span>`;
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
    <div class="qu-do">${j.s === "running" || j.s === "queued" ? raw(html`<button class="kicon small" data-act="stop" title="${Kino.t("Stop this one")}" aria-label="${Kino.t("Stop {t}", { t: j.t })}">${icons.stop}</button>`) : ""}
      ${(j.o || []).filter((o) => !o[4]).map(([id, title, what]) => raw(html`<button class="kbtn small" data-act="accept" data-offer="${id}" title="${what}">${title}</button>`))}
      ${j.again ? raw(html`<button class="kbtn small" data-act="retry" aria-label="${Kino.t("Retry {t}", { t: j.t })}">${icons.retry} ${Kino.t("Retry")}</button>`) : ""}
      ${j.s === "done" || j.s === "failed" ? raw(html`<button class="kbtn small ghost" data-act="show" title="${Kino.t("Show it in {what}", { what: TAB[j.k] })}" aria-label="${Kino.t("Show {t} in {what}", { t: j.t, what: TAB[j.k] })}">${Kino.t("Show")}</button>`) : ""}</div></div>`;

  const clockOf = (iso) => new Date(iso).toLocaleTimeString(Kino.language === "en" ? "en-GB" : Kino.language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const meter = ([name, used, words]) => raw(html`<div class="qu-meter"><span title="${name}">${name}</span><small>${words}</small>${used < 0 ? "" : raw(html`<span class="kbar wide" role="meter" aria-label="${Kino.t("{name} in use", { name })}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${used}"><i style="width:${used}%"></i></span>`)}</div>`);
  const SERVER = { up: [Kino.t("reachable"), "done"], down: [Kino.t("not reachable"), "failed"], asked: [Kino.t("being asked"), "queued"] };
  Kino.part("queue.monitor", {
    frame: (h, items) => !items.length && !h.clips && !h.failed ? html`` : html`<section class="qu-monitor" aria-label="${Kino.t("Monitor")}">
      <div class="qu-tiles" data-list></div>
      <div class="qu-tile qu-made" role="group" aria-label="${Kino.t("Last hour")}"><header><b>${Kino.t("Last hour")}</b></header>${h.clips ? raw(html`<p class="qu-big">${Kino.tn("{n} clip", "{n} clips", h.clips)}</p><p class="kmuted">${Kino.t("{what} clips/h · {what2} frames/min", { what: h.pace[0], what2: h.pace[1] })}</p>`) : raw(html`<p class="kmuted">${Kino.t("No clip was made.")}</p>`)}${h.failed ? "" : raw(html`<p class="kmuted">${Kino.t("Nothing has failed.")}</p>`)}</div>
      ${h.failed ? raw(html`<div class="qu-tile bad" role="group" aria-label="${Kino.t("Failures")}"><header><b>${Kino.tn("{n} failure", "{n} failures", h.failed)}</b><button class="kbtn small ghost" data-act="failed">${Kino.t("Show")}</button></header><p class="qu-last" title="${h.last[0]}: ${h.last[1]}"><b>${h.last[0]}:</b> ${h.last[1]}</p></div>`) : ""}
    </section>`,
    item: (t) => t.k === "card" ? html`<article class="qu-tile card ${t.hot ? "hot" : ""}" aria-label="${Kino.t("Graphics card {t}", { t: t.t })}"><header><b title="${t.t}">${t.t}</b>${t.c === null ? "" : raw(html`<span class="qu-heat">${t.c} °C</span>`)}</header><p class="kmuted">${Kino.t("This computer")}${t.b === null ? "" : " · " + Kino.t("{n} % busy", { n: t.b })}</p>${t.d.map(meter)}</article>`
      : html`<article class="qu-tile ${t.s}" aria-label="${Kino.t("Server {t}", { t: t.t })}"><header><b title="${t.id}">${t.t}</b><span class="kpill ${SERVER[t.s][1]}">${SERVER[t.s][0]}</span></header>${t.m ? raw(html`<p class="qu-last" title="${t.m}">${t.m}</p><button class="kbtn small ghost" data-act="servers">${Kino.t("Servers")} ${icons.arrowR}</button>`) : raw(html`<p class="kmuted">${t.q.join(" · ") || Kino.t("Being asked …")}</p>`)}${t.d.map(meter)}</article>`,
  });

  const FILTER = { all: Kino.t("All"), running: Kino.t("Running"), failed: Kino.t("Failed") };
  const EMPTY = {
    all: [Kino.t("Nothing is being made"), Kino.t("Keyframes, clips and films that you start are listed here while they are made, with what went wrong in words."), "video", Kino.t("Go to Video")],
    running: [Kino.t("Nothing is running or waiting"), Kino.t("Start something in Keyframes, Video or Film."), "video", Kino.t("Go to Video")],
    failed: [Kino.t("Nothing has failed"), Kino.t("When a job fails, it is listed here with what to do about it."), "", ""],
  };
  Kino.part("queue.list", {
    frame: (h, items) => {
      place = new Map();
      const lanes = {};
      for (const i of items) if (i.s === "queued" && i.k !== "run") { lanes[i.b] = (lanes[i.b] || 0) + 1; place.set(i.id, lanes[i.b]); }
      const e = EMPTY[h.filter], open = h.running + h.waiting, anyPaused = h.projects.some((p) => p.paused);
      return html`<section class="qu" aria-label="${Kino.t("Queue")}"><div class="kbar-top">
        <div class="kseg" role="group" aria-label="${Kino.t("Show")}">${Object.entries(FILTER).map(([id, word]) => raw(html`<button data-act="filter" data-id="${id}" aria-pressed="${h.filter === id}">${word}${id === "running" && open ? ` ${open}` : id === "failed" && h.failed ? ` ${h.failed}` : ""}</button>`))}</div>
        <span class="kmuted" role="status">${open ? Kino.t("{running} running, {waiting} waiting", { running: h.running, waiting: h.waiting }) : ""}</span><span class="grow"></span>
        ${h.projects.map((p) => raw(html`<button class="kbtn ${p.paused ? "primary" : ""}" data-act="${p.paused ? "resume" : "pause"}" data-id="${p.id}" title="${p.paused ? Kino.t("Start what waits") : Kino.t("What runs here waits again; what runs on a server goes on there")}">${p.paused ? icons.play : icons.pause} ${p.paused ? Kino.t("Resume") : Kino.t("Pause")}${h.projects.length > 1 ? " " + p.name : ""}</button>`))}
        ${h.failed ? raw(html`<button class="kbtn ${anyPaused ? "" : "primary"}" data-act="retry-all">${icons.retry} ${Kino.t("Retry {failed} failed", { failed: h.failed })}</button>`) : ""}
        ${open ? raw(html`<button class="kbtn" data-act="stop-all" data-confirm="${Kino.t("Stop everything that is running or waiting, in every project? What is done stays.")}" data-yes="${Kino.t("Stop everything")}">${icons.stop} ${Kino.t("Stop all")}</button>`) : ""}
        ${h.ended ? raw(html`<button class="kbtn" data-act="clear" title="${Kino.t("Takes ended runs out of the list; what they made stays")}">${Kino.t("Clear ended")}</button>`) : ""}</div>
      ${h.holds.map(([why, project, by]) => raw(html`<div class="qu-held" role="status">${icons.pause}<span><b>${project ? Kino.t("{project} is paused.", { project }) : Kino.t("The queue is paused.")}</b> ${why}</span>${by === "temperature" || by === "memory" ? raw(html`<button class="kbtn small" data-act="go" data-id="settings">${Kino.t("Limits in Settings")}</button>`) : ""}</div>`))}
      <div class="qu-scroll">
        <div class="kempty" ${items.length ? "hidden" : ""}><h2>${e[0]}</h2><p>${e[1]}</p>${e[2] ? raw(html`<button class="kbtn" data-act="go" data-id="${e[2]}">${e[3]}</button>`) : ""}</div>
        <div class="qu-rows" data-list></div>
        ${h.earlier && h.filter === "all" ? raw(html`<div class="qu-earlier"><button class="kbtn small ghost" data-act="earlier" aria-expanded="${h.earlierOn ? "true" : "false"}">${h.earlierOn ? Kino.t("Hide earlier runs") : Kino.tn("Show {n} earlier run", "Show {n} earlier runs", h.earlier)}</button>${h.earlierMore ? raw(html`<span class="kmuted">${Kino.t("{earlierMore} older ones are in the project's folder “runs”.", { earlierMore: h.earlierMore })}</span>`) : ""}</div>`) : ""}
      </div></section>`;
    },
    item: (i, h) => (i.k === "run" ? run(i, h) : job(i)),
  });
})();

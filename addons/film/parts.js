/* Film: make the film, choose one, read its shot list. */
"use strict";
(() => {
  const { html, raw, icons, when } = Kino;
  const many = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  const left = (s) => (s < 60 ? `about ${Math.max(1, s)} s left` : s < 5400 ? `about ${Math.round(s / 60)} min left` : `about ${(s / 3600).toFixed(1)} h left`);

  /* -- making ----------------------------------------------------------------------------------------- */
  const QUALITY = { fast: "Fast", standard: "Standard", high: "High", ultra: "Ultra" };
  const job = (j) => html`<div class="fm-job" role="status">
      <div class="fm-jobline"><b>${j.what && j.state === "running" ? j.what : j.state === "running" ? "Making the film" : j.state === "before" ? "Rendering first" : "The film waits"}</b><span>${Math.floor(j.fraction * 100)} %</span></div>
      <span class="kbar wide" role="progressbar" aria-label="The film" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.floor(j.fraction * 100)}"><i style="width:${j.fraction * 100}%"></i></span>
      <div class="fm-jobline kmuted"><span>${j.paused ? "paused" : j.detail}</span><span>${j.left && !j.paused ? left(j.left) : j.started ? Kino.since(j.started) : ""}</span></div>
      <div class="fm-buttons">${j.paused ? raw(html`<button class="kbtn primary" data-act="resume">${icons.play} Go on</button>`) : ""}
        <button class="kbtn" data-act="cancel" title="The film that is there stays as it is">${icons.stop} Stop</button></div>
    </div>`;
  const step = (h) => {
    if (h.step === "none") return html`<p class="fm-note">There is nothing to make a film of yet.</p><button class="kbtn primary wide" data-act="go" data-id="storyboard">Write or import shots</button>`;
    if (h.step === "blocked") return html`<button class="kbtn primary wide" data-act="go" data-id="keyframes">Go to Keyframes</button>`;
    if (h.step === "render") return html`<button class="kbtn primary wide" data-act="make" title="Render ${many(h.lack, "shot")}, then make the film">${icons.film} Render what is missing and make the film</button>
      ${h.stale ? raw(html`<button class="kbtn wide" data-act="make-all">Render the ${many(h.stale, "stale shot")} too</button>`) : ""}`;
    return html`<button class="kbtn ${h.fresh ? "" : "primary"} wide" data-act="make">${icons.film} ${h.fresh ? "Make it again" : "Make the film"}</button>
      ${h.stale ? raw(html`<button class="kbtn wide" data-act="make-all">Render the ${many(h.stale, "stale shot")} first</button>`) : ""}`;
  };
  Kino.part("film.make", {
    frame: (h) => html`<section class="kpane fm-make" aria-label="Make the film">
      <h2 class="kh">${h.shots ? "The film" : "Nothing in the film yet"}</h2>
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

  /* -- the shot list ---------------------------------------------------------------------------------- */
  Kino.part("film.report", {
    frame: (h) => html`<details class="kpane fm-report" ${h.name ? "" : "hidden"}><summary class="ksec">Shot list of ${h.name}</summary>
      <table class="ktable"><thead><tr><th>Shot</th><th class="num">In</th><th class="num">Out</th><th class="num">Frames</th><th>Takes</th></tr></thead><tbody data-list></tbody></table></details>`,
    item: (i) => html`<tr data-id="${i.id}" data-seekto="${i.f}"><td><button class="fm-go" title="Go to this shot">${i.shot}</button></td><td class="num">${i.in}</td><td class="num">${i.out}</td><td class="num">${i.n}</td><td class="fm-takes">${i.takes}${i.stale ? raw(' <span class="kpill stale">stale when made</span>') : ""}</td></tr>`,
  });
})();

/* Film: make the film, choose one, read its shot list. */
"use strict";
(() => {
  const { html, raw, icons, when } = Kino;
  const left = (s) => Kino.t("about {time} left", { time: s < 60 ? Math.max(1, s) + " s" : s < 5400 ? Math.round(s / 60) + " min" : Kino.decimal(s / 3600, 1) + " h" });

  /* -- making ----------------------------------------------------------------------------------------- */
  const QUALITY = { fast: Kino.t("Fast"), standard: Kino.t("Standard"), high: Kino.t("High"), ultra: Kino.t("Ultra") };
  const job = (j) => html`<div class="fm-job" role="status">
      <div class="fm-jobline"><b>${j.what && j.state === "running" ? j.what : j.state === "running" ? Kino.t("Making the film") : j.state === "before" ? Kino.t("Rendering first") : Kino.t("The film waits")}</b><span>${Math.floor(j.fraction * 100)} %</span></div>
      <span class="kbar wide" role="progressbar" aria-label="${Kino.t("The film")}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.floor(j.fraction * 100)}"><i style="width:${j.fraction * 100}%"></i></span>
      <div class="fm-jobline kmuted"><span>${j.paused ? Kino.t("paused") : j.detail}</span><span>${j.left && !j.paused ? left(j.left) : j.started ? Kino.since(j.started) : ""}</span></div>
      <div class="fm-buttons">${j.paused ? raw(html`<button class="kbtn primary" data-act="resume">${icons.play} ${Kino.t("Go on")}</button>`) : ""}
        <button class="kbtn" data-act="cancel" title="${Kino.t("The film that is there stays as it is")}">${icons.stop} ${Kino.t("Stop")}</button></div>
    </div>`;
  const step = (h) => {
    if (h.step === "none") return html`<p class="fm-note">${Kino.t("There is nothing to make a film of yet.")}</p><button class="kbtn primary wide" data-act="go" data-id="storyboard">${Kino.t("Write or import shots")}</button>`;
    if (h.step === "blocked") return html`<button class="kbtn primary wide" data-act="go" data-id="keyframes">${Kino.t("Go to Keyframes")}</button>`;
    if (h.step === "render") return html`<button class="kbtn primary wide" data-act="make" title="${Kino.tn("Render {n} shot, then make the film", "Render {n} shots, then make the film", h.lack)}">${icons.film} ${Kino.t("Render what is missing and make the film")}</button>
      ${h.stale ? raw(html`<button class="kbtn wide" data-act="make-all">${Kino.tn("Render the {n} stale shot too", "Render the {n} stale shots too", h.stale)}</button>`) : ""}`;
    return html`<button class="kbtn ${h.fresh ? "" : "primary"} wide" data-act="make">${icons.film} ${h.fresh ? Kino.t("Make it again") : Kino.t("Make the film")}</button>
      ${h.stale ? raw(html`<button class="kbtn wide" data-act="make-all">${Kino.tn("Render the {n} stale shot first", "Render the {n} stale shots first", h.stale)}</button>`) : ""}`;
  };
  Kino.part("film.make", {
    frame: (h) => html`<section class="kpane fm-make" aria-label="${Kino.t("Make the film")}">
      <h2 class="kh">${h.shots ? Kino.t("The film") : Kino.t("Nothing in the film yet")}</h2>
      <p class="kmuted">${h.shots ? `${Kino.tn("{n} shot", "{n} shots", h.shots)} · ${h.length} · ${Kino.tn("{n} frame", "{n} frames", h.frames)}` : ""}</p>
      ${h.note ? raw(html`<p class="fm-note ${h.step === "blocked" ? "bad" : "warn"}">${icons.warn}<span>${h.note}</span></p>`) : h.fresh ? raw(html`<p class="fm-note good">${icons.check}<span>${Kino.t("The newest film shows the cut as it is.")}</span></p>`) : ""}
      ${h.failed ? raw(html`<p class="fm-note bad" role="alert">${icons.warn}<span><b>${Kino.t("The film was not made.")}</b> ${h.failed.message} ${h.failed.cure}</span></p>`) : ""}
      ${raw(h.job ? job(h.job) : html`<div class="fm-buttons">${raw(step(h))}</div>`)}
      <div class="fm-quality" ${h.shots ? "" : "hidden"}>
        <div class="kseg" role="group" aria-label="${Kino.t("Quality")}">${h.qualities.map((q) => raw(html`<button data-act="quality" data-id="${q.id}" aria-pressed="${q.on}">${QUALITY[q.id] || q.id}</button>`))}</div>
        <p class="kmuted">${Kino.t("{about} Takes that already fit the film are copied without loss.", { about: h.about })}</p>
      </div>
    </section>`,
  });

  /* -- the films there are ---------------------------------------------------------------------------- */
  Kino.part("film.list", {
    frame: (h) => html`<section class="kpane fm-list" ${h.shown ? "" : "hidden"} aria-label="${Kino.t("Films")}">
      ${h.facts ? raw(html`<h3 class="ksec">${Kino.t("In the file")}</h3>
        <dl class="fm-facts">${h.facts.rows.map(([k, v]) => raw(html`<dt>${k}</dt><dd>${v}</dd>`))}</dl>
        <div class="fm-path"><code title="${h.facts.path}"><span>${h.facts.path.slice(0, -h.facts.tail)}</span>${h.facts.path.slice(-h.facts.tail)}</code><button class="kicon small" data-copy="${h.facts.path}" title="${Kino.t("Copy the path")}" aria-label="${Kino.t("Copy the path")}">${icons.copy}</button></div>
        <a class="kbtn wide fm-download ${h.facts.primary ? "primary" : ""}" href="${h.facts.url}" download="${h.facts.file}" title="${h.facts.file}">${Kino.t("Download the film")}</a>`) : ""}
      <h3 class="ksec">${Kino.t("Films")}</h3>
      <div class="fm-films" data-list role="listbox" aria-label="${Kino.t("Films, newest first")}"></div></section>`,
    item: (f, h) => html`<div class="fm-film" role="option" tabindex="0" data-id="${f.id}" data-act="film" aria-selected="${f.id === h.shown}">
      <div><b>${f.id}</b><span class="kpill ${f.older ? "stale" : "done"}">${f.older ? Kino.t("older") : Kino.t("current")}</span></div>
      <span>${Kino.t("{what} · {count} · {frames} frames", { what: when(f.made), count: f.length, frames: f.frames })}</span><span>${f.format} · ${f.quality} · ${f.size}</span>
      ${f.older ? raw(html`<span class="fm-older">${f.older}</span>`) : ""}</div>`,
  });

  /* -- the shot list ---------------------------------------------------------------------------------- */
  Kino.part("film.report", {
    frame: (h) => html`<details class="kpane fm-report" ${h.name ? "" : "hidden"}><summary class="ksec">${Kino.t("Shot list of {name}", { name: h.name })}</summary>
      <table class="ktable"><thead><tr><th>${Kino.t("Shot")}</th><th class="num">${Kino.t("In")}</th><th class="num">${Kino.t("Out")}</th><th class="num">${Kino.t("Frames")}</th><th>${Kino.t("Takes")}</th></tr></thead><tbody data-list></tbody></table></details>`,
    item: (i) => html`<tr data-id="${i.id}" data-seekto="${i.f}"><td><button class="fm-go" title="${Kino.t("Go to this shot")}">${i.shot}</button></td><td class="num">${i.in}</td><td class="num">${i.out}</td><td class="num">${i.n}</td><td class="fm-takes">${i.takes}${i.stale ? raw(html` <span class="kpill stale">${Kino.t("stale when made")}</span>`) : ""}</td></tr>`,
  });
})();

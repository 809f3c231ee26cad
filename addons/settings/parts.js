/* The Settings tab. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const control = (f) => {
    const locked = f.origin === "environment" ? "disabled" : "", id = "st-" + f.id.replace(/[^\w]/g, "-");
    if (f.kind === "switch") return html`<input type="checkbox" role="switch" class="st-switch" id="${id}" data-field="${f.id}" ${f.value ? "checked" : ""} ${locked}>`;
    if (f.kind === "choice") return html`<select id="${id}" data-field="${f.id}" ${locked}>${f.choices.map(([v, l]) => raw(html`<option value="${v}" ${v === f.value ? "selected" : ""}>${l}</option>`))}</select>`;
    return html`<input id="${id}" data-field="${f.id}" data-late ${f.kind === "number" ? raw('inputmode="decimal"') : ""} ${f.secret ? raw('type="password" autocomplete="new-password"') : raw('autocomplete="off" spellcheck="false"')} value="${f.value}" placeholder="${f.kept ? "Kept secret; type to replace it" : f.default === "empty" ? "" : f.default}" ${locked}>`;
  };
  const origins = { default: "default", file: "your file" };
  Kino.part("settings.form", {
    frame: (h) => html`<section class="kpane kscroll st-form" aria-label="Settings">
      ${h.problems.length ? raw(html`<div class="st-problems" role="alert"><b>${icons.warn} ${h.problems.length === 1 ? "One thing" : h.problems.length + " things"} could not be used</b><ul>${h.problems.map((p) => raw(html`<li>${p}</li>`))}</ul></div>`) : ""}
      ${h.file ? raw(html`<p class="st-file kmuted">Kept in <code>${h.file}</code>. What you change here is written at once; the file may be edited by hand too.</p>`) : ""}
      ${h.sections.length > 3 ? raw(html`<nav class="st-nav" aria-label="Sections">${h.sections.map((s) => raw(html`<button class="kbtn small ghost" type="button" data-section="${s}">${s}</button>`))}</nav>`) : ""}
      <div data-list></div>
      ${h.count ? "" : raw('<div class="kempty"><h2>Nothing to set yet</h2><p>This Kinoloom was started without settings.</p></div>')}
    </section>`,
    item: (f) => html`<div class="st-item" data-id="${f.id}">${f.section ? raw(html`<h3 class="ksec">${f.section}</h3>`) : ""}
      <div class="st-row"><div class="st-words"><label for="st-${f.id.replace(/[^\w]/g, "-")}">${f.title}</label><span class="st-tag ${f.origin}" title="${f.origin === "default" ? "Nobody has set it" : f.origin === "file" ? "Set in your settings file" : "Set by the environment"}">${f.origin === "environment" ? raw(html`environment <code>${f.variable}</code>`) : origins[f.origin]}</span><p>${f.help}${f.origin === "environment" ? raw(html` It is set by <code>${f.variable}</code>, which comes before the file; unset it and start Kinoloom again to change it here.`) : ""}</p></div>
      <div class="st-control kf">${raw(control(f))}${f.origin === "file" ? raw(html`<button class="kbtn small ghost" data-act="reset" title="Back to ${f.default || "the default"}">Reset to ${f.default || "default"}</button>`) : ""}</div></div></div>`,
  });
  document.addEventListener("click", (e) => {
    const wanted = e.target.closest?.(".st-nav [data-section]")?.dataset.section;
    if (wanted) [...document.querySelectorAll(".st-form .st-item h3")].find((h) => h.textContent === wanted)?.scrollIntoView({ block: "start", behavior: "smooth" });
  });
  Kino.part("settings.about", {
    frame: (h) => html`<aside class="kpane kscroll st-about" aria-label="Keys and facts">
      <h2 class="kh">Kinoloom${h.version ? " " + h.version : ""}</h2>
      <p>Turns a storyboard into a finished film, shot by shot, on your own machine. Free software under the ${h.licence} licence.</p>
      <dl class="st-facts"><dt>Engines</dt><dd>${h.engines.join(", ")}</dd><dt>New films</dt><dd><code>${h.folder}</code></dd></dl>
      <h3 class="ksec">What is sent over the network</h3>
      ${h.servers.length ? raw(html`<p>What a shot needs goes to the ComfyUI servers that you set up, when you draw keyframes or render clips with them: the prompt, the pictures it starts from, the workflow, and the token if you gave one. Results are fetched back. The servers are asked now and then what they have.</p>
      <ul class="st-servers">${h.servers.map(([url, here]) => raw(html`<li><code>${url}</code> ${here ? "this computer" : "over the network"}</li>`))}</ul>
      <p>Nothing else`) : raw(html`<p>Nothing`)}: no telemetry, no search for updates, no fonts or scripts from elsewhere, no downloads of models. The studio answers on this computer only, and the built-in engine works without a connection.</p>
      <h2 class="kh st-gap">Keys</h2><p class="kmuted">Press <kbd>?</kbd> anywhere to see them.</p>${Kino.keyTable()}
    </aside>`,
  });
})();

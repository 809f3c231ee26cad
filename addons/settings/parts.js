/* The Settings tab. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const control = (f) => {
    const locked = f.origin === "environment" ? "disabled" : "", id = "st-" + f.id.replace(/[^\w]/g, "-");
    if (f.kind === "switch") return html`<input type="checkbox" role="switch" class="st-switch" id="${id}" data-field="${f.id}" ${f.value ? "checked" : ""} ${locked}>`;
    if (f.kind === "choice") return html`<select id="${id}" data-field="${f.id}" ${locked}>${f.choices.map(([v, l]) => raw(html`<option value="${v}" ${v === f.value ? "selected" : ""}>${l}</option>`))}</select>`;
    return html`<input id="${id}" data-field="${f.id}" data-late ${f.kind === "number" ? raw('inputmode="decimal"') : ""} ${f.secret ? raw('type="password" autocomplete="new-password"') : raw('autocomplete="off" spellcheck="false"')} value="${f.value}" placeholder="${f.kept ? Kino.t("Kept secret; type to replace it") : f.plain ? "" : f.default}" ${locked}>`;
  };
  const origins = { default: Kino.t("default"), file: Kino.t("your file") };
  Kino.part("settings.form", {
    frame: (h) => html`<section class="kpane kscroll st-form" aria-label="${Kino.t("Settings")}">
      ${h.problems.length ? raw(html`<div class="st-problems" role="alert"><b>${icons.warn} ${Kino.tn("One thing could not be used", "{n} things could not be used", h.problems.length)}</b><ul>${h.problems.map((p) => raw(html`<li>${p}</li>`))}</ul></div>`) : ""}
      ${h.file ? raw(html`<p class="st-file kmuted">${Kino.t("Kept in")} <code>${h.file}</code>${Kino.t(". What you change here is written at once; the file may be edited by hand too.")}</p>`) : ""}
      ${h.sections.length > 3 ? raw(html`<nav class="st-nav" aria-label="${Kino.t("Sections")}">${h.sections.map((s) => raw(html`<button class="kbtn small ghost" type="button" data-section="${s}">${s}</button>`))}</nav>`) : ""}
      <div data-list></div>
      ${h.count ? "" : raw(html`<div class="kempty"><h2>${Kino.t("Nothing to set yet")}</h2><p>${Kino.t("This Kinoloom was started without settings.")}</p></div>`)}
    </section>`,
    item: (f) => html`<div class="st-item" data-id="${f.id}">${f.section ? raw(html`<h3 class="ksec">${f.section}</h3>`) : ""}
      <div class="st-row"><div class="st-words"><label for="st-${f.id.replace(/[^\w]/g, "-")}">${f.title}</label><span class="st-tag ${f.origin}" title="${f.origin === "default" ? Kino.t("Nobody has set it") : f.origin === "file" ? Kino.t("Set in your settings file") : Kino.t("Set by the environment")}">${f.origin === "environment" ? raw(html`${Kino.t("environment")} <code>${f.variable}</code>`) : origins[f.origin]}</span><p>${f.help}${f.origin === "environment" ? raw(html` ${Kino.t("It is set by")} <code>${f.variable}</code>${Kino.t(", which comes before the file; unset it and start Kinoloom again to change it here.")}`) : ""}</p></div>
      <div class="st-control kf">${raw(control(f))}${f.origin === "file" ? raw(html`<button class="kbtn small ghost" data-act="reset" title="${Kino.t("Back to {value}", { value: f.default || Kino.t("the default") })}">${Kino.t("Reset to {value}", { value: f.default || Kino.t("default") })}</button>`) : ""}</div></div></div>`,
  });
  document.addEventListener("click", (e) => {
    const wanted = e.target.closest?.(".st-nav [data-section]")?.dataset.section;
    if (wanted) [...document.querySelectorAll(".st-form .st-item h3")].find((h) => h.textContent === wanted)?.scrollIntoView({ block: "start", behavior: "smooth" });
  });
  Kino.part("settings.about", {
    frame: (h) => html`<aside class="kpane kscroll st-about" aria-label="${Kino.t("Keys and facts")}">
      <h2 class="kh">${Kino.t("Kinoloom{what}", { what: h.version ? " " + h.version : "" })}</h2>
      <p>${Kino.t("Turns a storyboard into a finished film, shot by shot, on your own machine. Free software under the {licence} licence.", { licence: h.licence })}</p>
      <dl class="st-facts"><dt>${Kino.t("Engines")}</dt><dd>${h.engines.join(", ")}</dd><dt>${Kino.t("New films")}</dt><dd><code>${h.folder}</code></dd></dl>
      <h3 class="ksec">${Kino.t("What is sent over the network")}</h3>
      ${h.servers.length ? raw(html`<p>${Kino.t("What a shot needs goes to the ComfyUI servers that you set up, when you draw keyframes or render clips with them: the prompt, the pictures it starts from, the workflow, and the token if you gave one. Results are fetched back. The servers are asked now and then what they have.")}</p>
      <ul class="st-servers">${h.servers.map(([url, here]) => raw(html`<li><code>${url}</code> ${here ? Kino.t("this computer") : Kino.t("over the network")}</li>`))}</ul>`) : ""}
      ${h.model ? raw(html`<p>${Kino.t("When you write with the language model, your text goes to {host}, with the key if you gave one.", { host: h.model })}</p>`) : ""}
      <p>${h.servers.length || h.model ? Kino.t("Nothing else") : Kino.t("Nothing")}${Kino.t(": no telemetry, no search for updates, no fonts or scripts from elsewhere, no downloads of models. The studio answers on this computer only, and the built-in engine works without a connection.")}</p>
      <h2 class="kh st-gap">${Kino.t("Keys")}</h2><p class="kmuted">${Kino.t("Press")} <kbd>?</kbd> ${Kino.t("anywhere to see them.")}</p>${Kino.keyTable()}
    </aside>`,
  });
})();

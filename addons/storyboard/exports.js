/* The Export panel of the Storyboard tab. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const written = (w) => raw(html`<div class="ex-done" role="status"><span>${icons.check} <code>${w.place}</code></span>${w.files.map(([name, url]) => raw(html`<a class="kbtn small" href="${url}" download="${name}">${Kino.t("Download {name}", { name })}</a>`))}
    ${w.notes.length ? raw(html`<ul aria-label="${Kino.t("What this format cannot hold")}">${w.notes.map((n) => raw(html`<li>${n}</li>`))}</ul>`) : ""}</div>`);
  Kino.part("storyboard.exports", {
    frame: (h) => !h.open ? html`<div class="ex-closed"></div>` : html`<section class="kpane ex-panel" aria-label="${Kino.t("Export the storyboard")}">
      <header><b>${Kino.t("Export the storyboard")}</b><span class="kmuted">${h.has ? Kino.t("Everything but the PDF can be imported again.") : Kino.t("Write a shot first.")}</span><span class="grow"></span><button class="kbtn small" data-act="close">${Kino.t("Close")}</button></header>
      <div class="ex-forms">${h.formats.map(([id, title, ending]) => raw(html`<button class="kbtn small" data-act="export" data-id="${id}" ${h.has ? "" : "disabled"}>${title}${ending ? raw(html` <i>${ending}</i>`) : ""}</button>`))}</div>
      ${h.busy ? raw(html`<p class="kmuted" role="status">${Kino.t("The pictures are being written …")}</p>`) : ""}
      ${h.error ? raw(html`<p class="wr-error" role="alert">${h.error}</p>`) : ""}
      ${h.written ? written(h.written) : ""}</section>`,
  });
  document.addEventListener("click", (e) => { if (e.target.closest?.("[data-exports]")) Kino.act("storyboard.exports", "panel"); });
})();

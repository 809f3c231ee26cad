/* Film: the quality rules of the project, below what its check found. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const F = (Kino.film = Kino.film || {});
  Kino.part("film.rules", {
    frame: (h, items) => (items.length ? html`<details class="kpane fm-panel fm-rules"><summary class="ksec"><span>${Kino.t("Rules of this project")}</span><small class="kmuted">${h.told}</small></summary>
      <p class="kmuted">${Kino.t("How far Kinoloom goes by itself in this project. What is not set here is as Settings say.")}</p>
      ${h.problem ? raw(html`<p class="fm-warn" role="alert">${icons.warn}<span>${h.problem}</span></p>`) : ""}
      ${items.map((i) => F.form.select(i.id, i.label, i.choices, i.value))}
      ${h.set ? raw(html`<button class="kbtn small" data-act="reset">${icons.undo} ${Kino.t("All as in Settings")}</button>`) : ""}</details>` : ""),
  });
})();

/* The advice of the Storyboard tab. */
"use strict";
(() => {
  const { html, raw } = Kino;
  Kino.part("storyboard.advice", {
    frame: (h) => !h.any ? html`<div class="ad-none"></div>` : html`<details class="kpane ad-panel"><summary><b>${h.count}</b> <span class="kmuted">${Kino.t("on how the shots follow each other")}</span></summary>
      <div class="ad-list" data-list role="list"></div>
      <div class="ad-foot">${h.more ? raw(html`<span class="kmuted">${Kino.t("{more} more are not listed.", { more: h.more })}</span>`) : ""}<span class="grow"></span>${h.away ? raw(html`<button class="kbtn small ghost" data-act="restore">${h.away}</button>`) : ""}</div></details>`,
    item: (c) => html`<div class="ad-row" role="listitem"><span class="ad-rule">${c.title}</span><p>${c.says} <i>${c.cure}</i></p>
      <span class="ad-shots">${c.shots.map((s) => raw(html`<button class="kbtn small ghost" data-act="select" data-id="${s}" aria-label="${Kino.t("Go to shot {id}", { id: s })}">${s}</button>`))}</span>
      <button class="kicon small" data-act="dismiss" data-key="${c.id}" title="${Kino.t("Put this away")}" aria-label="${Kino.t("Put this away")}">×</button></div>`,
  });
})();

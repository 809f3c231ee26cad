/* Buttons beside a finding: what can be done about it, from addons/remedies.py. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const one = (shot) => ([kind, segment, label, hint, why, ask, pictures]) => {
    const data = html`data-shot="${shot}" data-segment="${segment}" data-kind="${kind}"`, sure = ask ? html`data-confirm="${ask}" data-yes="${Kino.t("Go on")}"` : "";
    if (kind === "picture" && !why) return raw(html`<label class="kbtn small kpicked" title="${hint}">${label}<input type="file" class="sb-file" accept="image/*" data-act="remedy" data-together ${raw(data)} ${raw(sure)} aria-label="${label}"></label>`);
    if (pictures.length) return raw(html`<div class="kshots" role="group" aria-label="${label}" title="${hint}"><span>${label}</span>${pictures.map(([name, place, url]) => raw(html`<button class="kthumb" data-act="remedy" data-name="${name}" ${raw(data)} ${raw(sure)} aria-label="${place}, ${name}" title="${place}, ${name}"><img loading="lazy" src="${url}" alt=""></button>`))}</div>`);
    return raw(html`<button class="kbtn small" data-act="remedy" ${raw(data)} ${raw(sure)} ${why ? "disabled" : ""} title="${why || hint}">${kind === "again" ? icons.retry : ""} ${label}</button>`);
  };
  Kino.remedies = (shot, rows, open) => (rows && rows.length ? raw(html`<details class="kremedies" ${open ? "open" : ""}><summary>${Kino.t("What can be done")}</summary><div>${rows.map(one(shot))}</div></details>`) : "");
})();

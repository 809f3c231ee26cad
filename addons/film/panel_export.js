/* Film: the panel that takes the film along, and timing back in. */
"use strict";
(() => {
  const { html, raw, icons, when } = Kino;
  const F = (Kino.film = Kino.film || {});
  const { select, input } = F.form;
  const check = (field, label, on) => raw(html`<label class="kcheck"><input type="checkbox" data-field="${field}" ${on ? "checked" : ""}> ${label}</label>`);
  const path = (p, name) => raw(html`<div class="fm-path"><code title="${p}"><span>${p.slice(0, -(name.length + 1))}</span>${p.slice(-(name.length + 1))}</code><button class="kicon small" data-copy="${p}" title="${Kino.t("Copy the path")}" aria-label="${Kino.t("Copy the path of {name}", { name })}">${icons.copy}</button></div>`);
  const KIND = { moved: Kino.t("Moved"), trimmed: Kino.t("Trimmed"), speed: Kino.t("Speed"), transition: Kino.t("Transition"), take: Kino.t("Take"), added: Kino.t("New"), removed: Kino.t("Out"), length: Kino.t("Length") };
  const read = (r) => raw(html`<div class="fm-back" role="region" aria-label="${Kino.t("What {name} changes", { name: r.name })}"><header><b>${r.name}</b><span class="kmuted">${Kino.tn("{n} change", "{n} changes", r.count)}</span></header>
      <ul>${r.changes.map(([kind, , text]) => raw(html`<li><b>${KIND[kind] || kind}</b><span>${text}</span></li>`))}</ul>${r.count > r.changes.length ? raw(html`<p class="kmuted">${Kino.t("and {count} more", { count: r.count - r.changes.length })}</p>`) : ""}
      ${[...r.unknown, ...r.notes].map((n) => raw(html`<p class="fm-warn">${icons.warn}<span>${n}</span></p>`))}
      <div class="fm-row"><button class="kbtn small primary" data-act="apply">${Kino.t("Change the cut")}</button><button class="kbtn small" data-act="forget">${Kino.t("Leave it as it is")}</button></div></div>`);
  Kino.part("film.export", {
    frame: (h) => (h.deliveries ? html`<aside class="kpane fm-panel" aria-label="${Kino.t("Export")}">
      <h3 class="ksec">${Kino.t("Write the film")}</h3>
      ${select("delivery", Kino.t("For"), h.deliveries, h.delivery, raw(html`<small>${h.about}</small>`))}
      ${h.limited ? raw(html`<div class="krow">${input("limit", Kino.t("At most"), h.limit, html`placeholder="${Kino.t("any size, or 500 MB")}"`)}<div class="kf"><span>${Kino.t("Encoder")}</span>${check("hardware", Kino.t("Use the chip"), h.hardware)}</div></div>`) : ""}
      <button class="kbtn wide ${h.ready && !h.busy ? "primary" : ""}" data-act="deliver" ${h.ready && !h.busy ? "" : "disabled"} title="${h.ready ? "" : Kino.t("Every shot in the film needs its takes first")}">${icons.film} ${h.busy ? Kino.t("A film is being made") : Kino.t("Write it")}</button>
      ${h.films.map((f) => raw(html`<div class="fm-file"><div><b>${f.name}</b><span class="kmuted">${f.size}</span></div><span class="kmuted">${when(f.made)} · ${f.what}</span>${path(f.path, f.name)}${f.url ? raw(html`<a class="kbtn small" href="${f.url}" download="${f.name}">${Kino.t("Download")}</a>`) : ""}</div>`))}
      <h3 class="ksec">${Kino.t("For an editing program")}</h3>
      ${select("form", Kino.t("Edit list"), h.forms, h.form)}
      <div class="krow">${select("codec", Kino.t("Clips made for it"), [["h264", "H.264"], ["prores", "ProRes 422 HQ"]], h.codec)}<div class="kf"><span>${Kino.t("Media")}</span>${check("media", Kino.t("Copy beside it"), h.media)}</div></div>
      <div class="fm-row"><button class="kbtn small" data-act="export" ${h.ready ? "" : "disabled"}>${Kino.t("Export the cut")}</button><label class="kbtn small" data-drop="read" data-together title="${Kino.t("An .otio, .otioz, .fcpxml, .xml or .edl that was made of this film")}">${icons.up} ${Kino.t("Take an edited cut back")}<input type="file" class="sb-file" data-act="read" data-together accept=".otio,.otioz,.fcpxml,.xml,.edl" aria-label="${Kino.t("Take an edited cut back")}"></label></div>
      ${h.left.map((n) => raw(html`<p class="fm-warn">${icons.warn}<span>${n}</span></p>`))}
      ${h.read ? read(h.read) : ""}
      <h3 class="ksec">${Kino.t("Papers and the project")}</h3>
      <div class="fm-row"><button class="kbtn small" data-act="sheet" data-id=".pdf">${Kino.t("Contact sheet, PDF")}</button><button class="kbtn small" data-act="sheet" data-id=".png">${Kino.t("PNG")}</button></div>
      <div class="fm-row"><button class="kbtn small" data-act="pack">${icons.folder} ${Kino.t("Project as one zip")}</button>${check("used", Kino.t("Only what is used"), h.used)}</div>
      ${h.working.map((j) => raw(html`<div class="fm-job" data-id="${j.id}"><div class="fm-jobline"><b>${j.title}</b><span>${Math.floor(j.fraction * 100)} %</span></div><span class="kbar wide" role="progressbar" aria-label="${j.title}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.floor(j.fraction * 100)}"><i style="width:${j.fraction * 100}%"></i></span><div class="fm-jobline kmuted"><span>${j.detail}</span><button class="fm-reset" data-act="stop">${Kino.t("Stop")}</button></div></div>`))}
      ${h.files.map((f) => raw(html`<div class="fm-file">${f.failed ? raw(html`<p class="fm-warn">${icons.warn}<span><b>${f.title}</b> ${f.failed}</span></p>`) : raw(html`<div><b>${f.title}</b></div>${path(f.path, f.name)}`)}</div>`))}
      </aside>` : ""),
  });
})();

/* The Project tab. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const on = (v) => raw(`aria-pressed="${v ? "true" : "false"}"`);
  const shape = (w, h) => raw(`<svg class="pj-shape" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true"><rect x="${11 - (w >= h ? 9 : (9 * w) / h)}" y="${11 - (w >= h ? (9 * h) / w : 9)}" width="${w >= h ? 18 : (18 * w) / h}" height="${w >= h ? (18 * h) / w : 18}" rx="1.500" fill="none" stroke="currentColor" stroke-width="1.400"/></svg>`);
  const names = { "1920×1080": "Full HD", "1280×720": "HD", "1080×1920": Kino.t("Upright"), "1080×1080": Kino.t("Square") };

  const modelField = (h) => html`<label class="kf"><span>${Kino.t("Model")}</span><select name="profile" data-field="profile">${h.profiles.map((p) => raw(html`<option value="${p.id}" ${p.on ? "selected" : ""}>${p.title}</option>`))}</select><small>${h.profiles.find((p) => p.on)?.limits}</small></label>`;
  /* A workflow's picker, and below it how it stands and what can be chosen for it. */
  const flowField = (f) => html`<label class="kf"><span>${Kino.t("Workflow")}</span><select data-field="workflow:${f.kind}">${f.flows.map((w) => raw(html`<option value="${w.id}" ${w.on ? "selected" : ""}>${w.title}${w.state && ![Kino.t("ready"), Kino.t("not checked")].includes(w.state) ? " (" + w.state + ")" : ""}</option>`))}</select><small>${f.model}</small></label>`;
  const makes = (b) => (b?.free ? Kino.t("Makes {what}, free of charge.", { what: b.makes }) : Kino.t("Makes {what}.", { what: b?.makes || Kino.t("nothing here") }));
  const flowBox = (f) => html`<div class="pj-flow ${f.tone || ""}" role="group" aria-label="${f.kind === "video" ? Kino.t("Workflow for clips") : Kino.t("Workflow for keyframes")}">
      ${f.state ? raw(html`<header><span class="kpill ${f.tone}">${f.state}</span><span class="kmuted">${!f.servers ? Kino.t("No server is set up yet.") : !f.checked ? Kino.t("No server answers, so nothing could be checked.") : !f.confirmed ? Kino.t("Its slots were found by themselves: look whether they are right.") : f.problems.length ? Kino.t("It cannot run until this is there:") : Kino.t("Everything it needs is there.")}</span><button class="kbtn small" data-act="servers">${!f.servers ? Kino.t("Set up a server") : f.confirmed ? Kino.t("Servers") : Kino.t("Look at the slots")} ${icons.arrowR}</button></header>`) : raw(html`<p class="kmuted">${Kino.t("Choose what makes them.")}</p>`)}
      ${f.fault ? Kino.problems([[Kino.t("It cannot be used."), f.fault]]) : ""}${f.problems?.length ? Kino.problems(f.problems.filter(([what]) => !f.missing.some((m) => what.includes(m.name)))) : ""}${f.missing?.some((m) => m.need) ? Kino.models(f.missing.filter((m) => m.need)) : ""}${f.missing?.some((m) => !m.need) ? raw(html`<p class="kmuted pj-some">${Kino.t("Only some qualities and switches want:")}</p>${Kino.models(f.missing.filter((m) => !m.need))}`) : ""}
      ${f.code?.length ? raw(html`<p class="kmuted pj-code">${Kino.t("Runs code of:")} ${f.code.map(([pack, kinds], i) => raw(html`${i ? ", " : ""}<span title="${kinds}">${pack}</span>`))}</p>`) : ""}
      ${f.qualities?.length ? raw(html`<div class="pj-quality"><span>${Kino.t("Quality")}</span><div class="pj-quals" role="group" aria-label="${f.kind === "video" ? Kino.t("Quality of clips") : Kino.t("Quality of keyframes")}">${f.qualities.map((q) => raw(html`<button class="pj-qual" data-act="quality" data-for="${f.kind}" data-value="${q.id}" ${on(q.on)} title="${q.help}"><b>${q.title}</b><span>${q.facts.join(" · ")}</span>${q.time.map((t) => raw(html`<small title="${q.from}">${t}</small>`))}</button>`))}</div><p class="kmuted">${f.qualities.find((q) => q.on)?.help}</p></div>`) : ""}
      ${f.switches?.length ? raw(html`<div class="pj-sub"><span>${Kino.t("Switches")}</span><div class="pj-switches">${f.switches.map((s) => raw(html`<label class="kcheck"><input type="checkbox" role="switch" class="st-switch" data-field="switch:${f.kind}:${s.id}" ${s.on ? "checked" : ""}><span><b>${s.title}</b>${s.help ? raw(html`<small>${s.help}</small>`) : ""}</span></label>`))}</div></div>`) : ""}
      ${f.loaders?.length ? raw(html`<details class="pj-models"><summary>${f.loaders.some((l) => !l.own) ? Kino.t("Model files, some of your choice") : Kino.t("Model files: the workflow's own")}</summary>${f.loaders.map((l) => raw(html`<label class="kf"><span>${l.label}</span><select data-field="model:${f.kind}:${l.slot}">${l.files.map((m) => raw(html`<option value="${m.value}" ${m.on ? "selected" : ""}>${m.title}</option>`))}</select></label>`))}</details>`) : ""}
    </div>`;

  Kino.part("project.film", {
    frame: (h) => html`<section class="kpane kscroll pj-film" aria-label="${Kino.t("The open film")}">
      <label class="kf pj-name"><span>${Kino.t("Film")}</span><input name="name" data-field="name" value="${h.name}" maxlength="200" autocomplete="off"></label>
      <div class="pj-facts"><div><b>${h.shots}</b><span>${h.shots === 1 ? Kino.t("shot") : Kino.t("shots")}</span></div><div><b>${h.length}</b><span>${Kino.t("running time")}</span></div><div><b>${h.frames.toLocaleString("en")}</b><span>${Kino.t("frames")}</span></div></div>
      <div class="pj-path" title="${h.folder}">${icons.folder}<code><bdi>${h.folder}</bdi></code><button class="kbtn small ghost" type="button" data-copy="${h.folder}">${Kino.t("Copy path")}</button></div>
      ${h.pending.words ? raw(html`<div class="pj-ask" role="alertdialog" aria-label="${Kino.t("Change to {to}?", { to: h.pending.to })}"><p><b>${Kino.t("Change to {to}?", { to: h.pending.to })}</b> ${h.pending.words}</p><div><button class="kbtn" data-act="keep">${Kino.t("Keep as it is")}</button><button class="kbtn warn" data-act="go">${Kino.t("Change to {to}", { to: h.pending.to })}</button></div></div>`) : ""}
      <h3 class="ksec">${Kino.t("Size")}</h3>
      <div class="pj-chips">${h.sizes.map((s) => raw(html`<button class="pj-chip" data-act="size" data-w="${s.w}" data-h="${s.h}" ${on(s.on)}>${shape(s.w, s.h)}<span><b>${s.w}×${s.h}</b><small>${names[s.w + "×" + s.h]}</small></span></button>`))}</div>
      <div class="pj-custom" id="pj-custom"><label class="kf"><span>${Kino.t("Width")}</span><input type="number" name="w" min="64" max="8192" step="2" value="${h.width}"></label><i>×</i><label class="kf"><span>${Kino.t("Height")}</span><input type="number" name="h" min="64" max="8192" step="2" value="${h.height}"></label><button class="kbtn" data-act="size" data-form="#pj-custom">${Kino.t("Set size")}</button></div>
      ${h.made ? raw(html`<p class="kmuted">${h.made}</p>`) : ""}
      <h3 class="ksec">${Kino.t("Frames per second")}</h3>
      <div class="kseg" role="group" aria-label="${Kino.t("Frames per second")}">${h.rates.map((r) => raw(html`<button data-act="rate" data-value="${r.value}" title="${r.value}" ${on(r.on)}>${r.label}</button>`))}</div>
      ${h.lost ? raw(html`<div class="pj-ask" role="alert"><p><b>${Kino.t("This film cannot be planned here.")}</b> ${Kino.t("{lost} Choose another one below.", { lost: h.lost })}</p></div>`) : ""}
      <h3 class="ksec">${h.drawers.length ? Kino.t("Clips made with") : Kino.t("Made with")}</h3>
      <div class="krow"><label class="kf"><span>${Kino.t("Backend")}</span><select name="backend" data-field="backend">${h.backends.map((b) => raw(html`<option value="${b.id}" ${b.on ? "selected" : ""}>${b.title}</option>`))}</select><small>${makes(h.backends.find((b) => b.on))}</small></label>
      ${h.flow.kind ? raw(flowField(h.flow)) : h.profiles.length ? raw(modelField(h)) : ""}</div>
      ${h.flow.kind ? raw(flowBox(h.flow)) : ""}
      ${h.flow.kind && h.profiles.length > 1 ? raw(html`<div class="krow">${raw(modelField(h))}</div>`) : ""}
      ${h.fallbacks.length ? raw(html`<div class="krow"><label class="kf"><span>${Kino.t("When it is out of reach")}</span><select name="fallback_backend" data-field="fallback_backend">${h.fallbacks.map((b) => raw(html`<option value="${b.id}" ${b.on ? "selected" : ""}>${b.title}</option>`))}</select><small>${Kino.t("Makes what the backend above cannot make for good. The takes say so.")}</small></label></div>`) : ""}
      <div class="pj-modes" role="group" aria-label="${Kino.t("How long shots are made")}">${h.modes.map((m) => raw(html`<button class="pj-mode" data-id="${m.id}" data-act="mode" ${on(m.on)}><b>${m.title}</b><span>${m.help}</span></button>`))}</div>
      ${h.note ? raw(html`<p class="kmuted">${h.note}</p>`) : ""}
      ${h.drawers.length ? raw(html`<h3 class="ksec">${Kino.t("Keyframes made with")}</h3>
      <div class="krow"><label class="kf"><span>${Kino.t("Backend")}</span><select name="image_backend" data-field="image_backend:image">${h.drawers.some((b) => b.on) ? "" : raw(html`<option value="" selected>${Kino.t("Nothing: bring your own")}</option>`)}${h.drawers.map((b) => raw(html`<option value="${b.id}" ${b.on ? "selected" : ""} ${b.needs && !b.on ? "disabled" : ""}>${b.title}${b.needs ? ` (${b.needs})` : ""}</option>`))}</select><small>${h.drawPrice ? Kino.t("A picture costs {price}.", { price: h.drawPrice }) + " " : ""}${Kino.t("Pictures you picked or imported stay.")}</small></label>
      ${h.drawFlow.kind ? raw(flowField(h.drawFlow)) : ""}</div>
      ${h.drawers.some((b) => b.needs) ? raw(html`<p class="kmuted pj-needs">${Kino.t("A key is missing for: {names}.", { names: h.drawers.filter((b) => b.needs).map((b) => b.title).join(", ") })} <button class="kbtn small ghost" data-act="settings">${Kino.t("Enter it in Settings")} ${icons.arrowR}</button></p>`) : ""}
      ${h.drawFlow.kind ? raw(flowBox(h.drawFlow)) : ""}`) : ""}
      ${h.looks.length ? raw(html`<h3 class="ksec">${Kino.t("Look")}</h3><label class="kf pj-look"><span>${Kino.t("Style of every shot that has none of its own")}</span><select name="look" data-field="look">${h.looks.map((l) => raw(html`<option value="${l.value}" ${l.on ? "selected" : ""}>${l.label}</option>`))}</select></label>`) : ""}
    </section>`,
  });

  const { notes } = Kino;
  Kino.part("project.new", {
    frame: (h) => html`<section class="kpane pj-new" id="pj-new" aria-label="${Kino.t("New project")}">
      <div class="pj-top"><h2 class="kh">${Kino.t("New project")}</h2><button class="kbtn small" data-act="sample" title="${Kino.t("Eight shots, thirty seconds, drawn and rendered on this computer")}">${icons.film} ${Kino.t("Make the sample film")}</button></div>
      ${notes(h.notes)}
      <div class="pj-form"><label class="kf"><span>${Kino.t("Name")}</span><input name="name" maxlength="200" autocomplete="off" placeholder="${h.staged.title || Kino.t("The working title")}"></label>
      <label class="kf"><span>${Kino.t("Folder (left empty: a new one in {home})", { home: h.home })}</span><input name="folder" autocomplete="off" spellcheck="false" placeholder="${h.home}"></label></div>
      ${h.staged.files ? raw(html`<div class="pj-staged" data-drop="stage" data-together><span>${icons.check}</span><div><b>${h.staged.files.join(" + ")}</b><span>${Kino.tn("{n} shot", "{n} shots", h.staged.shots)} · ${h.staged.length} · ${h.staged.format}${h.staged.altered ? " · " + Kino.tn("{n} remark, listed after the import", "{n} remarks, listed after the import", h.staged.altered) : ""}</span>${h.staged.form === "segment list" && h.staged.files.length === 1 ? raw(html`<span>${Kino.t("Its master prompt (.md) can be dropped here too.")}</span>`) : ""}</div><button class="kicon" data-act="unstage" title="${Kino.t("Take it away")}" aria-label="${Kino.t("Take the file away")}">${icons.close}</button></div>`)
        : raw(html`<label class="pj-drop" data-drop="stage" data-together><input type="file" class="kfile" data-act="stage" data-together multiple accept="${h.accept}"><span>${icons.up}</span><span><b>${Kino.t("Drop a storyboard here")}</b>${Kino.t(", or choose one. Storyboard JSON, segment list with its master prompt, Fountain, CSV or text; or pictures, or a zip of them.")}</span></label>
        <label class="kf"><span>${Kino.t("or import a folder: a project of another tool, or pictures")}</span><input name="source" autocomplete="off" spellcheck="false" placeholder="${Kino.t("/home/me/stories/harbour")}"></label>`)}
      <div class="pj-go"><button class="kbtn primary" data-act="create" data-form="#pj-new">${h.staged.files ? Kino.t("Import as a new project") : Kino.t("Create the project")}</button><span class="kmuted">${Kino.t("The project that is open stays as it is.")}</span></div>
    </section>`,
  });

  const when = (iso) => { const d = new Date(iso); return isNaN(d) ? "" : d.toLocaleString(Kino.language === "en" ? "en-GB" : Kino.language, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }); };
  Kino.part("project.recent", {
    frame: (h) => html`<section class="kpane pj-recent" aria-label="${Kino.t("Open a project")}">
      <div class="pj-top"><h2 class="kh">${Kino.t("Open a project")}</h2></div>
      <div class="pj-open" id="pj-open"><input name="path" aria-label="${Kino.t("Folder of a project")}" autocomplete="off" spellcheck="false" placeholder="${Kino.t("Folder of a project")}"><button class="kbtn" data-act="path" data-form="#pj-open">${Kino.t("Open")}</button></div>
      <label class="pj-drop pj-zip" data-drop="unpack" data-together><input type="file" class="kfile" data-act="unpack" data-together accept=".zip"><span>${icons.up}</span><span><b>${Kino.t("Drop a packed project here")}</b>${Kino.t(", or choose one: a .zip that Film made of it. It is unpacked into a new folder and opened.")}</span></label>
      ${!h.unpacking.state ? "" : raw(html`<div class="pj-staged pj-unpacking" role="status"><span>${icons.film}</span><div><b>${h.unpacking.name}</b><span>${h.unpacking.state === "failed" ? h.unpacking.why : h.unpacking.state === "done" ? raw(html`<button class="kbtn small primary" data-act="unpacked">${Kino.t("Open")}</button>`) : Kino.t("being unpacked, {n} %", { n: Math.floor(100 * h.unpacking.fraction) })}</span>${h.unpacking.state === "going" ? raw(html`<progress max="1" value="${h.unpacking.fraction}" aria-label="${Kino.t("Unpacking")}"></progress>`) : ""}</div><button class="kicon" data-act="stop-unpack" title="${h.unpacking.state === "going" ? Kino.t("Stop unpacking") : Kino.t("Take it away")}" aria-label="${h.unpacking.state === "going" ? Kino.t("Stop unpacking") : Kino.t("Take it away")}">${icons.close}</button></div>`)}
      <div class="pj-list" data-list role="listbox" aria-label="${Kino.t("Projects opened before")}"></div>
      ${h.count ? "" : raw(html`<p class="kmuted">${Kino.t("Projects you open are listed here.")}</p>`)}
    </section>`,
    after: (el, h) => { /* opened by itself for whoever waits for it here */
      if (h.unpacking.state !== "done") el._opening = false;
      else if (el.offsetParent && !el._opening) { el._opening = true; Kino.act("project.recent", "unpacked"); }
    },
    item: (p) => html`<div class="pj-item" role="option" tabindex="0" data-id="${p.id}" data-act="open" aria-selected="${p.here ? "true" : "false"}"><div><b title="${p.name}">${p.name}</b><span>${Kino.tn("{n} shot", "{n} shots", p.shots)} · ${p.length} · ${p.rate}</span></div><div class="pj-where"><code title="${p.folder}"><bdi>${p.folder}</bdi></code><span>${p.here ? Kino.t("open now") : Kino.t("last used {when}", { when: when(p.used) })}</span></div></div>`,
  });

  const titles = { project: Kino.t("Format and settings"), storyboard: Kino.t("Storyboard"), selection: Kino.t("Choices"), cut: Kino.t("Cut"), delivered: Kino.t("Deliveries") };
  const named = (name) => titles[name] || name;
  Kino.part("project.kept", {
    frame: (h) => html`<section class="kpane pj-kept" aria-label="${Kino.t("Versions and trash")}">
      <div class="pj-top"><h2 class="kh">${Kino.t("Versions and trash")}</h2></div>
      ${h.elsewhere ? raw(html`<div class="pj-ask" role="alert"><p><b>${Kino.t("Rendering goes on elsewhere.")}</b> ${h.elsewhere}</p>${h.over ? raw(html`<div><button class="kbtn warn" data-act="over">${Kino.t("Take it over")}</button></div>`) : ""}</div>`) : ""}
      ${h.damaged.map((d) => raw(html`<div class="pj-ask" role="alert"><p><b>${named(d.name)}</b>: ${d.problem} ${d.cure}</p><div>${d.when ? raw(html`<button class="kbtn primary" data-act="restore" data-id="${d.name}">${Kino.t("Restore the one of {when} UTC", { when: d.when })}</button>`) : ""}${d.anew ? raw(html`<button class="kbtn" data-act="anew" data-id="${d.name}">${Kino.t("Begin anew")}</button>`) : ""}</div></div>`))}
      ${h.strays.length ? raw(html`<div class="pj-ask" role="alert"><p><b>${Kino.t("A sync program left copies of its own:")}</b> ${Kino.t("{what}. Look whether they hold what is missing here; Kinoloom reads none of them.", { what: h.strays.join(", ") })}</p></div>`) : ""}
      ${h.documents.map((d) => raw(html`<details class="pj-versions"><summary>${named(d.name)}: ${d.versions.length} ${d.versions.length === 1 ? Kino.t("version") : Kino.t("versions")}</summary>${d.versions.map((v, i) => raw(html`<div class="pj-version"><span>${Kino.t("{when} UTC{what}", { when: v.when, what: v.note ? ", " + v.note : "" })}</span>${i ? raw(html`<button class="kbtn small" data-act="restore" data-id="${d.name}" data-key="${v.key}">${Kino.t("Put back")}</button>`) : raw(html`<span class="kmuted">${Kino.t("as it is now")}</span>`)}</div>`))}</details>`))}
      <div class="pj-list" data-list role="list" aria-label="${Kino.t("Trash")}"></div>
    </section>`,
    item: (t) => html`<div class="pj-version" role="listitem" data-id="${t.id}"><span>${Kino.t("{title}, {size}, deleted {deleted} UTC", { title: t.title, size: t.size, deleted: t.deleted })}</span><button class="kbtn small" data-act="back" data-id="${t.id}">${Kino.t("Put back")}</button></div>`,
  });

  document.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.target.tagName !== "INPUT") return;
    const form = e.target.closest("#pj-open,#pj-new,#pj-custom");
    if (form) { e.preventDefault(); form.querySelector("[data-form]").click(); }
  });
})();

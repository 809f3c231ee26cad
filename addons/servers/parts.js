/* The Servers tab: ComfyUI servers, and the workflows they run. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const without = () => raw(html`<div class="sv-without"><b>${Kino.t("What works without it")}</b><p>${Kino.t("Storyboard, import, planning and the film itself; the built-in engine draws keyframes and renders clips as an animatic on this computer, and pictures of your own can stand as keyframes.")}</p></div>`);
  const queue = ([running, waiting, ours]) => (running || waiting ? Kino.t("{running} running, {waiting} waiting", { running, waiting }) + (ours ? " · " + Kino.t("{n} of them ours", { n: ours }) : "") : Kino.t("idle"));
  const about = (s) => `ComfyUI ${s.version}` + (s.ok ? " · " + Kino.t("{n} nodes", { n: s.nodes.toLocaleString(Kino.language) }) : "");
  const body = (s) => raw(html`${s.problem.length ? raw(html`<p class="sv-problem">${icons.warn}<span><b>${s.problem[0]}</b> ${s.problem[1]}</span></p>`) : ""}
    ${s.devices.map(([name, used, words]) => raw(html`<div class="sv-device"><span title="${name}">${name}</span><small>${words}</small>${used < 0 ? "" : raw(html`<span class="kbar wide" role="meter" aria-label="${Kino.t("Memory in use of {name}", { name })}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${used}"><i style="width:${used}%"></i></span>`)}</div>`))}
    ${s.ok ? raw(html`<p class="sv-facts">${queue(s.queue)}</p>`) : ""}`);

  /* What can be set for one server; a token is written and never shown. */
  const setup = (s, h) => html`<div class="sv-setup" id="sv-setup" data-keep="setup ${s.id} ${s.login}">
      <label class="kf"><span>${Kino.t("Name")}</span><input name="name" value="${s.name}" maxlength="60" autocomplete="off" placeholder="${s.id}" ${h.fixed ? "disabled" : ""}></label>
      <label class="kf"><span>${Kino.t("Jobs of yours that wait there behind the running one")}</span><select name="wait" ${h.fixed ? "disabled" : ""}>${[0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => raw(html`<option value="${n}" ${n === s.wait ? "selected" : ""}>${n === 0 ? Kino.t("0: others who use it never wait for yours") : n === 1 ? Kino.t("1: it never idles between two") : n}</option>`))}</select></label>
      <label class="kf"><span>${Kino.t("Token, or a header such as X-Api-Key: abc")}</span><input name="token" type="password" maxlength="4000" autocomplete="new-password" placeholder="${s.login ? Kino.t("Kept; type to replace it") : Kino.t("None")}"></label>
      <div class="sv-do">${s.login ? raw(html`<button class="kbtn small ghost" data-act="forget-login" data-confirm="${Kino.t("Forget the token of {id}?", { id: s.name || s.id })}" data-yes="${Kino.t("Forget it")}">${Kino.t("Forget token")}</button>`) : ""}<button class="kbtn small" data-act="switch" ${h.fixed ? "disabled" : ""}>${s.on ? Kino.t("Switch off") : Kino.t("Switch on")}</button><button class="kbtn small primary" data-act="save-server" data-form="#sv-setup" ${h.fixed ? "disabled" : ""}>${Kino.t("Save")}</button></div></div>`;

  Kino.part("servers.list", {
    frame: (h) => !h.engine ? html`<section class="kpane sv-list"><div class="kempty"><h2>${Kino.t("ComfyUI is not part of this Kinoloom")}</h2><p>${Kino.t("It was started without the engine that talks to ComfyUI servers.")}</p></div>${without()}</section>` : html`<section class="kpane kscroll sv-list" aria-label="${Kino.t("Servers")}">
      <header class="sv-top"><h2 class="kh">${Kino.t("Servers")}</h2><span class="kmuted grow">${h.count ? Kino.t("{up} of {count} answer", { up: h.up, count: h.count }) : ""}</span>${h.count ? raw(html`<button class="kbtn small" data-act="look" title="${Kino.t("Ask every server what it has now")}">${icons.retry} ${Kino.t("Ask again")}</button>`) : ""}</header>
      ${h.count ? "" : raw(html`<div class="sv-first"><p>${Kino.t("Image and video models run in")} <b>${Kino.t("ComfyUI")}</b>${Kino.t(", on this computer or on others. Kinoloom sends it words and pictures, and takes the results back; nothing is moved or deleted there.")}</p>
        <ol><li><b>${Kino.t("Start ComfyUI.")}</b> ${Kino.t("In its folder:")} <code>${Kino.t("python main.py")}</code>${Kino.t(". On another computer add")} <code>${Kino.t("--listen")}</code>${Kino.t(", or the desktop app's “Listen” setting.")}</li><li><b>${Kino.t("Type its address")}</b> ${Kino.t("below and test it. On this computer it is usually")} <code>${h.usual}</code>.</li><li><b>${Kino.t("Choose a workflow")}</b> ${Kino.t("for clips and one for keyframes in the Project tab.")}</li></ol></div>`)}
      <div class="sv-cards" data-list></div>
      <h3 class="ksec">${h.count ? Kino.t("Add a server") : Kino.t("Your server")}</h3>
      ${h.fixed ? raw(html`<p class="kmuted">${Kino.t("The servers are set by the environment variable")} <code>${Kino.t("KINOLOOM_COMFYUI__SERVERS")}</code>${Kino.t("; unset it and start Kinoloom again to change them here.")}</p>`) : ""}
      <div class="sv-add" id="sv-add" data-keep="add ${h.count} ${h.token}">
        <label class="kf"><span>${Kino.t("Address")}</span><input name="url" maxlength="1000" autocomplete="off" spellcheck="false" placeholder="${h.usual}" value="${h.count ? "" : h.usual}"></label>
        <label class="kf"><span>${Kino.t("Token or header, only where the server asks for one")}</span><input name="token" type="password" maxlength="4000" autocomplete="new-password" placeholder="${h.token ? Kino.t("The one for all servers") : Kino.t("None")}"></label>
        <div class="sv-do"><button class="kbtn" data-act="test" data-form="#sv-add">${Kino.t("Test")}</button><button class="kbtn ${h.count ? "" : "primary"}" data-act="add" data-form="#sv-add" ${h.fixed ? "disabled" : ""}>${icons.plus} ${Kino.t("Add server")}</button></div></div>
      <div class="sv-test" role="status">${h.test.url ? raw(html`<div class="sv-card ${h.test.busy ? "" : h.test.ok ? "up" : "down"}"><header><b title="${h.test.url}">${h.test.url}</b><span class="kpill ${h.test.busy ? "queued" : h.test.ok ? "done" : "failed"}">${h.test.busy ? Kino.t("being asked") : h.test.ok ? Kino.t("answers") : Kino.t("no use yet")}</span></header>${h.test.busy ? raw(html`<p class="kmuted">${Kino.t("This takes a few seconds at most.")}</p>`) : raw(html`${h.test.version ? raw(html`<p class="kmuted">${about(h.test)}</p>`) : ""}${body(h.test)}`)}</div>`) : ""}</div>
      ${h.token ? raw(html`<p class="kmuted sv-token">${Kino.t("A token is kept for all servers that have none of their own. It is never shown.")} <button class="kbtn small ghost" data-act="forget-token" data-confirm="${Kino.t("Forget the token? Servers that ask for one will refuse.")}" data-yes="${Kino.t("Forget it")}">${Kino.t("Forget it")}</button></p>`) : raw(html`<p class="kmuted sv-token">${Kino.t("A token is kept when you add the server, sent to it alone, and never shown again.")}</p>`)}
      ${h.count ? "" : without()}
    </section>`,
    item: (s, h) => html`<article class="sv-card ${!s.on ? "" : s.ok ? "up" : s.asked ? "down" : ""}" data-id="${s.id}" aria-label="${Kino.t("Server {id}", { id: s.name || s.id })}">
      <header><b title="${s.id}">${s.name || s.id}</b><span class="kpill ${!s.on ? "" : s.ok ? "done" : s.asked ? "failed" : "queued"}">${!s.on ? Kino.t("switched off") : s.ok ? Kino.t("reachable") : s.asked ? Kino.t("not reachable") : Kino.t("being asked")}</span></header>
      ${s.name ? raw(html`<p class="kmuted">${s.id}</p>`) : ""}${!s.on ? raw(html`<p class="kmuted">${Kino.t("Nothing is sent there until you switch it on.")}</p>`) : raw(html`${s.version ? raw(html`<p class="kmuted">${about(s)}</p>`) : ""}${body(s)}`)}
      ${s.setup ? raw(setup(s, h)) : ""}
      ${s.clip && s.clip[1] ? raw(html`<p class="sv-clip ${s.clip[2] ? "bad" : ""}">${s.clip[2] ? icons.warn : icons.check}<span>${s.clip[1]}</span></p>`) : ""}
      <div class="sv-foot">${h.tries && s.ok && s.on ? raw(html`<button class="kbtn small" data-act="clip" ${s.clip && s.clip[0] ? "disabled" : ""} title="${Kino.t("Test the connection: sends a picture, holds it as a clip and fetches it. Needs no model, takes seconds")}">${icons.film} ${s.clip && s.clip[0] ? Kino.t("Rendering a clip …") : Kino.t("Test with a real clip")}</button>`) : ""}<span class="grow"></span><button class="kbtn small" data-act="setup" aria-expanded="${s.setup ? "true" : "false"}" aria-label="${s.setup ? Kino.t("Close the set-up of {name}", { name: s.name || s.id }) : Kino.t("Open the set-up of {name}", { name: s.name || s.id })}">${s.setup ? Kino.t("Close") : Kino.t("Set up")}</button><button class="kicon small" data-act="remove" ${h.fixed ? "disabled" : ""} data-confirm="${Kino.t("Remove {id} from Kinoloom? Nothing changes on the server.", { id: s.id })}" data-yes="${Kino.t("Remove")}" title="${Kino.t("Remove")}" aria-label="${Kino.t("Remove {id}", { id: s.id })}">${icons.trash}</button></div></article>`,
    after: (el, h) => { if (!h.engine || el._test === h.test.busy) return; el._test = h.test.busy; if (h.test.url) el.querySelector(".sv-test").scrollIntoView({ block: "nearest" }); },
  });

  Kino.part("servers.flows", {
    frame: (h, items) => !h.engine ? html`` : html`<section class="kpane sv-flows" aria-label="${Kino.t("Workflows")}" data-drop="import">
      <header class="sv-top"><h2 class="kh">${Kino.t("Workflows")}</h2><span class="kmuted grow">${h.checked ? Kino.t("{n} ready to use", { n: h.ready }) : Kino.t("not checked: no server answers yet")}</span>
        <label class="kbtn small" tabindex="-1" title="${Kino.t("A workflow saved from ComfyUI in either format, or a picture or clip that it saved")}">${icons.up} ${Kino.t("Import")}<input type="file" class="sv-file" data-act="import" accept="${h.accept}" aria-label="${Kino.t("Import a workflow")}"></label></header>
      <div class="kseg sv-kinds" role="group" aria-label="${Kino.t("Kind")}">${h.chips.map(([v, t, n]) => raw(html`<button data-act="filter" data-value="${v}" aria-pressed="${h.filter === v}">${t} <i>${n}</i></button>`))}</div>
      <div class="sv-headrow" aria-hidden="true"><span>${Kino.t("Workflow")}</span><span>${Kino.t("Makes")}</span><span>${Kino.t("Origin")}</span><span>${Kino.t("State")}</span></div>
      <div class="sv-rows" role="listbox" aria-label="${Kino.t("Workflows")}" data-list></div>
      ${items.length ? "" : raw(html`<div class="kempty"><h2>${Kino.t("No workflow here")}</h2><p>${Kino.t("Drop a workflow that you saved from ComfyUI: JSON, or a picture or clip that carries one.")}</p></div>`)}
      <p class="kmuted sv-hint">${Kino.t("Drop a workflow anywhere here: JSON in either format, or a PNG or mp4 that ComfyUI saved. Or take it from a folder of this computer:")}</p>
      <div class="sv-path" id="sv-path" data-keep="path ${h.count}"><input name="path" maxlength="4000" autocomplete="off" spellcheck="false" aria-label="${Kino.t("Folder or file with a workflow")}" placeholder="${h.example}"><button class="kbtn" data-act="folder" data-form="#sv-path">${Kino.t("Add")}</button></div>
    </section>`,
    item: (f, h) => html`<div class="sv-row" role="option" tabindex="0" data-id="${f.id}" data-act="select" aria-selected="${h.selected === f.id}">
      <span class="sv-name"><b title="${f.t}">${f.t}</b><small>${[f.p, f.l].filter(Boolean).join(" · ")}</small>${f.u ? raw(html`<em>${icons.check} ${f.u}</em>`) : ""}</span>
      <span>${f.k}</span><span>${f.o}${f.ov ? raw(html`<small>${Kino.t("over the shipped one")}</small>`) : ""}</span><span><span class="kpill ${f.c}">${f.s}</span></span></div>`,
    after: (el, h) => { if (el._shown !== h.selected) { el._shown = h.selected; el.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }); } },
  });

  /* One list per input that a value goes into; a further one is unfolded by its button. */
  const picks = (s, inputs) => {
    const fitting = inputs.filter(([, kind]) => s.kinds.includes(kind)), known = new Set(fitting.map(([place]) => place));
    const list = (place, n) => raw(html`<select name="slot.${s.id}#${n}" aria-label="${n ? Kino.t("{name}, input {n}", { name: s.name, n: n + 1 }) : s.name}" ${n && !place ? "hidden" : ""}>
      <option value="">${n ? (place ? Kino.t("Take this input away") : Kino.t("Add another input …")) : Kino.t("Not used")}</option>${place && !known.has(place) ? raw(html`<option value="${place}" selected>${Kino.t("{place} (of another kind)", { place })}</option>`) : ""}${fitting.map(([value, , title]) => raw(html`<option value="${value}" ${value === place ? "selected" : ""}>${title}</option>`))}</select>`);
    const more = s.now.length > 0 && fitting.length > s.now.length;
    return raw(html`<div class="sv-slot" role="group" aria-label="${s.name}"><span>${s.name}</span><div class="sv-picks">${[...s.now, ...(more || !s.now.length ? [""] : [])].map(list)}</div>${more ? raw(html`<button type="button" class="kicon small sv-more" title="${Kino.t("Into another input too")}" aria-label="${Kino.t("{name} into another input too", { name: s.name })}">${icons.plus}</button>`) : ""}</div>`);
  };
  const form = (h) => raw(html`<div class="sv-form" id="sv-slots" data-keep="edit ${h.id}">
      <label class="kf"><span>${Kino.t("Title")}</span><input name="title" value="${h.title}" maxlength="200" autocomplete="off"></label>
      <label class="kf"><span>${Kino.t("Model profile: lengths, rate and sizes that it makes")}</span><select name="profile">${h.profiles.map(([id, title, on]) => raw(html`<option value="${id}" ${on ? "selected" : ""}>${title}</option>`))}</select></label>
      ${h.form.inputs.length ? raw(html`<p class="kmuted">${Kino.t("Each value goes into the inputs of the graph that are picked here. Only those that fit are listed; the number is the node's.")}</p>
      <div class="sv-slots">${h.form.slots.map((s) => picks(s, h.form.inputs))}</div>`) : raw(html`<p class="kmuted">${Kino.t("This graph can only be read with a server, so the inputs are typed as")} <code>${Kino.t("node.input")}</code>${Kino.t(", with commas between several; an empty field takes the slot away.")}</p>
      <div class="sv-slots">${h.form.slots.map((s) => raw(html`<label><span>${s.name}</span><input name="slot.${s.id}" value="${s.now.join(", ")}" maxlength="2000" autocomplete="off" spellcheck="false"></label>`))}</div>`)}
      <div class="sv-do"><button class="kbtn" data-act="leave">${Kino.t("Leave as it is")}</button><button class="kbtn ${h.confirmed ? "" : "primary"}" data-act="confirm" data-form="#sv-slots">${icons.check} ${h.confirmed ? Kino.t("Save the slots") : Kino.t("Confirm the slots")}</button></div></div>`);

  Kino.part("servers.flow", {
    frame: (h) => !h.id ? html`` : html`<aside class="kpane kscroll sv-flow ${h.editing ? "editing" : ""}" aria-label="${Kino.t("The selected workflow")}" data-id="${h.id}">
      <header class="sv-top"><h2 class="kh grow">${h.title}</h2><span class="kpill ${h.tone}">${h.state}</span></header>
      ${h.editing ? raw(html`<h3 class="ksec">${h.confirmed ? Kino.t("Where its values go") : Kino.t("Are the slots right?")}</h3>${form(h)}`) : ""}
      <div ${h.editing ? "hidden" : ""}><p class="sv-what">${h.description}</p>
      <dl class="sv-dl"><dt>${Kino.t("Makes")}</dt><dd>${h.kind}${h.use ? raw(html` <em class="sv-use">${icons.check} ${Kino.t("used in this film")}</em>`) : ""}</dd><dt>${Kino.t("Model")}</dt><dd>${h.profile}${h.limits ? raw(html`<small>${h.limits}</small>`) : ""}</dd>${h.licence ? raw(html`<dt>${Kino.t("Licence")}</dt><dd>${h.licence}</dd>`) : ""}<dt>${Kino.t("Origin")}</dt><dd>${h.origin}${h.overrides ? Kino.t(", over the shipped one") : ""}</dd></dl>
      ${h.fault ? raw(html`<p class="sv-problem">${icons.warn}<span><b>${Kino.t("It cannot be used.")}</b> ${h.fault}</span></p>`) : ""}
      ${h.problems.length ? raw(html`<h3 class="ksec">${Kino.t("What is missing")}</h3>${Kino.problems(h.problems)}`) : !h.checked && !h.fault ? raw(html`<p class="kmuted sv-unasked">${Kino.t("Whether its models and nodes are there is told once a server answers.")}</p>`) : ""}
      <div class="sv-acts">${!h.films || h.fault || h.editing ? "" : raw(html`<button class="kbtn ${h.tone === "done" && !h.use ? "primary" : ""}" data-act="project">${h.use ? Kino.t("Go to Project") : Kino.t("Choose it in Project")} ${icons.arrowR}</button>`)}${h.editing || h.fault ? "" : raw(html`<button class="kbtn ${h.confirmed ? "" : "primary"}" data-act="edit-slots">${h.confirmed ? Kino.t("Correct the slots") : Kino.t("Look at the slots")}</button>`)}${h.own ? raw(html`<button class="kbtn danger" data-act="remove" data-confirm="${Kino.t("Remove “{title}”? Its files go to the trash folder beside your workflows.", { title: h.title })}" data-yes="${Kino.t("Remove")}">${icons.trash} ${Kino.t("Remove")}</button>`) : ""}</div>
      ${h.editing ? "" : raw(html`<h3 class="ksec">${Kino.t("Slots")}</h3>${h.slots.length ? raw(html`<dl class="sv-dl wide">${h.slots.map(([name, places]) => raw(html`<dt>${name}</dt><dd>${places.map(([place, words]) => raw(html`<span class="sv-place" title="${place}">${words}</span>`))}</dd>`))}</dl>`) : raw(html`<p class="kmuted">${Kino.t("None were found: name them by hand.")}</p>`)}`)}
      ${h.models.length ? raw(html`<h3 class="ksec">${Kino.t("Model files")}</h3>${Kino.models(h.models)}<p class="kmuted">${Kino.t("Kinoloom downloads nothing by itself: get a file from its link and put it into the folder, below ComfyUI's own.")}</p>`) : raw(html`<h3 class="ksec">${Kino.t("Model files")}</h3><p class="kmuted">${Kino.t("It needs none.")}</p>`)}
      ${h.nodes.length ? raw(html`<h3 class="ksec">${Kino.t("Runs code of")}</h3><dl class="sv-dl wide">${h.nodes.map(([pack, kinds]) => raw(html`<dt>${pack}</dt><dd>${kinds}</dd>`))}</dl><p class="kmuted">${Kino.t("This is no part of ComfyUI itself: a server runs it with everything it may do there.")}</p>`) : ""}
      ${h.qualities.length ? raw(html`<h3 class="ksec">${Kino.t("Qualities")}</h3><dl class="sv-dl">${h.qualities.map(([t, help]) => raw(html`<dt>${t}</dt><dd>${help}</dd>`))}</dl>`) : ""}
      ${h.switches.length ? raw(html`<h3 class="ksec">${Kino.t("Switches")}</h3><dl class="sv-dl">${h.switches.map(([t, help, on, there]) => raw(html`<dt>${t}</dt><dd>${help}<small>${there ? (on ? Kino.t("on unless turned off") : Kino.t("off unless turned on")) : Kino.t("no server has its nodes")}</small></dd>`))}</dl>`) : ""}</div>
    </aside>`,
    after: (el, h) => { if (el._shown !== h.id + h.editing) { el._shown = h.id + h.editing; el.querySelector(".sv-flow")?.scrollTo(0, 0); } },
  });

  /* Unfold the list for a further input; when that is taken, one more. */
  document.addEventListener("click", (e) => {
    const box = e.target.closest?.(".sv-more")?.parentElement.querySelector(".sv-picks");
    if (!box) return;
    let last = box.lastElementChild;
    if (!last.hidden && last.value && box.children.length < 12) {
      const more = last.cloneNode(true), [slot, n] = last.name.split("#");
      more.name = `${slot}#${+n + 1}`; more.value = "";
      more.setAttribute("aria-label", Kino.t("{name}, input {n}", { name: box.parentElement.firstElementChild.textContent, n: +n + 2 }));
      box.append(more);
      last = more;
    }
    last.hidden = false;
    last.focus();
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.target.tagName !== "INPUT") return;
    const box = e.target.closest("#sv-add,#sv-slots,#sv-path,#sv-setup");
    if (box) { e.preventDefault(); box.querySelector({ "sv-add": "[data-act=test]", "sv-slots": "[data-act=confirm]", "sv-path": "[data-act=folder]", "sv-setup": "[data-act=save-server]" }[box.id]).click(); }
  });
})();

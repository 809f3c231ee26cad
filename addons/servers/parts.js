/* The Servers tab: ComfyUI servers, and the workflows they run. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const without = () => raw(html`<div class="sv-without"><b>What works without it</b><p>Storyboard, import, planning and the film itself; the built-in engine draws keyframes and renders clips as an animatic on this computer, and pictures of your own can stand as keyframes.</p></div>`);
  const queue = ([running, waiting, ours]) => (running || waiting ? `${running} running, ${waiting} waiting${ours ? ` · ${ours} of them ours` : ""}` : "idle");
  const about = (s) => `ComfyUI ${s.version}${s.ok ? ` · ${s.nodes.toLocaleString("en")} nodes` : ""}`;
  const body = (s) => raw(html`${s.problem.length ? raw(html`<p class="sv-problem">${icons.warn}<span><b>${s.problem[0]}</b> ${s.problem[1]}</span></p>`) : ""}
    ${s.devices.map(([name, used, words]) => raw(html`<div class="sv-device"><span title="${name}">${name}</span><small>${words}</small>${used < 0 ? "" : raw(html`<span class="kbar wide" role="meter" aria-label="Memory in use of ${name}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${used}"><i style="width:${used}%"></i></span>`)}</div>`))}
    ${s.ok ? raw(html`<p class="sv-facts">${queue(s.queue)}</p>`) : ""}`);

  /* What can be set for one server; a token is written and never shown. */
  const setup = (s, h) => html`<div class="sv-setup" id="sv-setup" data-keep="setup ${s.id} ${s.login}">
      <label class="kf"><span>Name</span><input name="name" value="${s.name}" maxlength="60" autocomplete="off" placeholder="${s.id}" ${h.fixed ? "disabled" : ""}></label>
      <label class="kf"><span>Jobs of yours that wait there behind the running one</span><select name="wait" ${h.fixed ? "disabled" : ""}>${[0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => raw(html`<option value="${n}" ${n === s.wait ? "selected" : ""}>${n === 0 ? "0: others who use it never wait for yours" : n === 1 ? "1: it never idles between two" : n}</option>`))}</select></label>
      <label class="kf"><span>Token, or a header such as X-Api-Key: abc</span><input name="token" type="password" maxlength="4000" autocomplete="new-password" placeholder="${s.login ? "Kept; type to replace it" : "None"}"></label>
      <div class="sv-do">${s.login ? raw(html`<button class="kbtn small ghost" data-act="forget-login" data-confirm="Forget the token of ${s.name || s.id}?" data-yes="Forget it">Forget token</button>`) : ""}<button class="kbtn small" data-act="switch" ${h.fixed ? "disabled" : ""}>${s.on ? "Switch off" : "Switch on"}</button><button class="kbtn small primary" data-act="save-server" data-form="#sv-setup" ${h.fixed ? "disabled" : ""}>Save</button></div></div>`;

  Kino.part("servers.list", {
    frame: (h) => !h.engine ? html`<section class="kpane sv-list"><div class="kempty"><h2>ComfyUI is not part of this Kinoloom</h2><p>It was started without the engine that talks to ComfyUI servers.</p></div>${without()}</section>` : html`<section class="kpane kscroll sv-list" aria-label="Servers">
      <header class="sv-top"><h2 class="kh">Servers</h2><span class="kmuted grow">${h.count ? `${h.up} of ${h.count} answer` : ""}</span>${h.count ? raw(html`<button class="kbtn small" data-act="look" title="Ask every server what it has now">${icons.retry} Ask again</button>`) : ""}</header>
      ${h.count ? "" : raw(html`<div class="sv-first"><p>Image and video models run in <b>ComfyUI</b>, on this computer or on others. Kinoloom sends it words and pictures, and takes the results back; nothing is moved or deleted there.</p>
        <ol><li><b>Start ComfyUI.</b> In its folder: <code>python main.py</code>. On another computer add <code>--listen</code>, or the desktop app's “Listen” setting.</li><li><b>Type its address</b> below and test it. On this computer it is usually <code>${h.usual}</code>.</li><li><b>Choose a workflow</b> for clips and one for keyframes in the Project tab.</li></ol></div>`)}
      <div class="sv-cards" data-list></div>
      <h3 class="ksec">${h.count ? "Add a server" : "Your server"}</h3>
      ${h.fixed ? raw(html`<p class="kmuted">The servers are set by the environment variable <code>KINOLOOM_COMFYUI__SERVERS</code>; unset it and start Kinoloom again to change them here.</p>`) : ""}
      <div class="sv-add" id="sv-add" data-keep="add ${h.count} ${h.token}">
        <label class="kf"><span>Address</span><input name="url" maxlength="1000" autocomplete="off" spellcheck="false" placeholder="${h.usual}" value="${h.count ? "" : h.usual}"></label>
        <label class="kf"><span>Token or header, only where the server asks for one</span><input name="token" type="password" maxlength="4000" autocomplete="new-password" placeholder="${h.token ? "The one for all servers" : "None"}"></label>
        <div class="sv-do"><button class="kbtn" data-act="test" data-form="#sv-add">Test</button><button class="kbtn ${h.count ? "" : "primary"}" data-act="add" data-form="#sv-add" ${h.fixed ? "disabled" : ""}>${icons.plus} Add server</button></div></div>
      <div class="sv-test" role="status">${h.test.url ? raw(html`<div class="sv-card ${h.test.busy ? "" : h.test.ok ? "up" : "down"}"><header><b title="${h.test.url}">${h.test.url}</b><span class="kpill ${h.test.busy ? "queued" : h.test.ok ? "done" : "failed"}">${h.test.busy ? "being asked" : h.test.ok ? "answers" : "no use yet"}</span></header>${h.test.busy ? raw('<p class="kmuted">This takes a few seconds at most.</p>') : raw(html`${h.test.version ? raw(html`<p class="kmuted">${about(h.test)}</p>`) : ""}${body(h.test)}`)}</div>`) : ""}</div>
      ${h.token ? raw(html`<p class="kmuted sv-token">A token is kept for all servers that have none of their own. It is never shown. <button class="kbtn small ghost" data-act="forget-token" data-confirm="Forget the token? Servers that ask for one will refuse." data-yes="Forget it">Forget it</button></p>`) : raw('<p class="kmuted sv-token">A token is kept when you add the server, sent to it alone, and never shown again.</p>')}
      ${h.count ? "" : without()}
    </section>`,
    item: (s, h) => html`<article class="sv-card ${!s.on ? "" : s.ok ? "up" : s.asked ? "down" : ""}" data-id="${s.id}" aria-label="Server ${s.name || s.id}">
      <header><b title="${s.id}">${s.name || s.id}</b><span class="kpill ${!s.on ? "" : s.ok ? "done" : s.asked ? "failed" : "queued"}">${!s.on ? "switched off" : s.ok ? "reachable" : s.asked ? "not reachable" : "being asked"}</span></header>
      ${s.name ? raw(html`<p class="kmuted">${s.id}</p>`) : ""}${!s.on ? raw('<p class="kmuted">Nothing is sent there until you switch it on.</p>') : raw(html`${s.version ? raw(html`<p class="kmuted">${about(s)}</p>`) : ""}${body(s)}`)}
      ${s.setup ? raw(setup(s, h)) : ""}
      ${s.clip && s.clip[1] ? raw(html`<p class="sv-clip ${s.clip[2] ? "bad" : ""}">${s.clip[2] ? icons.warn : icons.check}<span>${s.clip[1]}</span></p>`) : ""}
      <div class="sv-foot">${h.tries && s.ok && s.on ? raw(html`<button class="kbtn small" data-act="clip" ${s.clip && s.clip[0] ? "disabled" : ""} title="Test the connection: sends a picture, holds it as a clip and fetches it. Needs no model, takes seconds">${icons.film} ${s.clip && s.clip[0] ? "Rendering a clip …" : "Test with a real clip"}</button>`) : ""}<span class="grow"></span><button class="kbtn small" data-act="setup" aria-expanded="${s.setup ? "true" : "false"}" aria-label="${s.setup ? "Close" : "Open"} the set-up of ${s.name || s.id}">${s.setup ? "Close" : "Set up"}</button><button class="kicon small" data-act="remove" ${h.fixed ? "disabled" : ""} data-confirm="Remove ${s.id} from Kinoloom? Nothing changes on the server." data-yes="Remove" title="Remove" aria-label="Remove ${s.id}">${icons.trash}</button></div></article>`,
    after: (el, h) => { if (!h.engine || el._test === h.test.busy) return; el._test = h.test.busy; if (h.test.url) el.querySelector(".sv-test").scrollIntoView({ block: "nearest" }); },
  });

  Kino.part("servers.flows", {
    frame: (h, items) => !h.engine ? html`` : html`<section class="kpane sv-flows" aria-label="Workflows" data-drop="import">
      <header class="sv-top"><h2 class="kh">Workflows</h2><span class="kmuted grow">${h.checked ? h.ready + " ready to use" : "not checked: no server answers yet"}</span>
        <label class="kbtn small" tabindex="-1" title="A workflow saved from ComfyUI in either format, or a picture or clip that it saved">${icons.up} Import<input type="file" class="sv-file" data-act="import" accept="${h.accept}" aria-label="Import a workflow"></label></header>
      <div class="kseg sv-kinds" role="group" aria-label="Kind">${h.chips.map(([v, t, n]) => raw(html`<button data-act="filter" data-value="${v}" aria-pressed="${h.filter === v}">${t} <i>${n}</i></button>`))}</div>
      <div class="sv-headrow" aria-hidden="true"><span>Workflow</span><span>Makes</span><span>Origin</span><span>State</span></div>
      <div class="sv-rows" role="listbox" aria-label="Workflows" data-list></div>
      ${items.length ? "" : raw('<div class="kempty"><h2>No workflow here</h2><p>Drop a workflow that you saved from ComfyUI: JSON, or a picture or clip that carries one.</p></div>')}
      <p class="kmuted sv-hint">Drop a workflow anywhere here: JSON in either format, or a PNG or mp4 that ComfyUI saved. Or take it from a folder of this computer:</p>
      <div class="sv-path" id="sv-path" data-keep="path ${h.count}"><input name="path" maxlength="4000" autocomplete="off" spellcheck="false" aria-label="Folder or file with a workflow" placeholder="${h.example}"><button class="kbtn" data-act="folder" data-form="#sv-path">Add</button></div>
    </section>`,
    item: (f, h) => html`<div class="sv-row" role="option" tabindex="0" data-id="${f.id}" data-act="select" aria-selected="${h.selected === f.id}">
      <span class="sv-name"><b title="${f.t}">${f.t}</b><small>${[f.p, f.l].filter(Boolean).join(" · ")}</small>${f.u ? raw(html`<em>${icons.check} ${f.u}</em>`) : ""}</span>
      <span>${f.k}</span><span>${f.o}${f.ov ? raw(html`<small>over the shipped one</small>`) : ""}</span><span><span class="kpill ${f.c}">${f.s}</span></span></div>`,
    after: (el, h) => { if (el._shown !== h.selected) { el._shown = h.selected; el.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }); } },
  });

  /* One list per input that a value goes into; a further one is unfolded by its button. */
  const picks = (s, inputs) => {
    const fitting = inputs.filter(([, kind]) => s.kinds.includes(kind)), known = new Set(fitting.map(([place]) => place));
    const list = (place, n) => raw(html`<select name="slot.${s.id}#${n}" aria-label="${s.name}${n ? ", input " + (n + 1) : ""}" ${n && !place ? "hidden" : ""}>
      <option value="">${n ? (place ? "Take this input away" : "Add another input …") : "Not used"}</option>${place && !known.has(place) ? raw(html`<option value="${place}" selected>${place} (of another kind)</option>`) : ""}${fitting.map(([value, , title]) => raw(html`<option value="${value}" ${value === place ? "selected" : ""}>${title}</option>`))}</select>`);
    const more = s.now.length > 0 && fitting.length > s.now.length;
    return raw(html`<div class="sv-slot" role="group" aria-label="${s.name}"><span>${s.name}</span><div class="sv-picks">${[...s.now, ...(more || !s.now.length ? [""] : [])].map(list)}</div>${more ? raw(html`<button type="button" class="kicon small sv-more" title="Into another input too" aria-label="${s.name} into another input too">${icons.plus}</button>`) : ""}</div>`);
  };
  const form = (h) => raw(html`<div class="sv-form" id="sv-slots" data-keep="edit ${h.id}">
      <label class="kf"><span>Title</span><input name="title" value="${h.title}" maxlength="200" autocomplete="off"></label>
      <label class="kf"><span>Model profile: lengths, rate and sizes that it makes</span><select name="profile">${h.profiles.map(([id, title, on]) => raw(html`<option value="${id}" ${on ? "selected" : ""}>${title}</option>`))}</select></label>
      ${h.form.inputs.length ? raw(html`<p class="kmuted">Each value goes into the inputs of the graph that are picked here. Only those that fit are listed; the number is the node's.</p>
      <div class="sv-slots">${h.form.slots.map((s) => picks(s, h.form.inputs))}</div>`) : raw(html`<p class="kmuted">This graph can only be read with a server, so the inputs are typed as <code>node.input</code>, with commas between several; an empty field takes the slot away.</p>
      <div class="sv-slots">${h.form.slots.map((s) => raw(html`<label><span>${s.name}</span><input name="slot.${s.id}" value="${s.now.join(", ")}" maxlength="2000" autocomplete="off" spellcheck="false"></label>`))}</div>`)}
      <div class="sv-do"><button class="kbtn" data-act="leave">Leave as it is</button><button class="kbtn ${h.confirmed ? "" : "primary"}" data-act="confirm" data-form="#sv-slots">${icons.check} ${h.confirmed ? "Save the slots" : "Confirm the slots"}</button></div></div>`);

  Kino.part("servers.flow", {
    frame: (h) => !h.id ? html`` : html`<aside class="kpane kscroll sv-flow ${h.editing ? "editing" : ""}" aria-label="The selected workflow" data-id="${h.id}">
      <header class="sv-top"><h2 class="kh grow">${h.title}</h2><span class="kpill ${h.tone}">${h.state}</span></header>
      ${h.editing ? raw(html`<h3 class="ksec">${h.confirmed ? "Where its values go" : "Are the slots right?"}</h3>${form(h)}`) : ""}
      <div ${h.editing ? "hidden" : ""}><p class="sv-what">${h.description}</p>
      <dl class="sv-dl"><dt>Makes</dt><dd>${h.kind}${h.use ? raw(html` <em class="sv-use">${icons.check} used in this film</em>`) : ""}</dd><dt>Model</dt><dd>${h.profile}${h.limits ? raw(html`<small>${h.limits}</small>`) : ""}</dd>${h.licence ? raw(html`<dt>Licence</dt><dd>${h.licence}</dd>`) : ""}<dt>Origin</dt><dd>${h.origin}${h.overrides ? ", over the shipped one" : ""}</dd></dl>
      ${h.fault ? raw(html`<p class="sv-problem">${icons.warn}<span><b>It cannot be used.</b> ${h.fault}</span></p>`) : ""}
      ${h.problems.length ? raw(html`<h3 class="ksec">What is missing</h3>${Kino.problems(h.problems)}`) : !h.checked && !h.fault ? raw('<p class="kmuted sv-unasked">Whether its models and nodes are there is told once a server answers.</p>') : ""}
      <div class="sv-acts">${["upscaling", "frames in between"].includes(h.kind) || h.fault || h.editing ? "" : raw(html`<button class="kbtn ${h.tone === "done" && !h.use ? "primary" : ""}" data-act="project">${h.use ? "Go to" : "Choose it in"} Project ${icons.arrowR}</button>`)}${h.editing || h.fault ? "" : raw(html`<button class="kbtn ${h.confirmed ? "" : "primary"}" data-act="edit-slots">${h.confirmed ? "Correct the slots" : "Look at the slots"}</button>`)}${h.own ? raw(html`<button class="kbtn danger" data-act="remove" data-confirm="Remove “${h.title}”? Its files go to the trash folder beside your workflows." data-yes="Remove">${icons.trash} Remove</button>`) : ""}</div>
      ${h.editing ? "" : raw(html`<h3 class="ksec">Slots</h3>${h.slots.length ? raw(html`<dl class="sv-dl wide">${h.slots.map(([name, places]) => raw(html`<dt>${name}</dt><dd>${places.map(([place, words]) => raw(html`<span class="sv-place" title="${place}">${words}</span>`))}</dd>`))}</dl>`) : raw('<p class="kmuted">None were found: name them by hand.</p>')}`)}
      ${h.models.length ? raw(html`<h3 class="ksec">Model files</h3>${Kino.models(h.models)}<p class="kmuted">Kinoloom downloads nothing by itself: get a file from its link and put it into the folder, below ComfyUI's own.</p>`) : raw('<h3 class="ksec">Model files</h3><p class="kmuted">It needs none.</p>')}
      ${h.nodes.length ? raw(html`<h3 class="ksec">Runs code of</h3><dl class="sv-dl wide">${h.nodes.map(([pack, kinds]) => raw(html`<dt>${pack}</dt><dd>${kinds}</dd>`))}</dl><p class="kmuted">This is no part of ComfyUI itself: a server runs it with everything it may do there.</p>`) : ""}
      ${h.qualities.length ? raw(html`<h3 class="ksec">Qualities</h3><dl class="sv-dl">${h.qualities.map(([t, help]) => raw(html`<dt>${t}</dt><dd>${help}</dd>`))}</dl>`) : ""}
      ${h.switches.length ? raw(html`<h3 class="ksec">Switches</h3><dl class="sv-dl">${h.switches.map(([t, help, on, there]) => raw(html`<dt>${t}</dt><dd>${help}<small>${there ? (on ? "on unless turned off" : "off unless turned on") : "no server has its nodes"}</small></dd>`))}</dl>`) : ""}</div>
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
      more.setAttribute("aria-label", `${box.parentElement.firstElementChild.textContent}, input ${+n + 2}`);
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

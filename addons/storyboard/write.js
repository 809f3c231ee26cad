/* The Write panel of the Storyboard tab: an idea in, a draft out, to be taken as a whole or shot by shot. */
"use strict";
(() => {
  const { html, raw } = Kino;
  Kino.part("storyboard.write", {
    frame: (h, items) => !h.open ? html`<div class="wr-closed"></div>` : html`<section class="kpane wr-panel" aria-label="Write">
      <header class="wr-top"><h2 class="kh">Write</h2><span class="kmuted">An idea, a page, a screenplay or a list. Your words stay as they are; nothing leaves this computer.</span><span class="grow"></span><button class="kbtn small ghost" data-act="close">Close</button></header>
      <div class="wr-body kscroll"><div class="wr-form" id="wr-form">
        <label class="kf"><span>What is to be filmed</span><textarea name="text" rows="4" placeholder="An old lighthouse keeper climbs the stairs. He looks out over the stormy sea.">${h.text}</textarea></label>
        <div class="krow"><label class="kf"><span>Running time in seconds</span><input name="seconds" inputmode="decimal" value="${h.seconds}" placeholder="As it fits" autocomplete="off"></label>
        <label class="kf"><span>Shots</span><input name="shots" inputmode="numeric" value="${h.shots}" placeholder="As it fits" autocomplete="off"></label>
        <label class="kf"><span>Language</span><select name="language">${h.languages.map(([k, l]) => raw(html`<option value="${k}" ${k === h.language ? "selected" : ""}>${l}</option>`))}</select></label></div>
        <label class="kcheck"><input type="checkbox" name="expand" ${h.expand ? "checked" : ""}> <span>Keep my list as it is and fill in only what is missing</span></label>
        <div class="wr-go"><button class="kbtn primary" data-act="write" data-form="#wr-form" ${h.busy ? "disabled" : ""}>${h.busy ? "Writing…" : "Write"}</button></div>
      </div>
      ${h.has ? raw(html`<div class="wr-form" id="wr-revise"><label class="kf"><span>Revise the storyboard</span><input name="instruction" value="${h.instruction}" maxlength="2000" placeholder="shorter, more close-ups, remove the dog, at night" autocomplete="off"></label><div class="wr-go"><button class="kbtn" data-act="revise" data-form="#wr-revise" ${h.busy ? "disabled" : ""}>Revise</button></div></div>`) : ""}
      ${h.error ? raw(html`<p class="wr-error" role="alert">${h.error}</p>`) : ""}
      ${h.draft ? raw(html`<div class="wr-draft"><header><b>${h.revision ? "Revision" : "Draft"}</b> <span class="kmuted">${h.words}${h.cast.length ? " · " + h.cast.join(", ") : ""}</span><span class="grow"></span>
        <button class="kbtn small ghost" data-act="refuse-all" data-draft="${h.draft}">Throw away</button><button class="kbtn small primary" data-act="accept-all" data-draft="${h.draft}" title="${h.replaces ? "Takes the place of the storyboard; undo brings it back" : "Undo takes it back"}">${h.replaces ? "Replace the storyboard" : "Take all"}</button></header>
        ${h.notes.map((n) => raw(html`<p class="kmuted">${n}</p>`))}<div data-list role="list"></div>${h.more ? raw(html`<p class="kmuted">${h.more} more are not listed; Take all takes them too.</p>`) : ""}</div>`) : raw('<div data-list hidden></div>')}
      </div></section>`,
    item: (c, h) => html`<div class="wr-shot ${c.kind}" role="listitem" data-id="${c.id}"><b>${c.id}</b><div><span class="wr-kind">${{ added: "New", removed: "Removed", changed: "Changed" }[c.kind]}</span> <small>${c.about}</small>
      <p>${c.words}</p>${c.fields.map(([n, before, after]) => raw(html`<p class="wr-field"><i>${n}</i> <del>${before || "empty"}</del> <ins>${after || "empty"}</ins></p>`))}</div>
      <span class="wr-do"><button class="kbtn small" data-act="accept" data-id="${c.id}" data-draft="${h.draft}">Take</button><button class="kbtn small ghost" data-act="refuse" data-id="${c.id}" data-draft="${h.draft}">Leave</button></span></div>`,
  });
})();

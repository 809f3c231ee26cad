/* The Write panel of the Storyboard tab: an idea in, a draft out, to be taken as a whole or shot by shot. */
"use strict";
(() => {
  const { html, raw } = Kino;
  const options = (list, chosen) => list.map(([k, l]) => raw(html`<option value="${k}" ${k === chosen ? "selected" : ""}>${l}</option>`));
  const link = (words) => raw(html`<button class="kbtn small" data-act="settings">${words}</button>`);
  // Who writes: a choice where a model is set up, else the way to set one up.
  const who = (h) => raw(h.writers.length
    ? html`<div class="wr-who"><label class="kf"><span>${Kino.t("With")}</span><select name="writer">${options(h.writers, h.writer)}</select></label><p class="kmuted">${Kino.t("The model gets your text at {host}; by the rules nothing leaves this computer. A list stays word for word with both.", { host: h.host })}</p></div>`
    : html`<p class="kmuted wr-none">${h.why || Kino.t("Written by rules: nothing leaves this computer. A language model of your choice can write too.")} ${link(Kino.t("Set up a model"))}</p>`);
  Kino.part("storyboard.write", {
    frame: (h, items) => !h.open ? html`<div class="wr-closed"></div>` : html`<section class="kpane wr-panel" aria-label="${Kino.t("Write")}">
      <header class="wr-top"><h2 class="kh">${Kino.t("Write")}</h2><span class="kmuted">${Kino.t("An idea, a page, a screenplay or a list.")}</span><span class="grow"></span><button class="kbtn small ghost" data-act="close">${Kino.t("Close")}</button></header>
      <div class="wr-body kscroll"><div id="wr-all"><div class="wr-form" id="wr-form">
        ${who(h)}
        <label class="kf"><span>${Kino.t("What is to be filmed")}</span><textarea name="text" rows="4" placeholder="${Kino.t("An old lighthouse keeper climbs the stairs. He looks out over the stormy sea.")}">${h.text}</textarea></label>
        <div class="wr-fields"><label class="kf"><span>${Kino.t("Running time in seconds")}</span><input name="seconds" inputmode="decimal" value="${h.seconds}" placeholder="${Kino.t("As it fits")}" autocomplete="off"></label>
        <label class="kf"><span>${Kino.t("Shots")}</span><input name="shots" inputmode="numeric" value="${h.shots}" placeholder="${Kino.t("As it fits")}" autocomplete="off"></label>
        <label class="kf"><span>${Kino.t("Language of the text")}</span><select name="language">${options(h.languages, h.language)}</select></label>
        <label class="kf"><span>${Kino.t("Write in")}</span><select name="output">${options(h.outputs, h.output)}</select></label></div>
        <label class="kcheck"><input type="checkbox" name="expand" ${h.expand ? "checked" : ""}> <span>${Kino.t("Keep my list as it is and fill in only what is missing")}</span></label>
        <div class="wr-go"><button class="kbtn primary" data-act="write" data-form="#wr-form" ${h.busy ? "disabled" : ""}>${h.busy ? Kino.t("Writing…") : Kino.t("Write")}</button>${h.busy ? raw(html`<button class="kbtn" data-act="stop">${Kino.t("Cancel")}</button><span class="kmuted wr-far" role="status">${h.progress}</span>`) : ""}</div>
      </div>
      ${h.has ? raw(html`<div class="wr-form wr-revise" id="wr-revise"><label class="kf"><span>${Kino.t("Revise the storyboard")}</span><input name="instruction" value="${h.instruction}" maxlength="2000" placeholder="${Kino.t("shorter, more close-ups, remove the dog, at night")}" autocomplete="off"></label><button class="kbtn" data-act="revise" data-form="#wr-all" ${h.busy ? "disabled" : ""}>${Kino.t("Revise")}</button></div>`) : ""}</div>
      ${h.error ? raw(html`<p class="wr-error" role="alert">${h.error}</p>`) : ""}
      ${h.draft ? raw(html`<div class="wr-draft"><header><b>${h.revision ? Kino.t("Revision") : Kino.t("Draft")}</b> <span class="kmuted">${h.words}${h.cast.length ? " · " + h.cast.join(", ") : ""}</span><span class="grow"></span>
        <button class="kbtn small ghost" data-act="refuse-all" data-draft="${h.draft}">${Kino.t("Throw away")}</button><button class="kbtn small primary" data-act="accept-all" data-draft="${h.draft}" title="${h.replaces ? Kino.t("Takes the place of the storyboard; undo brings it back") : Kino.t("Undo takes it back")}">${h.replaces ? Kino.t("Replace the storyboard") : Kino.t("Take all")}</button></header>
        ${h.cost ? raw(html`<p class="kmuted wr-cost">${h.cost}</p>`) : ""}${h.notes.map((n) => raw(html`<p class="kmuted">${n}</p>`))}<div data-list role="list"></div>${h.more ? raw(html`<p class="kmuted">${Kino.t("{more} more are not listed; Take all takes them too.", { more: h.more })}</p>`) : ""}</div>`) : raw('<div data-list hidden></div>')}
      </div></section>`,
    item: (c, h) => html`<div class="wr-shot ${c.kind}" role="listitem" data-id="${c.id}"><b>${c.id}</b><div><span class="wr-kind">${{ added: Kino.t("New"), removed: Kino.t("Removed"), changed: Kino.t("Changed") }[c.kind]}</span> <small>${c.about}</small>
      <p>${c.words}</p>${c.fields.map(([n, before, after]) => raw(html`<p class="wr-field"><i>${n}</i> <del>${before || Kino.t("empty")}</del> <ins>${after || Kino.t("empty")}</ins></p>`))}</div>
      <span class="wr-do"><button class="kbtn small" data-act="accept" data-id="${c.id}" data-draft="${h.draft}">${Kino.t("Take it")}</button><button class="kbtn small ghost" data-act="refuse" data-id="${c.id}" data-draft="${h.draft}">${Kino.t("Leave")}</button></span></div>`,
  });
})();

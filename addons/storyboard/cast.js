/* The cast panel of the Storyboard tab: who and what is in the film, beside the shot whose prompt changes with it. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const option = (value, label, chosen) => raw(html`<option value="${value}" ${value === chosen ? "selected" : ""}>${label}</option>`);
  const LABEL = { name: Kino.t("Name"), aliases: Kino.t("Also called (with commas)"), description: Kino.t("Sentence, word for word in every prompt"), clothing: Kino.t("Clothing"), style: Kino.t("Style"), negative: Kino.t("Never like this"), voice: Kino.t("Voice, in words") };
  const HINT = { description: Kino.t("A woman of sixty with grey hair in a knot."), aliases: Kino.t("the keeper, the old woman"), clothing: Kino.t("a long dark coat"), style: Kino.t("drawn with a soft line"), negative: Kino.t("glasses, a hat"), voice: Kino.t("low and calm") };
  const LONG = { description: 3, clothing: 2, negative: 2 };
  const ONE = { characters: Kino.t("a character"), objects: Kino.t("an object"), locations: Kino.t("a location"), looks: Kino.t("a look") };
  const field = (name, value, label) => LONG[name]
    ? raw(html`<label class="kf"><span>${label || LABEL[name]}</span><textarea data-field="cast.${name}" rows="${LONG[name]}" maxlength="20000" placeholder="${HINT[name] || ""}">${value}</textarea></label>`)
    : raw(html`<label class="kf"><span>${label || LABEL[name]}</span><input data-field="cast.${name}" ${name === "aliases" ? "data-late" : ""} value="${value}" placeholder="${HINT[name] || ""}" maxlength="1000" autocomplete="off"></label>`);
  const picture = (p, i) => raw(html`<figure class="cs-pic ${i ? "" : "first"}">${p.url ? raw(html`<img loading="lazy" src="${p.url}" alt="${Kino.t("Reference {what}", { what: i + 1 })}">`) : raw(html`<span class="none">${Kino.t("gone from the project")}</span>`)}${i ? "" : raw(html`<b class="ktag tl">${Kino.t("sheet")}</b>`)}<figcaption>${i ? raw(html`<button class="kicon small" data-act="sheet-first" data-path="${p.path}" title="${Kino.t("Use as the sheet: the one that is sent")}" aria-label="${Kino.t("Use reference {what} as the sheet", { what: i + 1 })}">${icons.check}</button>`) : ""}<button class="kicon small" data-act="unuse" data-path="${p.path}" title="${Kino.t("No longer a reference; the picture stays")}" aria-label="${Kino.t("Take reference {what} away", { what: i + 1 })}">${icons.close}</button></figcaption></figure>`);
  const upload = (label) => raw(html`<label class="kbtn small">${icons.up} ${label}<input type="file" class="sb-file" accept="image/*" data-act="picture" aria-label="${label}"></label>`);
  const ends = (s, h, name, label, none) => raw(html`<label class="kf"><span>${label}</span><select data-field="cast.${name}">${option("", none, s[name])}${s.gone.includes(s[name]) ? option(s[name], Kino.t("{name} (deleted)", { name: s[name] }), s[name]) : ""}${h.shots.map((id) => option(id, id, s[name]))}</select></label>`);
  const state = (s, h, kind) => raw(html`<section class="cs-state" data-id="${s.id}"><div class="krow cs-ends">${field("name", s.name, Kino.t("State"))}${ends(s, h, "first", Kino.t("From shot"), Kino.t("the first"))}${ends(s, h, "last", Kino.t("To shot"), Kino.t("the last"))}<button class="kicon small" data-act="state-away" title="${Kino.t("Delete this state")}" aria-label="${Kino.t("Delete the state {name}", { name: s.name })}">${icons.trash}</button></div>
    ${field("description", s.description, Kino.t("Sentence in these shots"))}${kind === "characters" ? field("clothing", s.clothing) : ""}${field("negative", s.negative)}
    <div class="cs-pics">${s.pictures.map(picture)}${upload(Kino.t("Picture"))}</div></section>`);

  Kino.part("storyboard.cast", {
    frame: (h, items) => !h.open ? html`<div class="cs-closed"></div>` : html`<section class="kpane cs-panel" aria-label="${Kino.t("Cast")}">
      <header class="cs-top"><h2 class="kh">${Kino.t("Cast")}</h2><span class="kmuted">${Kino.t("Name someone in a shot, with or without @, and the sentence goes into its prompt.")}</span><span class="grow"></span><button class="kbtn small" data-act="close">${icons.arrowL} ${Kino.t("Back to the shots")}</button></header>
      <div class="cs-body"><nav class="cs-list kscroll" aria-label="${Kino.t("Everyone")}">${h.groups.map((g) => raw(html`<div class="cs-group"><h3 class="ksec">${g.title}</h3>${g.who.map((w) => raw(html`<button class="cs-who" data-act="choose" data-id="${w.id}" aria-pressed="${w.on ? "true" : "false"}">${w.face ? raw(html`<img loading="lazy" src="${w.face}" alt="">`) : raw(html`<i>${w.name.slice(0, 1).toUpperCase()}</i>`)}<span><b>${w.name}</b><small>${w.shots ? Kino.tn("{n} shot", "{n} shots", w.shots) : Kino.t("in no shot")}</small></span></button>`))}<input class="cs-add" data-cast="${g.kind}" aria-label="${Kino.t("Add {what} by name", { what: ONE[g.kind] })}" placeholder="${Kino.t("Add {what} …", { what: ONE[g.kind] })}" maxlength="200" autocomplete="off"></div>`))}</nav>
      <div class="cs-one kscroll"><div data-list></div>${items.length ? "" : raw(html`<div class="kempty"><h2>${Kino.t("Nobody yet")}</h2><p>${Kino.t("Add a character on the left, or import a list with its master prompt.")}</p></div>`)}</div></div></section>`,
    item: (e, h) => html`<div class="cs-edit" data-id="${e.id}">
      <header class="sb-head"><h2 class="kh">${e.called}</h2><code title="${Kino.t("Write this in a shot to name it")}">${e.mark}</code><span class="grow"></span><button class="kicon small" data-act="delete" data-confirm="${Kino.t("Delete {called} from the storyboard? Undo brings it back; pictures stay.", { called: e.called })}" data-yes="${Kino.t("Delete")}" title="${Kino.t("Delete")}" aria-label="${Kino.t("Delete {called}", { called: e.called })}">${icons.trash}</button></header>
      ${h.reads ? "" : raw(html`<p class="kmuted ct-engine">${Kino.t("{engine} draws from names, and from colours that are told of clothing; sentences reach models that read text.", { engine: h.engine })}</p>`)}
      ${e.fields.map(([name, value]) => field(name, value))}
      <div class="krow"><label class="kf"><span>${Kino.t("Seeds")}</span><select data-field="cast.seeds">${option("none", Kino.t("No series"), e.seeds)}${option("stepped", Kino.t("A series, step by step"), e.seeds)}${option("fixed", Kino.t("The same in every shot"), e.seeds)}${option("random", Kino.t("Random"), e.seeds)}</select></label>${e.seeds === "stepped" || e.seeds === "fixed" ? raw(html`<label class="kf"><span>${e.seeds === "fixed" ? Kino.t("Seed") : Kino.t("From")}</span><input data-field="cast.seed" data-late inputmode="numeric" value="${e.seed}"></label>`) : ""}</div>
      ${h.lora ? raw(html`<div class="krow"><label class="kf"><span>${Kino.t("LoRA file of the picture model")}</span><input data-field="cast.lora" data-late value="${e.lora}" placeholder="${Kino.t("none")}" autocomplete="off"></label>${e.lora ? raw(html`<label class="kf"><span>${Kino.t("Strength")}</span><input data-field="cast.strength" data-late inputmode="decimal" value="${e.strength}" placeholder="1"></label>`) : ""}</div>`) : ""}
      <h3 class="ksec">${Kino.t("Reference pictures")}</h3><p class="kmuted">${h.takes ? Kino.t("{engine} is sent the sheets of up to {n} in each shot.", { engine: h.engine, n: h.takes }) : Kino.t("The workflow for keyframes takes no reference pictures; one that edits pictures does.")}</p>
      <div class="cs-pics">${e.pictures.map(picture)}${upload(Kino.t("Picture"))}${h.draws ? raw(html`<button class="kbtn small" data-act="sheet" ${e.drawing ? "disabled" : ""}>${icons.image} ${e.drawing ? Kino.t("Being drawn …") : Kino.t("Make a sheet")}</button>`) : ""}</div>
      ${e.more.length ? raw(html`<p class="kmuted">${Kino.t("Or use one of these:")}</p><div class="cs-more">${e.more.map((m) => raw(html`<button data-act="use" data-name="${m.name}" data-shot="${m.shot}" title="${Kino.t("Use as a reference")}" aria-label="${Kino.t("Use {name} as a reference", { name: m.name })}"><img loading="lazy" src="${m.url}" alt=""></button>`))}</div>`) : ""}
      <h3 class="ksec">${Kino.t("States over time")}</h3>${e.states.map((s) => state(s, h, e.kind))}<button class="kbtn small" data-act="state">${icons.plus} ${Kino.t("Add a state")}</button>
      <h3 class="ksec">${e.shots.length ? Kino.tn("In {n} shot", "In {n} shots", e.shots.length) : Kino.t("In no shot yet")}</h3><div class="cs-shots">${e.shots.map((id) => raw(html`<button class="sb-chip" data-act="shot" data-shot="${id}">${id}</button>`))}</div>
    </div>`,
  });
  document.addEventListener("keydown", (e) => {
    const box = e.target.closest?.(".cs-add");
    if (!box || e.key !== "Enter" || !box.value.trim()) return;
    e.preventDefault();
    Kino.act("storyboard.cast", "add", { kind: box.dataset.cast, name: box.value.trim() });
    box.value = "";
  });
})();

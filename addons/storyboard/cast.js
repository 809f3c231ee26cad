/* The cast panel of the Storyboard tab: who and what is in the film, beside the shot whose prompt changes with it. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const option = (value, label, chosen) => raw(html`<option value="${value}" ${value === chosen ? "selected" : ""}>${label}</option>`);
  const LABEL = { name: "Name", aliases: "Also called (with commas)", description: "Sentence, word for word in every prompt", clothing: "Clothing", style: "Style", negative: "Never like this", voice: "Voice, in words" };
  const HINT = { description: "A woman of sixty with grey hair in a knot.", aliases: "the keeper, the old woman", clothing: "a long dark coat", style: "drawn with a soft line", negative: "glasses, a hat", voice: "low and calm" };
  const LONG = { description: 3, clothing: 2, negative: 2 };
  const ONE = { characters: "a character", objects: "an object", locations: "a location", looks: "a look" };
  const many = (n, one, more) => n + " " + (n === 1 ? one : more);
  const field = (name, value, label) => LONG[name]
    ? raw(html`<label class="kf"><span>${label || LABEL[name]}</span><textarea data-field="cast.${name}" rows="${LONG[name]}" maxlength="20000" placeholder="${HINT[name] || ""}">${value}</textarea></label>`)
    : raw(html`<label class="kf"><span>${label || LABEL[name]}</span><input data-field="cast.${name}" ${name === "aliases" ? "data-late" : ""} value="${value}" placeholder="${HINT[name] || ""}" maxlength="1000" autocomplete="off"></label>`);
  const picture = (p, i) => raw(html`<figure class="cs-pic ${i ? "" : "first"}">${p.url ? raw(html`<img loading="lazy" src="${p.url}" alt="Reference ${i + 1}">`) : raw('<span class="none">gone from the project</span>')}${i ? "" : raw('<b class="ktag tl">sheet</b>')}<figcaption>${i ? raw(html`<button class="kicon small" data-act="sheet-first" data-path="${p.path}" title="Use as the sheet: the one that is sent" aria-label="Use reference ${i + 1} as the sheet">${icons.check}</button>`) : ""}<button class="kicon small" data-act="unuse" data-path="${p.path}" title="No longer a reference; the picture stays" aria-label="Take reference ${i + 1} away">${icons.close}</button></figcaption></figure>`);
  const upload = (label) => raw(html`<label class="kbtn small">${icons.up} ${label}<input type="file" class="sb-file" accept="image/*" data-act="picture" aria-label="${label}"></label>`);
  const ends = (s, h, name, label, none) => raw(html`<label class="kf"><span>${label}</span><select data-field="cast.${name}">${option("", none, s[name])}${s.gone.includes(s[name]) ? option(s[name], s[name] + " (deleted)", s[name]) : ""}${h.shots.map((id) => option(id, id, s[name]))}</select></label>`);
  const state = (s, h, kind) => raw(html`<section class="cs-state" data-id="${s.id}"><div class="krow cs-ends">${field("name", s.name, "State")}${ends(s, h, "first", "From shot", "the first")}${ends(s, h, "last", "To shot", "the last")}<button class="kicon small" data-act="state-away" title="Delete this state" aria-label="Delete the state ${s.name}">${icons.trash}</button></div>
    ${field("description", s.description, "Sentence in these shots")}${kind === "characters" ? field("clothing", s.clothing) : ""}${field("negative", s.negative)}
    <div class="cs-pics">${s.pictures.map(picture)}${upload("Picture")}</div></section>`);

  Kino.part("storyboard.cast", {
    frame: (h, items) => !h.open ? html`<div class="cs-closed"></div>` : html`<section class="kpane cs-panel" aria-label="Cast">
      <header class="cs-top"><h2 class="kh">Cast</h2><span class="kmuted">Name someone in a shot, with or without @, and the sentence goes into its prompt.</span><span class="grow"></span><button class="kbtn small" data-act="close">${icons.arrowL} Back to the shots</button></header>
      <div class="cs-body"><nav class="cs-list kscroll" aria-label="Everyone">${h.groups.map((g) => raw(html`<div class="cs-group"><h3 class="ksec">${g.title}</h3>${g.who.map((w) => raw(html`<button class="cs-who" data-act="choose" data-id="${w.id}" aria-pressed="${w.on ? "true" : "false"}">${w.face ? raw(html`<img loading="lazy" src="${w.face}" alt="">`) : raw(html`<i>${w.name.slice(0, 1).toUpperCase()}</i>`)}<span><b>${w.name}</b><small>${w.shots ? many(w.shots, "shot", "shots") : "in no shot"}</small></span></button>`))}<input class="cs-add" data-cast="${g.kind}" aria-label="Add ${ONE[g.kind]} by name" placeholder="Add ${ONE[g.kind]} …" maxlength="200" autocomplete="off"></div>`))}</nav>
      <div class="cs-one kscroll"><div data-list></div>${items.length ? "" : raw('<div class="kempty"><h2>Nobody yet</h2><p>Add a character on the left, or import a list with its master prompt.</p></div>')}</div></div></section>`,
    item: (e, h) => html`<div class="cs-edit" data-id="${e.id}">
      <header class="sb-head"><h2 class="kh">${e.called}</h2><code title="Write this in a shot to name it">${e.mark}</code><span class="grow"></span><button class="kicon small" data-act="delete" data-confirm="Delete ${e.called} from the storyboard? Undo brings it back; pictures stay." data-yes="Delete" title="Delete" aria-label="Delete ${e.called}">${icons.trash}</button></header>
      ${h.reads ? "" : raw(html`<p class="kmuted">${h.engine} draws from names alone; sentences reach models that read text.</p>`)}
      ${e.fields.map(([name, value]) => field(name, value))}
      <div class="krow"><label class="kf"><span>Seeds</span><select data-field="cast.seeds">${option("none", "No series", e.seeds)}${option("stepped", "A series, step by step", e.seeds)}${option("fixed", "The same in every shot", e.seeds)}${option("random", "Random", e.seeds)}</select></label>${e.seeds === "stepped" || e.seeds === "fixed" ? raw(html`<label class="kf"><span>${e.seeds === "fixed" ? "Seed" : "From"}</span><input data-field="cast.seed" data-late inputmode="numeric" value="${e.seed}"></label>`) : ""}</div>
      ${h.lora ? raw(html`<div class="krow"><label class="kf"><span>LoRA file of the picture model</span><input data-field="cast.lora" data-late value="${e.lora}" placeholder="none" autocomplete="off"></label>${e.lora ? raw(html`<label class="kf"><span>Strength</span><input data-field="cast.strength" data-late inputmode="decimal" value="${e.strength}" placeholder="1"></label>`) : ""}</div>`) : ""}
      <h3 class="ksec">Reference pictures</h3><p class="kmuted">${h.takes ? `${h.engine} is sent the sheets of up to ${h.takes} in each shot.` : "The workflow for keyframes takes no reference pictures; one that edits pictures does."}</p>
      <div class="cs-pics">${e.pictures.map(picture)}${upload("Picture")}${h.draws ? raw(html`<button class="kbtn small" data-act="sheet" ${e.drawing ? "disabled" : ""}>${icons.image} ${e.drawing ? "Being drawn …" : "Make a sheet"}</button>`) : ""}</div>
      ${e.more.length ? raw(html`<p class="kmuted">Or use one of these:</p><div class="cs-more">${e.more.map((m) => raw(html`<button data-act="use" data-name="${m.name}" data-shot="${m.shot}" title="Use as a reference" aria-label="Use ${m.name} as a reference"><img loading="lazy" src="${m.url}" alt=""></button>`))}</div>`) : ""}
      <h3 class="ksec">States over time</h3>${e.states.map((s) => state(s, h, e.kind))}<button class="kbtn small" data-act="state">${icons.plus} Add a state</button>
      <h3 class="ksec">In ${e.shots.length ? many(e.shots.length, "shot", "shots") : "no shot yet"}</h3><div class="cs-shots">${e.shots.map((id) => raw(html`<button class="sb-chip" data-act="shot" data-shot="${id}">${id}</button>`))}</div>
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

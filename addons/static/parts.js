/* The studio's browser side: keeps what the server sent, draws parts, sends actions back.
   A part is drawn by Kino.part(name, {frame(head, items), item(it, head), after(el, head)}):
   `frame` gives the part's HTML, with an element [data-list] that takes the items; `item` gives one item's HTML. */
"use strict";
window.Kino = (() => {
  const kinds = {}, store = {}, mounts = {}, pending = new Map();
  let seq = 0, send = null, gapTimer = 0, project = "";

  const esc = (v) => String(v ?? "").replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");
  const html = (strings, ...values) =>
    strings.reduce((out, s, i) => out + s + (i < values.length ? put(values[i]) : ""), "");
  const put = (v) => (v == null || v === false ? "" : Array.isArray(v) ? v.map(put).join("") : v.raw !== undefined ? v.raw : esc(v));
  const raw = (text) => ({ raw: text });

  /* -- words: the catalogue of the window's language comes with the page (studio/texts.js) -------------- */
  const { language = "en", texts = {} } = window.kinoTexts || {};
  /* `text`, a literal in English, in that language, its {names} filled in; HTML when one of the values is. */
  function t(text, values) {
    const found = texts[text] ?? text;
    if (!values) return found;
    const some = Object.values(values).some((v) => v?.raw !== undefined);
    const filled = (some ? esc(found) : found).replace(/\{(\w+)\}/g, (hole, name) => (name in values ? (some ? put(values[name]) : String(values[name] ?? "")) : hole));
    return some ? raw(filled) : filled;
  }
  /* The same for a number of things: `one` when n is 1, else `many`; {n} is the number. */
  const tn = (one, many, n, values) => t(n === 1 ? one : many, { n, ...values });
  /* A label in the middle of a sentence: English has it in small letters, German keeps its nouns. */
  const inline = (label) => (language === "en" ? label.toLowerCase() : label);
  /* A number with so many places, as it is written in that language. */
  const decimal = (number, places) => Number(number).toLocaleString(language, { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: false });

  /* -- drawing ---------------------------------------------------------------------------------------- */
  const held = (el) => el === document.activeElement && /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) && !/^(checkbox|radio|button)$/.test(el.type);

  function morph(from, to) {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) { from.replaceWith(to.cloneNode(true)); return; }
    if (from.nodeType === 3) { if (from.data !== to.data) from.data = to.data; return; }
    if (from.nodeType !== 1) return;
    if (from.dataset.keep && from.dataset.keep === to.dataset.keep) return;
    if (held(from) || from.dataset.dirty) return;
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && name !== "data-live" && !(name === "open" && from.tagName === "DETAILS")) from.removeAttribute(name);
    for (const { name, value } of [...to.attributes]) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    if (from.tagName === "INPUT") {
      if (/^(checkbox|radio)$/.test(from.type)) from.checked = to.hasAttribute("checked");
      else if (from.value !== to.value) from.value = to.value;
      return;
    }
    if (from.tagName === "TEXTAREA") { if (from.value !== to.value) from.value = to.value; return; }
    if (from.hasAttribute("data-list")) return;
    const olds = [...from.childNodes], news = [...to.childNodes];
    for (let i = 0; i < Math.max(olds.length, news.length); i++) {
      if (!news[i]) olds[i].remove();
      else if (!olds[i]) from.appendChild(news[i].cloneNode(true));
      else morph(olds[i], news[i]);
    }
    if (from.tagName === "SELECT") {
      const chosen = to.querySelector("option[selected]");
      if (chosen && from.value !== chosen.value) from.value = chosen.value;
    }
  }
  /* What was typed into a field that goes away is saved first. */
  const flush = (node) => node.querySelectorAll("[data-dirty]").forEach((f) => save(f));
  function parse(text) { const t = document.createElement("template"); t.innerHTML = text.trim(); return t.content; }

  function draw(name) {
    const data = store[name], kind = kinds[name];
    if (!data || !kind) return;
    for (const m of mounts[name] || []) {
      if (!m.el.isConnected) continue;
      const items = data.order.map((id) => data.items[id]);
      const text = data.head.broken ? html`<div class="kempty" role="alert"><p>${data.head.broken}</p></div>` : kind.frame ? kind.frame(data.head, items) : "<div data-list></div>";
      if (text !== m.text) {
        const wrap = document.createElement("div");
        wrap.appendChild(parse(text));
        const olds = [...m.el.childNodes], news = [...wrap.childNodes];
        for (let i = 0; i < Math.max(olds.length, news.length); i++) {
          if (!news[i]) olds[i].remove();
          else if (!olds[i]) m.el.appendChild(news[i]);
          else morph(olds[i], news[i]);
        }
        m.text = text;
      }
      const list = m.el.querySelector("[data-list]");
      if (list && kind.item) {
        if (list !== m.list) { m.list = list; m.nodes = new Map(); m.texts = new Map(); list.replaceChildren(); }
        const keep = new Set(data.order);
        for (const [id, node] of m.nodes) if (!keep.has(id)) { flush(node); node.remove(); m.nodes.delete(id); m.texts.delete(id); }
        let at = list.firstChild;
        for (const item of items) {
          const id = String(item.id), t = kind.item(item, data.head);
          let node = m.nodes.get(id);
          if (!node) { node = parse(t).firstElementChild; m.nodes.set(id, node); m.texts.set(id, t); }
          else if (m.texts.get(id) !== t) {
            const next = parse(t).firstElementChild;
            if (node.nodeName !== next.nodeName) { node.replaceWith(next); m.nodes.set(id, next); if (at === node) at = next; node = next; }
            else morph(node, next);
            m.texts.set(id, t);
          }
          if (node === at) at = at.nextSibling; else list.insertBefore(node, at);
        }
      }
      m.el.setAttribute("data-ready", "1");
      if (kind.after) kind.after(m.el, data.head, items);
    }
  }

  /* -- receiving -------------------------------------------------------------------------------------- */
  let closed = false;
  /* No project can be shown: only why, until the page is loaded again. */
  function shut(why) {
    const page = document.createElement("div");
    page.className = "kempty kshut";
    page.setAttribute("role", "alert");
    page.innerHTML = html`<h2>${Kino.t("No project can be shown")}</h2><p>${why}</p><button class="kbtn primary" onclick="location.reload()">${Kino.t("Try again")}</button>`;
    document.body.append(page);
  }
  function receive(message) {
    if (!message || typeof message !== "object" || closed) return;
    for (const earlier of message.also || []) if (earlier.seq > seq) take(earlier);
    take(message);
  }
  function take(message) {
    if (message.closed) { closed = true; shut(message.closed); return; }
    if (message.reload) { location.reload(); return; }
    if (message.base === 0) { for (const k of Object.keys(store)) delete store[k]; pending.clear(); apply(message); return; }
    if (message.seq <= seq) return;
    pending.set(message.base, message);
    while (pending.has(seq)) { const next = pending.get(seq); pending.delete(seq); apply(next); }
    /* An answer overtook another, or one was lost: wait a moment, then ask for everything. What comes meanwhile does
       not put that off. */
    if (!pending.size) { clearTimeout(gapTimer); gapTimer = 0; }
    else if (!gapTimer) gapTimer = setTimeout(() => { gapTimer = 0; if (pending.size) { pending.clear(); act("shell", "resync"); } }, 700);
  }
  function apply(message) {
    seq = message.seq;
    for (const [name, change] of Object.entries(message.parts || {})) {
      const data = (store[name] = store[name] || { head: {}, order: [], items: {} });
      if (change.head) data.head = change.head;
      for (const item of change.items || []) data.items[item.id] = item;
      if (change.order) {
        data.order = change.order;
        const keep = new Set(change.order);
        for (const id of Object.keys(data.items)) if (!keep.has(id)) delete data.items[id];
      }
      draw(name);
    }
    if (message.project && message.project !== project) {
      project = message.project;
      const url = new URL(location.href);
      if (url.searchParams.get("project") !== project) { url.searchParams.set("project", project); history.replaceState(null, "", url); }
    }
    if (message.said) toast(message.said, "info");
    if (message.error) toast(message.error, "error");
    if (message.tab) showTab(message.tab);
    if (message.focus) setTimeout(() => document.querySelector(message.focus)?.focus(), 30);
  }

  /* -- sending ---------------------------------------------------------------------------------------- */
  function act(part, verb, data = {}) {
    if (!send) { setTimeout(() => act(part, verb, data), 30); return; }
    send("input", { part, act: verb, ...data });
  }
  function wire(trigger, value) { send = trigger; receive(value()); }

  function mount(host) {
    const el = host.querySelector("[data-part]") || host;
    const name = el.dataset.part;
    (mounts[name] = (mounts[name] || []).filter((m) => m.el.isConnected && m.el !== el)).push({ el, text: null });
    draw(name);
  }

  /* -- messages and questions ------------------------------------------------------------------------- */
  function toast(text, kind) {
    let box = document.getElementById("ktoasts");
    if (!box) { box = document.createElement("div"); box.id = "ktoasts"; document.body.appendChild(box); }
    const note = document.createElement("div");
    note.className = "ktoast " + kind;
    note.setAttribute("role", kind === "error" ? "alert" : "status");
    note.innerHTML = html`<span>${text}</span><button type="button" aria-label="${Kino.t("Close message")}">×</button>`;
    note.querySelector("button").onclick = () => note.remove();
    box.appendChild(note);
    if (kind !== "error") setTimeout(() => note.remove(), 4500); else setTimeout(() => note.remove(), 20000);
    while (box.children.length > 4) box.firstChild.remove();
  }
  function ask(question, yes) {
    return new Promise((resolve) => {
      const box = document.createElement("dialog");
      box.className = "kask";
      box.innerHTML = html`<p>${question}</p><form method="dialog"><button value="" class="kbtn">${Kino.t("Keep it")}</button><button value="yes" class="kbtn danger">${yes || Kino.t("Go on")}</button></form>`;
      document.body.appendChild(box);
      box.addEventListener("close", () => { resolve(box.returnValue === "yes"); box.remove(); });
      box.showModal();
    });
  }
  function showTab(id) {
    const tabs = document.querySelectorAll("#tabs [role=tab]");
    for (const t of tabs) if (t.dataset.tabId === id || t.id === id + "-button") { if (t.getAttribute("aria-selected") !== "true") t.click(); return; }
  }
  async function upload(file) {
    const answer = await fetch("/upload?name=" + encodeURIComponent(file.name), { method: "POST", body: file, headers: { "X-Kinoloom": "1", "Content-Type": "application/octet-stream" } });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) { toast(body.error || Kino.t("The file could not be taken in."), "error"); return null; }
    return body.token;
  }

  /* -- what people do, by delegation ------------------------------------------------------------------ */
  const partOf = (el) => el.closest("[data-part]")?.dataset.part;
  const idOf = (el) => el.closest("[data-id]")?.dataset.id || "";
  const extras = (el) => { const d = { ...el.dataset }; for (const k of ["act", "id", "part", "confirm", "yes", "dirty", "field", "keep"]) delete d[k]; return d; };

  document.addEventListener("click", async (e) => {
    const tab = e.target.closest?.("#tabs [role=tab]");
    if (tab && e.isTrusted !== undefined) { const id = tab.dataset.tabId || tab.id.replace(/-button$/, ""); if (id) act("shell", "tab", { id }); return; }
    const el = e.target.closest?.("[data-act]");
    if (!el || el.disabled || /^(INPUT|SELECT|TEXTAREA|FORM)$/.test(el.tagName)) return;
    const part = partOf(el);
    if (!part) return;
    e.preventDefault();
    if (el.dataset.confirm && !(await ask(el.dataset.confirm, el.dataset.yes))) return;
    const form = el.dataset.form ? document.querySelector(el.dataset.form) : null;
    const fields = form ? Object.fromEntries([...form.querySelectorAll("[name]")].map((f) => [f.name, f.type === "checkbox" ? f.checked : f.value])) : {};
    act(part, el.dataset.act, { id: idOf(el), ...extras(el), ...fields });
  });
  function save(el) {
    if (!el.dataset?.field) return;
    const part = partOf(el);
    if (!part) return;
    clearTimeout(el._later);
    delete el.dataset.dirty;
    if (el.type === "number" && !el.checkValidity()) { toast(el.dataset.label + ": " + el.validationMessage, "error"); return; }
    const value = el.type === "checkbox" ? el.checked : el.value;
    if (el._saved === value && el.type !== "checkbox") return; /* a box that was set back is ticked anew */
    el._saved = value;
    act(part, "edit", { id: idOf(el), field: el.dataset.field, value });
  }
  document.addEventListener("change", async (e) => {
    const el = e.target;
    if (el.type === "file" && el.dataset.act) {
      const part = partOf(el), files = [...el.files];
      el.value = "";
      if (!el.dataset.confirm || (await ask(el.dataset.confirm, el.dataset.yes))) takeFiles(part, el, files);
      return;
    }
    save(el);
  });
  document.addEventListener("focusin", (e) => { const el = e.target; if (el.dataset?.field) el._saved = el.type === "checkbox" ? el.checked : el.value; });
  document.addEventListener("input", (e) => {
    const el = e.target;
    if (!el.dataset?.field || !/^(TEXTAREA|INPUT)$/.test(el.tagName) || /^(checkbox|radio|range|file)$/.test(el.type)) return;
    el.dataset.dirty = "1";
    clearTimeout(el._later);
    /* Saved while typing too, so that a restart of the server takes no words away. */
    if (el.type !== "number" && !("late" in el.dataset)) el._later = setTimeout(() => { save(el); }, 700);
  });
  document.addEventListener("focusout", (e) => { if (e.target.dataset?.dirty) save(e.target); const p = partOf(e.target), id = idOf(e.target); if (p && store[p] && /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) setTimeout(() => { for (const m of mounts[p] || []) { m.text = null; m.texts?.delete(id); } draw(p); }, 400); });
  async function takeFiles(part, el, files) {
    if ("together" in el.dataset && files.length) { /* one action with all of them: data.files = [{token, name}] */
      const taken = [], data = { id: idOf(el), ...extras(el) };
      el.closest("label,[data-drop]")?.classList.add("busy");
      for (const file of files) { const token = await upload(file); if (token) taken.push({ token, name: file.name }); }
      el.closest("label,[data-drop]")?.classList.remove("busy");
      if (taken.length === files.length) act(part, el.dataset.act || el.dataset.drop, { ...data, files: taken });
      return;
    }
    for (const file of files) {
      el.closest("[data-id],label,[data-drop]")?.classList.add("busy");
      const token = await upload(file);
      el.closest("[data-id],label,[data-drop]")?.classList.remove("busy");
      if (token) act(part, el.dataset.act || el.dataset.drop, { id: idOf(el), ...extras(el), token, name: file.name });
    }
  }

  let dragged = null;
  document.addEventListener("dragstart", (e) => {
    const el = e.target.closest?.("[data-drag]");
    if (!el) return;
    dragged = { id: idOf(el), list: el.closest("[data-list]"), part: partOf(el) };
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setData("text/plain", dragged.id);
    el.classList.add("dragging");
  });
  document.addEventListener("dragend", (e) => { dragged = null; document.querySelectorAll(".dragging,.over").forEach((x) => x.classList.remove("dragging", "over")); });
  document.addEventListener("dragover", (e) => {
    const files = e.dataTransfer?.types?.includes("Files");
    const target = files ? e.target.closest?.("[data-drop]") : dragged && e.target.closest?.("[data-list]") === dragged.list ? e.target.closest("[data-drag]") : null;
    if (files || target) e.preventDefault();
    document.querySelectorAll(".over").forEach((x) => x !== target && x.classList.remove("over"));
    target?.classList.add("over");
  });
  document.addEventListener("drop", (e) => {
    if (e.dataTransfer?.files?.length) {
      e.preventDefault();
      const target = e.target.closest?.("[data-drop]");
      if (target) takeFiles(partOf(target), target, [...e.dataTransfer.files]);
      return;
    }
    const target = dragged && e.target.closest?.("[data-drag]");
    if (!target || target.closest("[data-list]") !== dragged.list) return;
    e.preventDefault();
    const order = [...store[dragged.part].order], from = order.indexOf(dragged.id), to = order.indexOf(idOf(target));
    if (from < 0 || to < 0 || from === to) return;
    order.splice(to, 0, order.splice(from, 1)[0]);
    store[dragged.part].order = order;
    draw(dragged.part);
    act(dragged.part, "reorder", { order });
  });

  document.addEventListener("keydown", (e) => {
    if (e.target.closest?.("input,textarea,select,[contenteditable],dialog")) return;
    const card = e.target.closest?.("[role=option][data-id]");
    if (card && (e.key === "Enter" || e.key === " ") && e.target === card) { e.preventDefault(); card.click(); return; }
    if (card && !e.shiftKey && /^Arrow|^Home$|^End$/.test(e.key)) {
      const all = [...card.parentNode.querySelectorAll(":scope > [role=option]:not([hidden])")], i = all.indexOf(card);
      const columns = Math.max(1, all.filter((c) => c.offsetTop === all[0].offsetTop).length);
      const next = { ArrowRight: i + 1, ArrowLeft: i - 1, ArrowDown: i + columns, ArrowUp: i - columns, Home: 0, End: all.length - 1 }[e.key];
      if (all[next]) { e.preventDefault(); all[next].focus(); all[next].click(); }
      return;
    }
    if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "z") { e.preventDefault(); act("header", e.shiftKey ? "redo" : "undo"); return; }
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "y") { e.preventDefault(); act("header", "redo"); return; }
    if (e.key === "?") { e.preventDefault(); showKeys(); return; }
    if (/^[1-9]$/.test(e.key) && !e.ctrlKey && !e.metaKey && !e.altKey) document.querySelectorAll("#tabs [role=tab]")[e.key - 1]?.click();
  });

  /* -- the key sheet: addons add theirs with Kino.keys.push([title, [[keys, words], ...]]) --------------- */
  const keys = [[t("Everywhere"), [["1 … 9", t("Go to a tab")], [t("Ctrl Z"), t("Undo")], [t("Ctrl Shift Z, Ctrl Y"), t("Redo")], ["?", t("This sheet")]]],
    [t("Cards"), [["← → ↑ ↓", t("Choose the next card")], [t("Home, End"), t("First and last card")], [t("Enter, Space"), t("Choose the card")]]]];
  const keyTable = () => raw(html`<div class="kkeys">${keys.map(([title, rows]) => raw(html`<section><h3 class="ksec">${title}</h3><dl>${rows.map(([k, words]) => raw(html`<div><dt>${k.split(" ").map((x) => (/^[,…]$/.test(x) ? x : raw(html`<kbd>${x.replace(/,$/, "")}</kbd>${x.endsWith(",") && x.length > 1 ? Kino.t(" or ") : ""}`)))}</dt><dd>${words}</dd></div>`))}</dl></section>`))}</div>`);
  function showKeys() {
    if (document.querySelector("dialog.kask")) return;
    const box = document.createElement("dialog");
    box.className = "kask wide";
    box.setAttribute("aria-label", Kino.t("Keys"));
    box.innerHTML = html`<header><h2 class="kh">${Kino.t("Keys")}</h2><form method="dialog"><button class="kbtn small">${Kino.t("Close")}</button></form></header>${keyTable()}`;
    document.body.appendChild(box);
    box.addEventListener("close", () => box.remove());
    box.addEventListener("click", (e) => { if (e.target === box) box.close(); });
    box.showModal();
  }
  /* -- dark, light, or as the system says ------------------------------------------------------------- */
  function look(wanted) {
    if (!wanted) return;
    const light = wanted === "light" || (wanted === "system" && matchMedia("(prefers-color-scheme: light)").matches);
    document.documentElement.dataset.look = light ? "light" : "dark";
    document.body.classList.toggle("dark", !light);
    try { localStorage.kinolook = wanted; } catch (e) { /* private windows have none */ }
  }

  /* What an import altered (addons/imports.py), until it is dismissed. */
  const notes = (n) => n.source ? raw(html`<div class="knotes" role="status"><header><b>${n.source}</b><span>${Kino.tn("{n} shot from a {format}{what} ·", "{n} shots from a {format}{what} ·", n.shots, {format: n.format, what: n.pictures ? `, ${n.pictures} ${n.pictures === 1 ? "picture" : "pictures"}` : ""})} ${n.notes.length ? `${n.notes.length} ${n.notes.length === 1 ? "remark" : "remarks"}` : Kino.t("nothing was altered")}</span><button class="kbtn small" data-act="dismiss">${Kino.t("Dismiss")}</button></header>
      ${n.notes.length ? raw(html`<ul tabindex="0" aria-label="${Kino.t("What the import altered")}">${n.notes.map(([where, what]) => raw(html`<li><b>${where}</b><span>${what}</span></li>`))}</ul>`) : ""}</div>`) : "";

  const part = (name, kind) => { kinds[name] = kind; draw(name); };
  /* For tests: how many messages and actions this window has seen. */
  return { part, mount, wire, receive, act, html, raw, esc, t, tn, inline, decimal, language, toast, ask, upload, store, keys, keyTable, showKeys, look, notes, icons: {}, get seq() { return seq; } };
})();

/* Icons are drawn here, so that no font is needed. */
(() => {
  const svg = (d, fill) => Kino.raw(`<svg class="ki" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" ${fill ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"'}>${d}</svg>`);
  Object.assign(Kino.icons, {
    play: svg('<path d="M4.5 2.5v11l9-5.5z"/>', 1), pause: svg('<path d="M4 2.500h3v11H4zM9 2.500h3v11H9z"/>', 1), stop: svg('<rect x="3.500" y="3.500" width="9" height="9" rx="1"/>', 1),
    plus: svg('<path d="M8 3v10M3 8h10"/>'), copy: svg('<rect x="5.500" y="5.500" width="8" height="8" rx="1.500"/><path d="M3 10.500V4A1.500 1.500 0 0 1 4.500 2.500H10"/>'),
    trash: svg('<path d="M3 4.500h10M6.500 4.500v-2h3v2M4.500 4.500l.6 9h5.800l.6-9M6.800 7v4M9.200 7v4"/>'), undo: svg('<path d="M3 6.500h6.500a3.500 3.500 0 0 1 0 7H6M3 6.500l3-3M3 6.500l3 3"/>'),
    redo: svg('<path d="M13 6.500H6.500a3.500 3.500 0 0 0 0 7H10M13 6.500l-3-3M13 6.500l-3 3"/>'), star: svg('<path d="M8 2l1.8 3.900 4.200.5-3.100 2.900.8 4.200L8 11.400 4.300 13.500l.8-4.200L2 6.400l4.200-.5z"/>'),
    starred: svg('<path d="M8 2l1.8 3.900 4.200.5-3.100 2.900.8 4.200L8 11.400 4.300 13.500l.8-4.200L2 6.400l4.200-.5z"/>', 1), check: svg('<path d="M3 8.500l3.200 3.200L13 4.500"/>'),
    film: svg('<rect x="2" y="3" width="12" height="10" rx="1.500"/><path d="M5 3v10M11 3v10M2 6.300h3M2 9.700h3M11 6.300h3M11 9.700h3"/>'), image: svg('<rect x="2" y="3" width="12" height="10" rx="1.500"/><circle cx="5.700" cy="6.300" r="1.200"/><path d="M2.500 11.500l3.500-3 2.500 2 2.500-3 2.500 3"/>'),
    up: svg('<path d="M8 12.500v-9M4 7.500l4-4 4 4"/>'), warn: svg('<path d="M8 2.500l6 11H2zM8 6.500v3.200M8 11.600v.1"/>'), retry: svg('<path d="M13 8a5 5 0 1 1-1.600-3.700M13 2.500v3h-3"/>'), folder: svg('<path d="M2 12.500v-9h4l1.500 1.800H14v7.200z"/>'),
    leave: svg('<path d="M6.500 2.500h-3v11h3M9.500 5l3 3-3 3M12.500 8H6"/>'),
    keys: svg('<rect x="1.500" y="4" width="13" height="8" rx="1.500"/><path d="M4 6.800h.1M6.700 6.800h.1M9.400 6.800h.1M12 6.800h.1M5 9.500h6"/>'), search: svg('<circle cx="7" cy="7" r="4"/><path d="M10 10l3.500 3.500"/>'), right: svg('<path d="M3.500 8h9M8.500 4l4 4-4 4"/>'), arrowL: svg('<path d="M10 3L5 8l5 5"/>'), arrowR: svg('<path d="M6 3l5 5-5 5"/>'), close: svg('<path d="M4 4l8 8M12 4l-8 8"/>'),
  });
  const { html, icons } = Kino;
  Kino.part("header", {
    frame: (h) => html`<div class="khead">
      <div class="kbrand"><svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><path d="M4 8h24v4H4zM4 20h24v4H4z" fill="#f2a03d"/><path d="M8 4h4v24H8zM20 4h4v24h-4z" fill="#f2a03d" opacity=".55"/></svg><h1>${Kino.t("Kinoloom")}</h1></div>
      <div class="kfilm"><b title="${h.name}">${h.name}</b><span>${h.format}</span></div>
      <div class="ktime" title="${Kino.t("{frames} frames", { frames: h.frames })}"><b>${h.length}</b><span>${h.shots} ${h.shots === 1 ? Kino.t("shot") : Kino.t("shots")}</span></div>
      <div class="kwork" role="status">${h.running || h.waiting ? Kino.raw(html`<button class="kjobs" data-act="queue" title="${Kino.t("Show the queue")}">
          <span class="kbar" role="progressbar" aria-label="${Kino.t("Work in progress")}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.round(h.progress * 100)}"><i style="width:${h.progress * 100}%"></i></span>
          <span ${h.why ? Kino.raw(html`title="${h.why}"`) : ""}>${h.paused ? Kino.t("Paused") : Kino.t("{n} running", { n: h.running })}${h.waiting ? ", " + Kino.t("{n} waiting", { n: h.waiting }) : ""}</span></button>
          ${h.why ? Kino.raw(html`<button class="kicon khold" data-act="queue" title="${h.why}" aria-label="${Kino.t("Paused: {why}", { why: h.why })}">${icons.warn}</button>`) : ""}<button class="kicon" ${h.why ? "hidden" : ""} data-act="${h.paused ? "resume" : "pause"}" title="${h.paused ? Kino.t("Go on") : Kino.t("Pause after what is running")}" aria-label="${h.paused ? Kino.t("Go on") : Kino.t("Pause")}">${h.paused ? icons.play : icons.pause}</button>
          <button class="kicon" data-act="stop" data-confirm="${Kino.t("Stop everything in this project? What is done stays.")}" data-yes="${Kino.t("Stop")}" title="${Kino.t("Stop")}" aria-label="${Kino.t("Stop everything")}">${icons.stop}</button>`) : h.failed ? Kino.raw(html`<button class="kjobs bad" data-act="queue">${icons.warn} ${Kino.t("{failed} failed", { failed: h.failed })}</button>`) : ""}</div>
      <div class="kundo"><button class="kicon" data-act="undo" ${h.undo ? "" : "disabled"} title="${h.undo ? Kino.t("Undo {what}", { what: h.undo }) : Kino.t("Nothing to undo")}" aria-label="${Kino.t("Undo")}">${icons.undo}</button>
        <button class="kicon" data-act="redo" ${h.redo ? "" : "disabled"} title="${h.redo ? Kino.t("Redo {what}", { what: h.redo }) : Kino.t("Nothing to redo")}" aria-label="${Kino.t("Redo")}">${icons.redo}</button>
        <button class="kicon" onclick="Kino.showKeys()" title="${Kino.t("Keys (?)")}" aria-label="${Kino.t("Show the keys")}">${icons.keys}</button>
        <a class="kicon kout" href="/logout" title="${Kino.t("Sign out, in every window")}" aria-label="${Kino.t("Sign out")}">${icons.leave}</a></div>
    </div>`,
    after: (el, h) => {
      Kino.look(h.look);
      document.title = (h.running ? Math.round(h.progress * 100) + " % · " : "") + h.name + " · Kinoloom";
      const foot = document.querySelector(".khead"); if (foot) foot.dataset.project = h.project;
    },
  });
})();

/* Moments and clocks: Kino.when(iso) is a moment as people say it; Kino.since(iso) the time since then, ticking by itself. */
(() => {
  const span = (seconds) => {
    const s = Math.max(0, Math.round(seconds)), m = Math.floor(s / 60), two = (n) => String(n).padStart(2, "0");
    return m < 60 ? `${m}:${two(s % 60)}` : `${Math.floor(m / 60)}:${two(m % 60)}:${two(s % 60)}`;
  };
  const since = (iso) => span((Date.now() - Date.parse(iso)) / 1000);
  const locale = Kino.language === "en" ? "en-GB" : Kino.language;
  Kino.span = span;
  Kino.since = (iso) => Kino.raw(Kino.html`<time data-since="${iso}">${since(iso)}</time>`);
  Kino.when = (iso) => {
    const d = new Date(iso);
    if (isNaN(d)) return "";
    const time = d.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
    return (d.toDateString() === new Date().toDateString() ? Kino.t("today") : d.toLocaleDateString(locale, { day: "numeric", month: "short", year: "numeric" })) + " " + time;
  };
  setInterval(() => { if (!document.hidden) for (const el of document.querySelectorAll("[data-since]")) { const t = since(el.dataset.since); if (el.textContent !== t) el.textContent = t; } }, 1000);
})();

/* Shared by the tabs with pictures: a large view with arrows. */
(() => {
  const { html, raw, icons } = Kino;
  /* `list()` gives [{key, url, title, note, actions}] as it is now; it is asked again after every action. */
  Kino.lightbox = (list, key) => {
    const box = document.createElement("dialog");
    box.className = "klight";
    box.setAttribute("aria-label", Kino.t("Large picture"));
    const show = (step = 0) => {
      const all = list(), at = Math.max(0, all.findIndex((x) => x.key === key));
      if (!all.length) { box.close(); return; }
      const now = all[(at + step + all.length) % all.length];
      key = now.key;
      const had = box.querySelector("img");
      box.innerHTML = html`<div class="klight-top"><b>${now.title}</b><span>${now.note}</span><span class="grow"></span>${now.actions || ""}<button type="button" class="kicon" data-do="close" aria-label="${Kino.t("Close")}" title="${Kino.t("Close (Esc)")}">${icons.close}</button></div>
        <div class="klight-pic">${all.length > 1 ? raw(html`<button type="button" class="kicon" data-do="-1" aria-label="${Kino.t("Picture before")}" title="${Kino.t("Before (←)")}">${icons.arrowL}</button>`) : ""}<span class="klight-img"></span>${all.length > 1 ? raw(html`<button type="button" class="kicon" data-do="1" aria-label="${Kino.t("Next picture")}" title="${Kino.t("Next (→)")}">${icons.arrowR}</button>`) : ""}</div>`;
      const img = had && had.getAttribute("src") === now.url ? had : Object.assign(new Image(), { src: now.url, alt: now.title });
      box.querySelector(".klight-img").replaceWith(img);
    };
    box.addEventListener("click", (e) => {
      const what = e.target.closest("[data-do]")?.dataset.do;
      if (what === "close" || (e.target === box || e.target.classList.contains("klight-pic"))) box.close();
      else if (what === "1" || what === "-1") show(+what);
      else { const b = e.target.closest("[data-send]"); if (b) { Kino.act(b.dataset.to, b.dataset.send, { id: b.dataset.of, name: b.dataset.name }); } }
    });
    box.addEventListener("keydown", (e) => {
      if (e.key === "ArrowRight" || e.key === "ArrowLeft") { e.preventDefault(); show(e.key === "ArrowRight" ? 1 : -1); }
    });
    const again = setInterval(() => { if (!box.querySelector(":focus-within")) show(); }, 700);
    box.addEventListener("close", () => { clearInterval(again); box.remove(); });
    document.body.appendChild(box);
    show();
    box.showModal();
  };
})();

/* Copying: an element with data-copy puts that text into the clipboard, data-copy-from the text of that element. */
document.addEventListener("click", async (e) => {
  const el = e.target.closest?.("[data-copy],[data-copy-from]");
  if (!el) return;
  try { await navigator.clipboard.writeText(el.dataset.copy ?? document.querySelector(el.dataset.copyFrom)?.textContent ?? ""); Kino.toast(el.dataset.copied || Kino.t("The path is copied."), "info"); } catch { Kino.toast(Kino.t("The browser did not allow copying. Select the text and copy it."), "error"); }
});

/* What is missing with its cure, and model files with their folder and address (addons/flows.py gives the rows). */
(() => {
  const { html, raw, icons } = Kino;
  Kino.problems = (list) => list.length ? raw(html`<ul class="kproblems">${list.map(([what, cure]) => raw(html`<li>${icons.warn}<span><b>${what}</b> ${cure}</span></li>`))}</ul>`) : "";
  Kino.models = (list) => raw(html`<ul class="kmodels">${list.map((m) => raw(html`<li class="${m.there === false ? "off" : ""}"><span class="mark" title="${m.there == null ? Kino.t("No server was asked") : m.there ? Kino.t("Installed") : Kino.t("Not installed")}">${m.there ? icons.check : m.there === false ? icons.warn : "·"}</span><div><b>${m.name}</b><small>${[m.slot, m.folder, m.size, m.licence, m.there === false ? Kino.t("not installed") : m.there ? Kino.t("installed") : ""].filter(Boolean).join(" · ")}</small></div>${m.url ? raw(html`<button type="button" class="kbtn small ghost" data-copy="${m.url}" data-copied="${Kino.t("The link is copied.")}" title="${Kino.t("Copy {url}", { url: m.url })}" aria-label="${Kino.t("Copy the link of {name}", { name: m.name })}">${icons.copy} ${Kino.t("Link")}</button>`) : ""}</li>`))}</ul>`);
  /* What an engine with workflows would be sent (addons/flows.py: graph_head): fetched when it is unfolded. */
  Kino.graph = (g, id) => !g || !g.can ? "" : raw(html`<div class="kgraph"><button type="button" class="kbtn small" data-act="graph" aria-expanded="${g.open ? "true" : "false"}">${g.open ? Kino.t("Fold the workflow up") : Kino.t("Show every slot and the graph")}</button>
    ${g.open ? raw(html`${g.error ? Kino.problems([[Kino.t("Nothing can be sent yet."), g.error]]) : ""}${Kino.problems(g.problems)}
      ${g.slots.length ? raw(html`<h3 class="ksec">${Kino.t("Slots of {workflow}", { workflow: g.workflow })}</h3><dl>${g.slots.map(([k, v]) => raw(html`<div><dt>${k}</dt><dd>${v}</dd></div>`))}</dl>`) : ""}
      ${g.graph ? raw(html`<h3 class="ksec">${Kino.t("Graph")}${g.server ? raw(html` <span class="kmuted">${Kino.t("for {server}", { server: g.server })}</span>`) : ""}</h3><details><summary>${Kino.t("{nodes} nodes, as JSON", { nodes: g.nodes })}</summary><pre id="${id}" tabindex="0">${g.graph}</pre></details><button type="button" class="kbtn small ghost" data-copy-from="#${id}" data-copied="${Kino.t("The graph is copied.")}">${icons.copy} ${Kino.t("Copy the graph")}</button>`) : ""}`) : ""}</div>`);
})();

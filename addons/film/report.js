/* Film: how good the film is, with findings that lead to their frames. */
"use strict";
(() => {
  const { html, raw, icons, when } = Kino;
  const F = (Kino.film = Kino.film || {});
  const WORD = { fail: Kino.t("Fails"), warn: Kino.t("Warning"), note: Kino.t("For information") };
  const TONE = { fail: "failed", warn: "stale", note: "waiting" };
  const STATE = { ok: Kino.t("Passes"), warn: Kino.t("Passes, with warnings"), bad: Kino.t("Does not pass") };
  const W = 300, H = 44;
  const x = (frame, h) => ((frame / Math.max(1, h.frames)) * W).toFixed(1);
  const plot = (c, h) => raw(html`<figure class="fm-curve" data-frames="${h.frames}"><figcaption><span>${c[1]}</span><small>${c[3]} – ${c[4]} ${c[2]}</small></figcaption>
      <svg viewBox="0 0 ${W} ${H}" preserveAspectRatio="none" role="img" aria-label="${c[1]}">${h.marks.map(([s, a, b]) => raw(html`<rect class="${s}" x="${x(a, h)}" y="0" width="${Math.max(1.5, +x(b + 1 - a, h))}" height="${H}"/>`))}${h.cuts.map((f) => raw(html`<line x1="${x(f, h)}" x2="${x(f, h)}" y1="0" y2="${H}"/>`))}<polyline points="${c[5].map((v, i) => `${(((i + 0.5) / c[5].length) * W).toFixed(1)},${(H - 4 - v * (H - 8)).toFixed(1)}`).join(" ")}"/></svg></figure>`);
  const job = (j) => raw(html`<div class="fm-job" role="status"><div class="fm-jobline"><b>${Kino.t("Checking the film")}</b><span>${Math.floor(j.fraction * 100)} %</span></div>
      <span class="kbar wide" role="progressbar" aria-label="${Kino.t("Checking the film")}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.floor(j.fraction * 100)}"><i style="width:${j.fraction * 100}%"></i></span>
      <div class="fm-jobline kmuted"><span>${j.detail}</span><button class="fm-reset" data-act="stop">${Kino.t("Stop")}</button></div></div>`);
  Kino.part("film.check", {
    frame: (h, items) => (h.gates ? html`<aside class="kpane fm-panel fm-check" aria-label="${Kino.t("Quality")}">
      <h3 class="ksec">${Kino.t("Quality of the film")}</h3>
      ${h.film ? "" : raw(html`<p class="kmuted">${Kino.t("Every film is checked when it is made: each frame is looked at once.")}</p>`)}
      ${h.film && !h.state && !h.job ? raw(html`<p class="kmuted">${Kino.t("This film was not checked yet.")}</p>`) : ""}
      ${h.state ? raw(html`<div class="fm-verdict ${h.state}"><b>${h.state === "ok" ? icons.check : icons.warn} ${STATE[h.state]}</b><span>${h.sentence}</span></div>
        <p class="kmuted">${when(h.made)}${h.counts ? " · " + h.counts : ""}${h.seams ? " " + Kino.t("{n} joins, the worst scores {score} of 1.", { n: h.seams, score: Kino.decimal(h.seam, 2) }) : ""}</p>`) : ""}
      ${h.failed ? raw(html`<p class="fm-warn" role="alert">${icons.warn}<span>${h.failed}</span></p>`) : ""}
      ${h.job ? job(h.job) : h.film ? raw(html`<div class="krow">${F.form.select("gate", Kino.t("Gate"), h.gates, h.gate)}<div class="kf"><span>&nbsp;</span><button class="kbtn fm-again ${h.state && h.by === h.gate ? "" : "primary"}" data-act="check">${h.state ? Kino.t("Check again") : Kino.t("Check now")}</button></div></div>`) : ""}
      ${h.url ? raw(html`<a class="kbtn wide fm-open" href="${h.url}" target="_blank" rel="noopener">${Kino.t("Open the whole report")} ${icons.arrowR}</a>`) : ""}
      ${h.state ? raw(html`<h3 class="ksec"><span>${Kino.t("Findings")}</span><small class="kmuted">${items.length + h.more || ""}</small></h3>
        ${items.length ? "" : raw(html`<p class="kmuted">${Kino.t("Nothing was found.")}</p>`)}`) : ""}
      ${h.again && h.again.length ? raw(html`<button class="kbtn wide fm-mend" data-act="again" title="${Kino.t("Another take of each, with another seed; the takes there are stay")}">${icons.retry} ${Kino.tn("Make {n} failing shot again", "Make {n} failing shots again", h.again.length)}</button>`) : ""}
      <div class="fm-finds" data-list></div>
      ${h.more ? raw(html`<p class="kmuted">${Kino.t("and {n} more, in the whole report", { n: h.more })}</p>`) : ""}
      ${h.state && h.curves.length ? raw(html`<h3 class="ksec">${Kino.t("Curves")}</h3>${h.curves.map((c) => plot(c, h))}`) : ""}
      </aside>` : ""),
    item: (i) => html`<article class="fm-found ${i.s}" data-id="${i.id}"><button class="fm-find" data-film="${i.f}" title="${Kino.t("Show this frame")}">
      <span class="fm-findhead"><i class="kpill ${TONE[i.s]}">${WORD[i.s]}</i><b>${i.t}</b><small>${i.at}</small></span>
      <span>${i.m}</span><small>${i.shot ? Kino.t("Shot {id}", { id: i.shot }) + " · " : ""}${i.c}</small></button>${Kino.remedies(i.shot, i.do)}</article>`,
  });
  document.addEventListener("click", (e) => {
    const one = e.target.closest?.(".fm-find[data-film]");
    if (one) { F.seekFilm?.(+one.dataset.film); return; }
    const curve = e.target.closest?.(".fm-curve svg");
    if (!curve) return;
    const box = curve.getBoundingClientRect();
    F.seekFilm?.(Math.floor(((e.clientX - box.left) / box.width) * +curve.parentNode.dataset.frames));
  });
})();

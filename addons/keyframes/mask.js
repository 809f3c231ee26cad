/* Keyframes: painting the mask of a shot over the picture of the shot before. White is drawn anew. */
"use strict";
(() => {
  const { html, raw, icons } = Kino;
  const WIDEST = 1280;

  /* What the pane shows. */
  Kino.mask = (m, shot) => !m.before ? "" : raw(html`<div class="kf-mask" role="group" aria-label="${Kino.t("From the picture before")}"><b>${Kino.t("From the picture before")}</b>
    ${!m.share ? raw(html`<p class="kmuted">${Kino.t("In Storyboard a shot says how much of the keyframe of {shot} it carries over; then it can have a mask.", { shot: m.before })}</p>`)
      : !m.picture ? raw(html`<p class="kmuted">${Kino.t("Pick a keyframe of shot {shot} first.", { shot: m.before })}</p>`)
      : raw(html`<p class="kmuted">${m.mask ? Kino.t("{share} % is carried over where the mask is white; the rest stays as it is.", { share: m.share }) : Kino.t("{share} % is carried over, everywhere.", { share: m.share })}</p>
        <span class="kf-masked kthumb"><img src="${m.picture}/320" alt="${Kino.t("Keyframe of shot {shot}", { shot: m.before })}">${m.mask ? raw(html`<img class="kf-veil" src="${m.mask}" alt="${Kino.t("The mask")}">`) : ""}</span>
        <span class="kf-maskdo"><button type="button" class="kbtn small" data-paint="${shot}">${m.mask ? Kino.t("Change the mask") : Kino.t("Paint a mask")}</button><label class="kbtn small kf-file" tabindex="-1">${icons.up} ${Kino.t("Bring one")}<input type="file" accept="image/*" data-act="mask" aria-label="${Kino.t("Bring a mask")}"></label>${m.mask ? raw(html`<button type="button" class="kbtn small ghost" data-act="unmask">${Kino.t("No mask")}</button>`) : ""}</span>`)}</div>`);

  const loaded = (url) => new Promise((done, failed) => { const img = new Image(); img.onload = () => done(img); img.onerror = failed; img.src = url; });

  /* The mask as a canvas of white on clear, as large as the picture but for very large ones. */
  async function begun(m) {
    const picture = await loaded(m.picture);
    const part = Math.min(1, WIDEST / picture.naturalWidth);
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.naturalWidth * part), height: Math.round(picture.naturalHeight * part) });
    if (m.mask) {
      const pen = canvas.getContext("2d");
      pen.drawImage(await loaded(m.mask), 0, 0, canvas.width, canvas.height);
      const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < pixels.data.length; i += 4) { pixels.data[i + 3] = pixels.data[i]; pixels.data[i] = pixels.data[i + 1] = pixels.data[i + 2] = 255; }
      pen.putImageData(pixels, 0, 0);
    }
    return canvas;
  }
  /* White on black, as it is stored. */
  const finished = (canvas) => new Promise((done) => {
    const out = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height }), pen = out.getContext("2d");
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, out.width, out.height);
    pen.drawImage(canvas, 0, 0);
    out.toBlob(done, "image/png");
  });
  const empty = (canvas) => !canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((v, i) => i % 4 === 3 && v > 0);

  async function paint(shot) {
    const m = Kino.store["keyframes.shot"].head.masking;
    let canvas;
    try { canvas = await begun(m); } catch { Kino.toast(Kino.t("The picture could not be loaded."), "error"); return; }
    const pen = canvas.getContext("2d", { willReadFrequently: true }), box = document.createElement("dialog"), steps = [];
    let erase = false, size = Math.round(canvas.width / 12), last = null;
    box.className = "kf-paint";
    box.setAttribute("aria-label", Kino.t("Paint a mask"));
    box.innerHTML = html`<header><b>${Kino.t("Shot {shot}: what is drawn anew", { shot })}</b><span class="kmuted">${Kino.t("Paint over what is to change; the rest stays as it is.")}</span></header>
      <div class="kf-easel"><img src="${m.picture}" alt="" draggable="false"></div>
      <div class="kf-tools"><div class="kseg" role="group" aria-label="${Kino.t("Tool")}"><button type="button" data-tool="brush" aria-pressed="true">${Kino.t("Brush")}</button><button type="button" data-tool="eraser" aria-pressed="false">${Kino.t("Eraser")}</button></div>
        <label>${Kino.t("Size")} <input type="range" min="${Math.round(canvas.width / 100)}" max="${Math.round(canvas.width / 3)}" value="${size}"></label>
        <button type="button" class="kbtn small" data-do="back">${icons.undo} ${Kino.t("Back")}</button><button type="button" class="kbtn small" data-do="invert">${Kino.t("Invert")}</button><button type="button" class="kbtn small" data-do="clear">${Kino.t("Clear")}</button>
        <span class="grow"></span><button type="button" class="kbtn" data-do="close">${Kino.t("Cancel")}</button><button type="button" class="kbtn primary" data-do="keep">${Kino.t("Use this mask")}</button></div>`;
    box.querySelector(".kf-easel").appendChild(canvas);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", Kino.t("The mask"));

    const remember = () => { steps.push(pen.getImageData(0, 0, canvas.width, canvas.height)); if (steps.length > 20) steps.shift(); };
    const at = (e) => { const r = canvas.getBoundingClientRect(); return [((e.clientX - r.left) * canvas.width) / r.width, ((e.clientY - r.top) * canvas.height) / r.height]; };
    const stroke = (to) => {
      pen.globalCompositeOperation = erase ? "destination-out" : "source-over";
      pen.strokeStyle = "#fff"; pen.lineWidth = size; pen.lineCap = pen.lineJoin = "round";
      pen.beginPath(); pen.moveTo(...(last || to)); pen.lineTo(...to); pen.stroke();
      last = to;
    };
    canvas.addEventListener("pointerdown", (e) => { if (e.button) return; e.preventDefault(); canvas.setPointerCapture(e.pointerId); remember(); last = null; stroke(at(e)); });
    canvas.addEventListener("pointermove", (e) => { if (last) stroke(at(e)); });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
    box.querySelector("input").addEventListener("input", (e) => { size = +e.target.value; });
    box.addEventListener("click", async (e) => {
      const tool = e.target.closest("[data-tool]")?.dataset.tool, what = e.target.closest("[data-do]")?.dataset.do;
      if (tool) { erase = tool === "eraser"; for (const b of box.querySelectorAll("[data-tool]")) b.setAttribute("aria-pressed", String(b.dataset.tool === tool)); }
      else if (what === "back") { if (steps.length) pen.putImageData(steps.pop(), 0, 0); }
      else if (what === "clear") { remember(); pen.clearRect(0, 0, canvas.width, canvas.height); }
      else if (what === "invert") { remember(); pen.globalCompositeOperation = "source-out"; pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height); pen.globalCompositeOperation = "source-over"; }
      else if (what === "close") box.close();
      else if (what === "keep") {
        if (empty(canvas)) { Kino.toast(Kino.t("Nothing is painted, so nothing would change. Paint something, or take no mask."), "error"); return; }
        const blob = await finished(canvas), token = await Kino.upload(new File([blob], "mask.png", { type: "image/png" }));
        if (token) { Kino.act("keyframes.shot", "mask", { id: shot, token }); box.close(); }
      }
    });
    box.addEventListener("close", () => box.remove());
    document.body.appendChild(box);
    box.showModal();
  }
  document.addEventListener("click", (e) => { const el = e.target.closest?.("[data-paint]"); if (el) { e.preventDefault(); paint(el.dataset.paint); } });
})();

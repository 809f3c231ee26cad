/* Film: how the preview of the cut looks: transitions as layers over one another, grades as filters of the browser.
   The formulas are those of the film (services make it): daylight and Bradford's adaptation, exposure in stops of a
   display of gamma 2.4, contrast around middle grey, saturation by BT.709's luma. The film is exact, this is close. */
"use strict";
(() => {
  const F = (Kino.film = Kino.film || {});

  /* -- transitions -------------------------------------------------------------------------------------------- */
  /* The transition over a frame of the cut: { out, into, kind, part, dir, soft }; out is undefined at the film's head. */
  F.joining = (frame) => {
    const at = F.items.indexOf(F.at(frame));
    for (const index of [at, at + 1]) {
      const into = F.items[index], tr = into?.tr;
      if (!tr || tr[1] + tr[2] < 2) continue;
      const first = into.f - tr[1], n = tr[1] + tr[2];
      if (frame < first || frame >= first + n) continue;
      return { out: F.items[index - 1], into, kind: tr[0], dir: tr[3] || "right", part: (frame - first + 1) / (n + 1) };
    }
    return null;
  };
  const EDGE = { right: (p) => `inset(0 ${100 - p}% 0 0)`, left: (p) => `inset(0 0 0 ${100 - p}%)`, down: (p) => `inset(0 0 ${100 - p}% 0)`, up: (p) => `inset(${100 - p}% 0 0 0)` };
  /* Lay the elements of both items over one another; either may be missing, and is black then. */
  F.layer = (t, out, into, veil) => {
    for (const el of [out, into]) if (el) { el.style.opacity = ""; el.style.clipPath = ""; el.style.zIndex = ""; }
    veil.hidden = true;
    if (!t) return;
    if (t.kind === "fade_black" || t.kind === "fade_white") {
      const seen = t.part <= 0.5 ? out : into, not = t.part <= 0.5 ? into : out;
      if (not) not.style.opacity = "0";
      if (seen) seen.style.zIndex = "1";
      veil.hidden = false;
      veil.style.background = t.kind === "fade_black" ? "#000" : "#fff";
      veil.style.opacity = seen ? String(1 - Math.abs(2 * t.part - 1)) : "1";
      return;
    }
    if (out) out.style.zIndex = "0";
    if (!into) return;
    into.style.zIndex = "1";
    if (t.kind === "wipe") into.style.clipPath = (EDGE[t.dir] || EDGE.right)(100 * t.part);
    else into.style.opacity = String(t.kind === "morph" ? t.part * t.part * (3 - 2 * t.part) : t.part);
  };

  /* -- grades ------------------------------------------------------------------------------------------------- */
  const XYZ = [[0.4123908, 0.3575843, 0.1804808], [0.212639, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]];
  const BRADFORD = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
  const times = (a, b) => a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)));
  const inverse = (m) => {
    const [[a, b, c], [d, e, f], [g, h, i]] = m, det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    return [[e * i - f * h, c * h - b * i, b * f - c * e], [f * g - d * i, a * i - c * g, c * d - a * f], [d * h - e * g, b * g - a * h, a * e - b * d]].map((row) => row.map((x) => x / det));
  };
  const daylight = (t) => {
    const x = t <= 7000 ? -4.607e9 / t ** 3 + 2.9678e6 / t ** 2 + 0.09911e3 / t + 0.244063 : -2.0064e9 / t ** 3 + 1.9018e6 / t ** 2 + 0.24748e3 / t + 0.23704;
    const y = -3 * x * x + 2.87 * x - 0.275;
    return [[x / y], [1], [(1 - x - y) / y]];
  };
  F.adaptation = (source, target) => {
    const from = times(BRADFORD, daylight(source)), to = times(BRADFORD, daylight(target));
    const gains = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? to[i][0] / from[i][0] : 0)));
    return times(inverse(XYZ), times(inverse(BRADFORD), times(gains, times(BRADFORD, XYZ))));
  };
  const MIDDLE = 0.18 ** (1 / 2.4), known = new Map();
  const matrix = (m, space) => `<feColorMatrix color-interpolation-filters="${space}" type="matrix" values="${m.map((row) => row.map((x) => x.toFixed(5)).join(" ") + " 0 0").join(" ")} 0 0 0 1 0"/>`;
  /* The filter of a grade [source white, white, exposure, contrast, saturation], made once; empty when it changes nothing. */
  F.filter = (g) => {
    if (!g) return "";
    const key = g.join("|");
    if (known.has(key)) return known.get(key);
    const [source, white, exposure, contrast, saturation] = g, steps = [];
    if (source !== white) steps.push(matrix(F.adaptation(source, white), "linearRGB"));
    const slope = 2 ** (exposure / 2.4) * contrast, shift = MIDDLE * (1 - contrast);
    if (exposure || contrast !== 1) steps.push(`<feComponentTransfer color-interpolation-filters="sRGB">${["R", "G", "B"].map((c) => `<feFunc${c} type="linear" slope="${slope}" intercept="${shift}"/>`).join("")}</feComponentTransfer>`);
    if (saturation !== 1) steps.push(matrix([0, 1, 2].map((i) => [0.2126, 0.7152, 0.0722].map((l, j) => l * (1 - saturation) + (i === j ? saturation : 0))), "sRGB"));
    let found = "";
    if (steps.length) {
      const id = "fm-grade-" + known.size;
      let box = document.getElementById("fm-grades");
      if (!box) { box = document.createElement("div"); box.id = "fm-grades"; box.setAttribute("aria-hidden", "true"); box.style.cssText = "position:absolute;width:0;height:0;overflow:hidden"; document.body.append(box); }
      box.insertAdjacentHTML("beforeend", `<svg width="0" height="0"><filter id="${id}" x="0" y="0" width="1" height="1">${steps.join("")}</filter></svg>`);
      found = `url(#${id})`;
    }
    known.set(key, found);
    return found;
  };
  /* What an item of the cut looks like in the film's colours, as a value of the style `filter`. */
  F.look = (item) => [F.filter(item?.g), item?.k === "shot" ? F.filter(F.grade) : ""].filter(Boolean).join(" ");
})();

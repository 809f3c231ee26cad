"""Colour and light of a panel: from time of day, lighting, mood, style and grade to the few colours used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from infrastructure.animatic.looks import GRADES, LIGHTINGS, MOODS, STYLES, TIMES, Change, Light
from infrastructure.animatic.planes import FAR, MID, NEAR, SKY
from infrastructure.animatic.spec import SceneSpec
from infrastructure.animatic.words import Scene

RGB = tuple[float, float, float]


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """`a` with `share` (0 to 1) of `b`."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def times(a: RGB, b: RGB) -> RGB:
    """`a` seen in the light `b` (both 0 to 255)."""
    return (a[0] * b[0] / 255, a[1] * b[1] / 255, a[2] * b[2] / 255)


def _luma(c: RGB) -> float:
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]


def graded(colour: RGB, change: Change, pivot: float = 0.45) -> RGB:
    """`colour` after one preset's change of tint, saturation, contrast, lightness and split tones.

    `pivot` (0 to 1) is the brightness that contrast leaves as it is.
    """
    c = times(colour, change.tint)
    grey = _luma(c)
    c = mix((grey, grey, grey), c, change.saturation)
    r, g, b = ((v / 255 - pivot) * change.contrast + pivot + change.lift for v in c)
    c = (r * 255, g * 255, b * 255)
    level = min(1.0, max(0.0, _luma(c) / 255))
    if change.shadows:
        c = mix(c, times(change.shadows, (80 + grey,) * 3), change.split * (1 - level) ** 1.4)
    if change.highlights:
        c = mix(c, times(change.highlights, (70 + grey,) * 3), change.split * level**1.3)
    return (min(255.0, max(0.0, c[0])), min(255.0, max(0.0, c[1])), min(255.0, max(0.0, c[2])))


@dataclass(frozen=True)
class Look:
    """The colours and the handwriting of one panel; colours are 0 to 255 before the grade."""

    light: Light
    sky: tuple[RGB, RGB, RGB]
    haze: RGB
    mist: float
    side: float
    changes: tuple[Change, ...]
    ink: float
    grain: float
    wet: float
    flat: bool
    blur: float
    rim: float
    vignette: float
    beams: float
    brush: bool
    neon: bool
    dark: bool
    studio: bool
    backlit: bool
    smooth: bool
    indoors: bool

    @staticmethod
    def of(spec: SceneSpec, scene: Scene) -> Look:
        """Read it off the presets; what they leave open follows the scene's words."""
        presets = spec.presets
        time = presets.get("time_of_day") or scene.time
        light = TIMES.get(time, TIMES[""])
        lighting, mood = (
            LIGHTINGS.get(presets.get("lighting", ""), Change()),
            MOODS.get(presets.get("mood", ""), Change()),
        )
        style_key = presets.get("style", "") or spec.look
        style = STYLES.get(style_key, STYLES[""])
        grade = GRADES.get(presets.get("color_grade", ""), Change())
        if lighting.sky:
            light = replace(
                light, top=mix(light.top, lighting.sky[0], 0.72), middle=mix(light.middle, lighting.sky[1], 0.72),
                horizon=mix(light.horizon, lighting.sky[2], 0.72), key=mix(light.key, lighting.sky[2], 0.5),
                level=light.level * lighting.level, high=lighting.high or light.high,
            )  # fmt: skip
        parts = (lighting, mood, style.change, grade)
        mist = min(0.95, scene.mist + sum(c.mist for c in parts))
        changes = tuple(part for part in parts if part != Change())
        key = presets.get("lighting", "")
        side = -1.0 if spec.seed % 2 else 1.0
        return Look(
            light=light, sky=(light.top, light.middle, light.horizon), haze=mix(light.haze, light.horizon, 0.25),
            mist=mist, side=side, changes=changes, ink=style.ink, grain=style.grain, wet=style.wet, flat=style.flat,
            blur=style.blur, rim=min(1.0, style.rim + sum(c.rim for c in parts)),
            vignette=min(0.85, 0.2 + sum(c.vignette for c in parts)), beams=max(c.beams for c in parts),
            brush=style.brush, neon=key == "neon", dark=light.level < 0.6, studio=key == "studio",
            backlit=key == "backlit", smooth=style.smooth, indoors=scene.setting == "interior",
        )  # fmt: skip

    def tone(self, colour: RGB) -> RGB:
        """A colour as it is laid on paper, after all presets; 0 to 255."""
        # a night lies low in the scale: contrast around the middle would leave nothing but black of it
        pivot = 0.24 if self.dark else 0.45
        for change in self.changes:
            colour = graded(colour, change, pivot)
        return colour

    def lit(self, local: RGB, depth: float) -> RGB:
        """A thing's own colour as seen at `depth` in this light and air, before the grade."""
        ambient = mix(self.sky[1], (255, 255, 255), 0.45)
        light = mix(ambient, self.light.key, 0.6)
        level = self.light.level
        if depth <= 1.01:  # people must be seen at night too
            level = max(level, 0.3 + 0.6 * level)
        seen = times(local, (light[0] * level, light[1] * level, light[2] * level))
        if depth <= NEAR:
            near = 0.62 if not self.smooth else 0.78
            return (seen[0] * near, seen[1] * near, seen[2] * near)
        air = {SKY: 0.8, FAR: 0.56, MID: 0.24}.get(depth, 0.03) * (0.12 if self.indoors else 1.0)
        seen = mix(seen, self.haze, min(0.93, air * (1 + self.mist) + self.mist * (0.24 if depth > 1 else 0.06)))
        if self.backlit and depth <= 1.01:
            seen = (seen[0] * 0.42, seen[1] * 0.42, seen[2] * 0.48)
        return seen


_HUES: dict[str, RGB] = {
    "red": (188, 42, 40), "blue": (48, 86, 168), "green": (62, 124, 66), "yellow": (228, 190, 52),
    "orange": (222, 126, 42), "purple": (118, 68, 146), "pink": (226, 138, 164), "brown": (116, 78, 52),
    "black": (44, 42, 48), "white": (232, 230, 222), "grey": (136, 138, 142), "silver": (188, 192, 198),
    "gold": (206, 164, 60), "beige": (208, 188, 152), "turquoise": (62, 164, 162), "navy": (36, 48, 92),
    "blond": (218, 186, 112),
}  # fmt: skip


def hue(words: str) -> RGB | None:
    """The colour of words as `domain.colours` gives them: "red", "dark red", "light red"; None for any other."""
    shade, _, name = words.rpartition(" ")
    found = _HUES.get(name)
    if found is None:
        return None
    return mix(found, (18, 18, 24), 0.4) if shade == "dark" else mix(found, (250, 250, 250), 0.4) if shade else found


def dyed(colour: RGB, dye: RGB) -> RGB:
    """A thing's own colour turned into the dye's, with its own light and shade."""
    level = min(1.5, max(0.4, _luma(colour) / 128))
    return mix(colour, (min(255.0, dye[0] * level), min(255.0, dye[1] * level), min(255.0, dye[2] * level)), 0.8)


def accent(ident: str) -> RGB:
    """The colour a character is known by, the same in every panel."""
    choices: tuple[RGB, ...] = (
        (206, 74, 52), (46, 120, 150), (224, 160, 52), (104, 142, 74), (146, 82, 138), (222, 112, 96), (60, 92, 168),
        (196, 196, 84), (86, 158, 148), (178, 62, 92),
    )  # fmt: skip
    return choices[hashlib.sha256(ident.casefold().encode()).digest()[0] % len(choices)]

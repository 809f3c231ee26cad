"""What each preset key does to a panel, as data: the light of a time of day, and the change each other key makes."""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """Sky and light at some time of day. `level` is how bright things are, `high` how high the sun or moon stands
    (0 horizon, 1 top), `disc` whether it is seen: "sun", "moon" or nothing."""

    top: RGB
    middle: RGB
    horizon: RGB
    key: RGB
    haze: RGB
    level: float = 1.0
    high: float = 0.6
    disc: str = ""
    stars: bool = False


@dataclass(frozen=True)
class Change:
    """What a preset changes: tint (255 = none), saturation, contrast and lift of every colour, split tones, and
    how much mist, vignette, rim light and light beams it adds. `sky` (top, middle, horizon) replaces most of it."""

    tint: RGB = (255, 255, 255)
    saturation: float = 1.0
    contrast: float = 1.0
    lift: float = 0.0
    shadows: RGB | None = None
    highlights: RGB | None = None
    split: float = 0.0
    mist: float = 0.0
    vignette: float = 0.0
    rim: float = 0.0
    beams: float = 0.0
    sky: tuple[RGB, RGB, RGB] | None = None
    level: float = 1.0
    high: float = 0.0


@dataclass(frozen=True)
class Style:
    """The handwriting: ink line (1 = normal, 0 = none), paper and wash texture, wet edges, flat cel colours, blur of
    what is far, rim light, visible brush, smooth shading."""

    change: Change = Change()
    ink: float = 1.0
    grain: float = 0.2
    wet: float = 0.0
    flat: bool = False
    blur: float = 0.0
    rim: float = 0.4
    brush: bool = False
    smooth: bool = False


TIMES: dict[str, Light] = {
    "": Light((138, 168, 186), (196, 208, 202), (243, 228, 198), (255, 240, 214), (222, 218, 202), 0.98, 0.62),
    "sunrise": Light(
        (96, 128, 176), (226, 172, 158), (255, 218, 158), (255, 208, 160), (240, 198, 172), 0.86, 0.12, "sun"
    ),
    "morning": Light(
        (116, 166, 206), (184, 212, 222), (246, 240, 218), (255, 243, 216), (218, 226, 224), 1.0, 0.5, "sun"
    ),
    "noon": Light((58, 132, 202), (118, 182, 224), (204, 230, 236), (255, 253, 242), (184, 214, 228), 1.1, 0.95),
    "afternoon": Light(
        (98, 150, 190), (178, 198, 196), (250, 224, 172), (255, 228, 172), (228, 214, 184), 1.0, 0.42, "sun"
    ),
    "sunset": Light((66, 60, 112), (206, 96, 92), (255, 180, 96), (255, 166, 92), (226, 136, 108), 0.74, 0.08, "sun"),
    "night": Light((10, 17, 40), (24, 42, 80), (66, 92, 132), (168, 194, 236), (42, 64, 104), 0.5, 0.72, "moon", True),
    "overcast": Light((134, 146, 156), (172, 179, 183), (208, 208, 203), (224, 228, 230), (190, 196, 199), 0.86, 0.7),
}

LIGHTINGS: dict[str, Change] = {
    "golden_hour": Change(
        tint=(255, 238, 206),
        saturation=1.12,
        rim=0.5,
        beams=0.25,
        high=0.14,
        sky=((112, 132, 164), (238, 186, 120), (255, 214, 128)),
        level=0.95,
    ),
    "blue_hour": Change(
        tint=(206, 224, 255),
        saturation=0.9,
        vignette=0.1,
        high=0.05,
        sky=((24, 42, 92), (66, 98, 156), (158, 168, 196)),
        level=0.62,
    ),
    "dramatic": Change(contrast=1.32, lift=-0.05, vignette=0.32, rim=0.35, beams=0.3),
    "soft": Change(contrast=0.8, lift=0.06, mist=0.18, vignette=-0.14, rim=-0.2),
    "neon": Change(
        saturation=1.35,
        contrast=1.15,
        vignette=0.22,
        rim=0.6,
        high=0.5,
        sky=((18, 12, 44), (58, 22, 88), (176, 46, 128)),
        level=0.5,
    ),
    "natural": Change(saturation=1.03, contrast=0.96, lift=0.025, vignette=-0.1),
    "studio": Change(contrast=1.12, vignette=0.26, rim=0.25),
    "backlit": Change(contrast=1.1, rim=0.6, beams=0.35, mist=0.08),
    "volumetric": Change(beams=1.0, mist=0.12, vignette=0.12, contrast=1.06),
}

MOODS: dict[str, Change] = {
    "peaceful": Change(tint=(250, 255, 248), saturation=0.92, contrast=0.9, lift=0.045, mist=0.08),
    "dramatic": Change(contrast=1.28, lift=-0.04, vignette=0.24, saturation=1.05),
    "mysterious": Change(tint=(205, 236, 240), saturation=0.74, lift=-0.06, mist=0.34, vignette=0.26),
    "joyful": Change(tint=(255, 252, 240), saturation=1.32, lift=0.05, vignette=-0.12),
    "melancholic": Change(tint=(220, 232, 255), saturation=0.6, contrast=0.92, lift=-0.02, mist=0.12, vignette=0.1),
    "tense": Change(
        tint=(248, 250, 232), saturation=0.82, contrast=1.34, vignette=0.3, shadows=(34, 60, 52), split=0.4
    ),
    "romantic": Change(
        tint=(255, 230, 232), saturation=1.06, lift=0.03, mist=0.06, highlights=(255, 206, 196), split=0.3
    ),
    "epic": Change(contrast=1.18, saturation=1.14, vignette=0.16, rim=0.3, beams=0.55),
}

STYLES: dict[str, Style] = {
    "": Style(Change(saturation=1.2, contrast=1.1)),
    "cinematic": Style(
        Change(contrast=1.08, shadows=(58, 84, 98), split=0.16, vignette=0.12), ink=0.5, grain=0.13, blur=0.6, rim=0.6
    ),
    "photorealistic": Style(
        Change(contrast=1.03, saturation=0.95), ink=0.0, grain=0.06, blur=1.0, rim=0.45, smooth=True
    ),
    "anime": Style(
        Change(saturation=1.34, contrast=1.08, lift=0.05, vignette=-0.16), ink=0.8, grain=0.0, flat=True, rim=0.5
    ),
    "oil_painting": Style(
        Change(saturation=1.22, contrast=1.12, vignette=0.08), ink=0.0, grain=0.24, rim=0.45, brush=True
    ),
    "watercolor": Style(
        Change(saturation=1.2, contrast=0.86, lift=0.14, vignette=-0.2), ink=0.55, grain=0.18, wet=1.0, rim=0.1
    ),
    "3d_render": Style(Change(saturation=1.12, contrast=1.04), ink=0.0, grain=0.0, blur=0.3, rim=0.9, smooth=True),
    "vintage": Style(
        Change(
            tint=(255, 244, 214),
            saturation=0.68,
            contrast=0.86,
            lift=0.045,
            shadows=(84, 66, 58),
            split=0.3,
            vignette=0.24,
        ),
        ink=0.9,
        grain=0.3,
        rim=0.3,
    ),
    "noir": Style(Change(saturation=0.0, contrast=1.5, lift=-0.01, vignette=0.34), ink=1.5, grain=0.2, rim=0.8),
}

GRADES: dict[str, Change] = {
    "teal_orange": Change(
        shadows=(24, 104, 122), highlights=(255, 196, 132), split=0.42, contrast=1.06, saturation=1.08
    ),
    "desaturated": Change(saturation=0.34, contrast=0.98),
    "vibrant": Change(saturation=1.6, contrast=1.06),
    "warm": Change(tint=(255, 236, 200), saturation=1.04),
    "cool": Change(tint=(204, 230, 255), saturation=0.96),
    "bleach_bypass": Change(saturation=0.36, contrast=1.42, lift=0.015),
    "sepia": Change(saturation=0.0, tint=(255, 255, 255), shadows=(92, 62, 38), highlights=(255, 226, 178), split=0.62),
}

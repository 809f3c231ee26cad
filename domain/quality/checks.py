"""What is looked for: every check with its source, its limits and what to do. Gates choose among them and move limits.

The shipped limits are what `docs/quality.md` states recall and false alarms for.
"""

from __future__ import annotations

from typing import NamedTuple

from domain.quality.values import Action, Severity


class Limit(NamedTuple):
    """One number of a check: its shipped value, its unit, and what it bounds."""

    value: float
    unit: str
    about: str


class Check(NamedTuple):
    """One check. `source` says where the measure is from, `severity` what it is unless a gate says otherwise."""

    title: str
    severity: Severity
    source: str
    limits: dict[str, Limit]
    cure: str
    action: Action = "look"


_LOOK = "Play the film there; make the shot again if it shows."
_RETAKE = "Make the shot again with another seed."
_REMAKE = "Make the file again."

CHECKS: dict[str, Check] = {
    "decodes": Check(
        "Decodes to the end", "fail", "every frame decoded; the decoder's marks of damage, and the file's checksums",
        {}, "Make it again, or copy it again from where it came.", "remake",
    ),
    "count": Check(
        "Frame count", "fail", "frames decoded against the container's count and the plan",
        {"off": Limit(0, "frames", "difference allowed")}, _REMAKE, "remake",
    ),
    "rate": Check(
        "Frame rate", "fail", "times of presentation, within one tick of the time base",
        {"fps": Limit(0, "frames/s", "exactly this rate; 0: any, or the one that was ordered")},
        "Make the film again at that rate; the project's settings have it.", "remake",
    ),
    "even": Check(
        "Even frames", "fail", "distances of the times of presentation",
        {"frames": Limit(0, "frames", "frames allowed off their time")}, _REMAKE, "remake",
    ),
    "length": Check(
        "Length", "fail", "frames over rate",
        {"seconds": Limit(0, "s", "at least")}, "Make shots longer, or add some.",
    ),
    "size": Check(
        "Picture size", "fail", "the stream's pixels",
        {
            "width": Limit(0, "px", "at least; the longer side for upright films"),
            "height": Limit(0, "px", "at least"),
        },
        "Render larger, or upscale the film.", "remake",
    ),
    "shape": Check(
        "Picture shape", "fail", "the stream's pixel aspect, and the ordered aspect",
        {"off": Limit(0.03, "share", "difference of aspect allowed")}, _REMAKE, "remake",
    ),
    "bit_rate": Check(
        "Bit rate", "warn", "bytes of the video stream over its length",
        {"mbit": Limit(0, "Mbit/s", "at least")}, "Export with a higher quality.", "remake",
    ),
    "pixels": Check(
        "Pixel format", "warn", "what browsers and players show: 8-bit 4:2:0 (H.264 High profile)",
        {"only_420": Limit(0, "", "1: only yuv420p and its like")}, "Export for the web.", "remake",
    ),
    "tags": Check(
        "Colour tags", "note", "ITU-T H.273; players guess where there are none",
        {}, "Export from Kinoloom: its films say how their colours are meant.", "remake",
    ),
    "sound": Check(
        "Sound", "warn", "the first audio stream; clipping is flat tops near full scale",
        {
            "needed": Limit(0, "", "1: there has to be sound"),
            "out_of_step": Limit(0.1, "s", "difference of begin and length to the picture"),
            "silent": Limit(0, "s", "silence allowed at a stretch; 0: any"),
            "clipped": Limit(0.0005, "share", "samples in tops that were cut off"),
        },
        "Listen to it; mix it again, lower where it clips.", "remake",
    ),
    "black": Check(
        "Black frames", "fail", "luma below a level nearly everywhere (as FFmpeg's blackdetect), and not faded to",
        {
            "level": Limit(24, "levels", "99 % of the picture lie below"),
            "faded": Limit(2, "s", "black that was faded to, at most"),
        },
        _RETAKE, "retake",
    ),
    "nan_black": Check(
        "Nothing but black", "fail", "every pixel black from beginning to end: what a half-precision VAE gives for NaN",
        {"level": Limit(2, "levels", "no pixel above")},
        "Run the model's VAE in full precision (for ComfyUI: --fp32-vae), then make it again.", "retake",
    ),
    "plain": Check(
        "One colour", "fail", "the spread between the 1st and 99th percentile of luma",
        {"spread": Limit(7, "levels", "at least"), "faded": Limit(2, "s", "one colour that was faded to, at most")},
        _RETAKE, "retake",
    ),
    "noise": Check(
        "Noise", "fail", "contrast that vanishes in a 20 x 11 mosaic of the picture",
        {
            "structure": Limit(0.4, "share", "contrast left in the mosaic, at least; half where specks stay"),
            "contrast": Limit(14, "levels", "pictures flatter than this are not judged"),
        },
        "Check sampler, steps and VAE of the workflow, then make it again.", "retake",
    ),
    "frozen": Check(
        "Frozen picture", "fail", "frames equal to the one before after motion that did not run out",
        {
            "frames": Limit(6, "frames", "equal frames allowed at a stretch"),
            "step": Limit(0.12, "levels", "mean difference below which frames are equal"),
            "still": Limit(0.3, "levels", "motion before or after, at least"),
        },
        _RETAKE, "retake",
    ),
    "motionless": Check(
        "No motion", "warn", "median difference of frames, or nothing but grain in it, where motion was asked for",
        {"step": Limit(0.15, "levels", "at least")}, "Say in the prompt what moves, or raise the motion.", "retake",
    ),
    "doubled": Check(
        "Repeated frames", "note", "single frames equal to the one before while the picture moves",
        {"share": Limit(0.04, "share", "of the moving frames")}, "Make the shot at the film's own frame rate.",
    ),
    "flash": Check(
        "Flash", "fail", "one to four frames whose picture, brightness or colour leaves and comes back",
        {
            "exposure": Limit(9, "levels", "jump of brightness"),
            "picture": Limit(9, "levels", "jump of the picture"),
        },
        _RETAKE, "retake",
    ),
    "flicker": Check(
        "Flicker", "warn", "second difference of mean luma over a second (VBench's figure is the curve `step`)",
        {"levels": Limit(1.3, "levels", "mean jump to and fro")},
        "Smooth it with the deflicker option, or make the shot again.", "retake",
    ),
    "harmful": Check(
        "Harmful flashing", "fail",
        "general and red flash of WCAG 2.3.1, and ITU-R BT.1702: pairs of opposing changes of a tenth of the luminance",
        {
            "area": Limit(0.25, "share", "of the picture"),
            "flashes": Limit(3, "per s", "at most"),
        },
        "Slow it down or lower its contrast: this can cause seizures.",
    ),
    "cut": Check(
        "Cut inside a shot", "fail", "the fine structure of two frames does not correlate, where none was ordered",
        {"likeness": Limit(0.25, "", "correlation, at least")}, _RETAKE, "retake",
    ),
    "soft": Check(
        "Soft picture", "warn", "width of the sharpest edges; energy of gradients at half and at quarter size",
        {"sharpness": Limit(0.65, "", "at least")}, "Render larger, or with more steps.", "retake",
    ),
    "softer": Check(
        "Loss of sharpness", "warn", "gradients at full and at an eighth of the size, against the shot's own best",
        {"kept": Limit(0.72, "share", "of the shot's sharpness, at least"), "frames": Limit(2, "frames", "at least")},
        _RETAKE, "retake",
    ),
    "blocks": Check(
        "Blocks", "warn",
        "steps on the 8-pixel grid of codecs, or on an even one that stays or is a mosaic's, against those beside it",
        {"ratio": Limit(1.24, "", "at most"), "frames": Limit(10, "frames", "at least")},
        "Encode with a higher quality.", "remake",
    ),
    "bands": Check(
        "Banding", "note", "staircases of small steps between flat runs",
        {"share": Limit(0.03, "share", "of the picture"), "frames": Limit(6, "frames", "at least")},
        "Add fine grain, or export with 10 bits.", "remake",
    ),
    "panels": Check(
        "Panels or split screen", "fail", "straight edges over the full length that stay, with differing pictures",
        {
            "covered": Limit(0.8, "share", "of the length that is an edge"),
            "frames": Limit(10, "frames", "at least"),
            "evidence": Limit(2, "points", "of: crossing lines, a gutter, a regular place, unrelated or rough sides"),
        },
        'Add "one single picture, no panels" to the prompt, or take another start picture.', "retake",
    ),
    "ghost": Check(
        "Double exposure", "fail", "a frame explained as a mixture of an earlier and a later; steps into one and out",
        {
            "unexplained": Limit(0.4, "share", "of their difference, at most"),
            "thinned": Limit(0.9, "share", "contrast of fine structure, at most"),
            "alike": Limit(0.5, "", "correlation of the two, at most"),
            "coarse": Limit(0.2, "share", "of the brightness left unexplained, at most"),
        },
        _RETAKE, "retake",
    ),
    "letterbox": Check(
        "Bars at the edges", "warn", "plain rows or columns that stay: alike at opposite edges, or black",
        {"share": Limit(0.015, "share", "of the side on each edge"), "frames": Limit(10, "frames", "at least")},
        "Crop, or give the model a picture of the film's own shape.", "retake",
    ),
    "overlay": Check(
        "Something that stays in front", "warn", "small edges that stay while the picture around them moves",
        {"share": Limit(0.0025, "share", "of the picture, at least"), "frames": Limit(20, "frames", "at least")},
        'Add "no text, no watermark, no logo" to what is not wanted, or crop it.', "retake",
    ),
    "seam": Check(
        "Seam", "warn", "what a join adds to the motion around it, see `seams`",
        {"score": Limit(0.5, "", "at least")},
        "Continue from the PNG of the last frame, match colours, or put a cut there.", "retake",
    ),
    "drift": Check(
        "Drift", "warn", "what the joins of a chain add up to, see `drift`",
        {"total": Limit(1, "", "at most; 1 is where a viewer begins to mind")},
        "Take a fresh picture there, match colours, or put a cut there.", "reanchor",
    ),
    "continuity": Check(
        "Continuity", "warn", "likeness of a subject to its reference, see `likeness`",
        {"score": Limit(0, "", "at least")}, "Compare with the reference; make the shot again.", "retake",
    ),
}  # fmt: skip
"""All checks by id, in the order they are reported for one frame."""

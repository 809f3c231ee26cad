"""Figures in words, as a report shows them: amounts with their units, times, sound."""

from __future__ import annotations

import math
import re

from addons.words import named, number, said, t
from domain.quality.figures import Sound, Stream
from domain.quality.values import Finding, Seam

_WHOLE = frozenset({"px", "frames", "points"})
_HOP = 0.002
"""Share of the width below which nobody sees a hop."""
_CARD = re.compile(r"([0-9.]+) of ([0-9.]+) GiB")


def decimal(value: float, digits: int = 2) -> str:
    """A number with at most that many decimals, and no exponent."""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.{digits}f}"
    return number(text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def graded(value: float) -> str:
    """A figure without a unit, such as a score."""
    return number(f"{value:.2f}").replace("-", "−")


def amount(value: float, unit: str) -> str:
    """A figure in its unit; shares as percentages."""
    if unit == "share":
        return f"{decimal(100 * value, 1)} %"
    if not unit:
        return graded(value)
    return f"{f'{value:.0f}' if unit in _WHOLE else decimal(value)} {named(unit)}"


def measured(finding: Finding) -> str:
    """What was measured and what is the limit; empty where there is nothing to count."""
    if not (finding.limit or finding.value):
        return ""
    value = amount(finding.value, finding.unit)
    return (
        t("{value}, limit {limit}", value=value, limit=amount(finding.limit, finding.unit)) if finding.limit else value
    )


def seconds(length: float) -> str:
    """A time as long as it takes."""
    return number(f"{length:.1f} s" if length < 100 else f"{length / 60:.1f} min")


def moment(made: str) -> str:
    """A time as it is stored, for people."""
    return made.replace("T", " ").replace("Z", " UTC")


def colours(stream: Stream) -> str:
    """The colour tags: one name where matrix, primaries and transfer have the same."""
    tags = stream.matrix, stream.primaries, stream.transfer
    if not any(tags):
        return t("not stated")
    names = tags[:1] if len({*tags}) == 1 else [tag or "?" for tag in tags]
    return ", ".join((" / ".join(names), t("full range") if stream.range == "full" else t("limited range")))


def heard(sound: Sound | None) -> str:
    """How loud it is."""
    if sound is None:
        return t("no sound")
    if sound.peak <= 0:
        return t("silence")
    mean, peak = (20 * math.log10(max(level, 1e-6)) for level in (sound.loudness, sound.peak))
    return t("mean {mean} dBFS, peak {peak} dBFS", mean=decimal(mean, 1), peak=decimal(peak, 1))


def sentence(words: str) -> str:
    """What a check or a job said, as a sentence of its own."""
    told = number(said(words))
    return told[:1].upper() + told[1:]


def card_words(card: str) -> str:
    """What was known of the graphics cards, as it is kept with a take."""

    def memory(found: re.Match[str]) -> str:
        return t("{used} of {all} GiB", used=number(found[1]), all=number(found[2]))

    return _CARD.sub(memory, card).replace(" °C", "\u00a0°C").replace(" GiB", "\u00a0GiB")


def added(seam: Seam) -> str:
    """What a join adds to the motion around it."""
    told = [
        words
        for words, is_so in (
            (t("a frame twice"), seam.repeated), (t("a frame missing"), seam.dropped),
            (t("motion turns round"), seam.reversed), (_hop(seam), seam.jump >= _HOP),
        )
        if is_so
    ]  # fmt: skip
    told.append(
        t(
            "picture {picture}, brightness {mean}, contrast {contrast}, colour {cb} {cr}, sharpness {sharpness}",
            picture=decimal(seam.picture, 1), mean=signed(seam.mean, 1), contrast=signed(seam.contrast, 2),
            cb=signed(seam.cb, 1), cr=signed(seam.cr, 1), sharpness=signed(seam.sharpness, 2),
        )
    )  # fmt: skip
    return ", ".join(told)


def _hop(seam: Seam) -> str:
    return t("the picture jumps by {share} of its width", share=amount(seam.jump, "share"))


def signed(value: float, digits: int) -> str:
    """A figure that may go either way, with its sign."""
    return number(f"{value:+.{digits}f}").replace("-", "−")

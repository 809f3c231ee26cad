"""Softer words for those that services refuse: a table, and rules that give the same result each time.

Nothing is said that changes who or what is in the picture; what cannot be said more softly is left out at the second
level. A person sees the result beside their own words before it is sent.
"""

from __future__ import annotations

import re

LEVELS = 2

TABLE: tuple[tuple[str, str, str], ...] = (
    ("bloodbath", "aftermath", "aftermath"),
    ("blood-?stained", "stained", "worn"),
    ("blood-?soaked", "stained", "worn"),
    ("bloody", "stained", "worn"),
    ("blood", "dark red stains", "stains"),
    ("gore", "damage", ""),
    ("gory", "grim", "serious"),
    ("corpses", "motionless figures", "figures"),
    ("corpse", "motionless figure", "figure"),
    ("dead bod(?:y|ies)", "motionless figure", "figure"),
    ("murderer", "culprit", "stranger"),
    ("murdered", "found lifeless", "found"),
    ("murder(?:s|ing)?", "crime", "incident"),
    ("killer", "culprit", "stranger"),
    ("killed", "struck down", "defeated"),
    ("kills", "strikes down", "defeats"),
    ("killing", "striking down", "defeating"),
    ("kill", "strike down", "defeat"),
    ("stabs", "threatens", "faces"),
    ("stabbed", "wounded", "hurt"),
    ("shoots at", "aims at", "faces"),
    ("shot dead", "brought down", "defeated"),
    ("beheaded", "defeated", "defeated"),
    ("strangl(?:es|ed|ing)", "struggling with", "facing"),
    ("tortur(?:es|ed|e|ing)", "held captive", "held"),
    ("wounds?", "scratch", "mark"),
    ("dying", "exhausted", "resting"),
    ("suicide", "despair", "sorrow"),
    ("hanged", "captured", "captured"),
    ("machine guns?", "prop weapon", "equipment"),
    ("guns?", "prop weapon", "object"),
    ("pistols?", "prop weapon", "object"),
    ("rifles?", "prop weapon", "object"),
    ("bombs?", "device", "object"),
    ("explosion", "burst of light and smoke", "smoke"),
    ("naked", "in a plain robe", "fully dressed"),
    ("nude", "in a plain robe", "fully dressed"),
    ("topless", "in a light shirt", "fully dressed"),
    ("lingerie", "nightgown", "long dress"),
    ("sexy", "elegant", "well dressed"),
    ("seductive(?:ly)?", "confident", "calm"),
    ("erotic", "romantic", "tender"),
    ("cocaine|heroin|drugs", "small parcel", "parcel"),
    ("nazis?", "soldier", "figure"),
    ("terrorists?", "armed man", "man"),
    ("blutbad", "Verwüstung", "Verwüstung"),
    ("blutig(?:e[nmrs]?)?", "fleckig", "abgenutzt"),
    ("blut", "dunkelrote Flecken", "Flecken"),
    ("leichen?", "reglose Gestalt", "Gestalt"),
    ("ermordet", "leblos aufgefunden", "gefunden"),
    ("mörder(?:in)?", "Täter", "Fremder"),
    ("mord", "Verbrechen", "Vorfall"),
    ("tötet", "überwältigt", "besiegt"),
    ("getötet", "überwältigt", "besiegt"),
    ("erschossen", "überwältigt", "besiegt"),
    ("erschießt", "bedroht", "stellt"),
    ("ersticht", "bedroht", "stellt"),
    ("gefoltert", "gefangen", "festgehalten"),
    ("wunden?", "Schramme", "Spur"),
    ("sterbend(?:e[nmrs]?)?", "erschöpft", "ruhend"),
    ("selbstmord", "Verzweiflung", "Trauer"),
    ("pistolen?", "Requisite", "Gegenstand"),
    ("gewehre?", "Requisite", "Gegenstand"),
    ("waffen?", "Requisite", "Gegenstand"),
    ("bomben?", "Apparat", "Gegenstand"),
    ("nackt(?:e[nmrs]?)?", "in einem schlichten Gewand", "bekleidet"),
    ("erotisch(?:e[nmrs]?)?", "romantisch", "zärtlich"),
    ("drogen", "kleines Päckchen", "Päckchen"),
)
"""A word as a pattern, and what stands for it at the first and at the second level."""

_SUITED = {"en": "Suitable for all audiences.", "de": "Für jedes Publikum geeignet."}
_WORDS = [re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for pattern, _, _ in TABLE]
_GERMAN = re.compile(r"\b(?:und|der|die|das|den|dem|ein|eine|einem|einen|ist|mit)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(?:and|the|a|an|is|with|of|in|on)\b", re.IGNORECASE)


def softened(text: str, level: int) -> str:
    """The text with softer words. `level` is 1 or 2: at the second they are softer still, and a sentence says whom the
    picture is for."""
    made = text
    for pattern, (_, first, second) in zip(_WORDS, TABLE, strict=True):
        instead = first if level < LEVELS else second
        made = pattern.sub(lambda found, instead=instead: _as(found[0], instead), made)  # type: ignore[misc]
    if made != text:
        made = re.sub(r" {2,}", " ", made)
        made = re.sub(r" +([,.;:!?])", r"\1", made).strip()
    if level >= LEVELS:
        language = "de" if len(_GERMAN.findall(text)) > len(_ENGLISH.findall(text)) else "en"
        made = f"{made.rstrip()} {_SUITED[language]}"
    return made


def _as(word: str, instead: str) -> str:
    return instead[:1].upper() + instead[1:] if word[:1].isupper() else instead

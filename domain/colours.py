"""Plain colour words in a text, English and German: what somebody wears, and things that are told to have a colour."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_HUES: dict[str, str] = {
    "red": r"red|scarlet|crimson|rot", "blue": r"blue|blau", "green": r"green|grün", "yellow": r"yellow|gelb",
    "orange": r"orange", "purple": r"purple|violet|lilac|lila|violett", "pink": r"pink|rosa", "brown": r"brown|braun",
    "black": r"black|schwarz", "white": r"white|weiß|weiss", "grey": r"gr[ea]y|grau", "silver": r"silver|silbern",
    "gold": r"gold(?:en)?", "beige": r"beige", "turquoise": r"turquoise|teal|türkis", "navy": r"navy(?: blue)?",
    "blond": r"blonde?",
}  # fmt: skip
_APART = (
    "and|or|with|in|on|over|under|of|behind|near|at|to|from|into|by|light|und|oder|mit|im|am|auf|über|unter|vor|hinter|neben"
    "|von|vom|der|die|das|licht"
)
"""Words beyond which a colour is no longer that of what follows."""

_DARK, _LIGHT = r"dark|deep|dunkel", r"light|pale|bright|hell"

PARTS: dict[str, str] = {
    "coat": r"(?:over|rain|trench)?coat|jacket|dress|gown|cloak|cape|shirt|blouse|sweater|jumper|pullover|cardigan|robe"
            r"|tunic|suit|uniform|hoodie|vest|poncho|apron|(?:regen|winter|woll|leder)?mantel|(?:regen|leder)?jacke"
            r"|(?:sommer|abend)?kleid|umhang|hemd|bluse|pulli|strickjacke|gewand|anzug|weste|schürze|kittel|kutte",
    "legs": r"trousers|pants|jeans|shorts|leggings|overalls|hosen?|latzhose",
    "scarf": r"scar(?:f|ves)|shawl|tie|bandana|ribbon|schal|halstuch|kopftuch|krawatte|tuch|schleife",
    "hat": r"hat|cap|beanie|bonnet|(?:stroh)?hut|mütze|kappe|haube",
    "hair": r"(?<=blonde )(?:woman|girl|frau)|(?<=blond )(?:man|boy)|(?<=blonde[nrs] )(?:mann|junge|mädchen|kind)"
            r"|hair(?:ed)?|beard|curls|braids?|haare?n?|bart|locken|zöpfen?|zopf",
}  # fmt: skip
"""What a person shows of colour, with the words for it."""

THINGS: dict[str, str] = {
    "boat": r"(?:sail|row)?boat|ship|(?:segel|ruder|fischer)?boot|schiff", "car": r"car|taxi|auto|wagen",
    "house": r"house|cottage|cabin|haus|häuschen|hütte", "umbrella": r"umbrella|(?:regen)?schirm",
    "door": r"door|tür", "bicycle": r"bicycle|bike|fahrrad", "train": r"train|zug", "book": r"book|diary|buch|tagebuch",
    "lantern": r"lantern|laterne", "cup": r"cup|mug|tasse|becher", "basket": r"basket|korb", "table": r"table|tisch",
    "lighthouse": r"lighthouse|leuchtturm", "gate": r"gate|fence|tor|zaun", "key": r"key|schlüssel",
}  # fmt: skip
"""Things that can be drawn in a colour, with the words for them."""


def _any(table: dict[str, str]) -> str:
    return "|".join(f"(?P<{name}>{words})" for name, words in table.items())


_HUE = re.compile("|".join(_HUES.values()), re.IGNORECASE)
# "a long dark red woollen coat", "seinem dunkelroten Mantel", "red-haired"
_COLOURED = re.compile(
    rf"\b(?P<shade>{_DARK}|{_LIGHT})?[ -]?(?P<hue>{'|'.join(_HUES.values())})(?:e[rnsm]?)?\b[ -]"
    rf"(?:(?!(?:{_APART})\b)[\w-]+[ ]){{0,2}}?"
    rf"(?:{_any(PARTS | THINGS)})s?\b",
    re.IGNORECASE,
)


class Coloured(NamedTuple):
    """One colour in a text: where it stands, what has it (a key of PARTS or THINGS), and the colour ("dark red")."""

    start: int
    what: str
    colour: str


def coloured(text: str) -> list[Coloured]:
    """What the text gives a colour, in its order."""
    found: list[Coloured] = []
    if _HUE.search(text) is None:  # hardly a text has one, and this is quick
        return found
    for match in _COLOURED.finditer(text):
        what = next(name for name in (*PARTS, *THINGS) if match[name])
        hue = next(name for name, words in _HUES.items() if re.fullmatch(words, match["hue"], re.IGNORECASE))
        shade = match["shade"] or ""
        mark = "dark " if re.fullmatch(_DARK, shade, re.IGNORECASE) else "light " if shade else ""
        found.append(Coloured(match.start(), what, f"{mark}{hue}"))
    return found


def worn(texts: Iterable[str]) -> dict[str, str]:
    """The colours of what somebody wears, by part; of several texts the first that says it counts."""
    found: dict[str, str] = {}
    for text in texts:
        for one in coloured(text):
            if one.what in PARTS:
                found.setdefault(one.what, one.colour)
    return found


def told_of(text: str, people: Iterable[tuple[int, str]], alone: str = "") -> dict[str, dict[str, str]]:
    """What a shot's words say of who wears what, by person. `people` are where somebody is named, and who; a colour is
    of whoever was named last before it in the text, or the only one there, or nobody known ("")."""
    named = sorted(people)
    found: dict[str, dict[str, str]] = {}
    for one in coloured(text):
        if one.what not in PARTS:
            continue
        before = [who for start, who in named if start <= one.start]
        # "the woman in the red coat, Mara": the only one named is meant, wherever her name stands
        only = {who for _, who in named} if not before else set()
        who = before[-1] if before else alone or (only.pop() if len(only) == 1 else "")
        found.setdefault(who, {}).setdefault(one.what, one.colour)
    return found

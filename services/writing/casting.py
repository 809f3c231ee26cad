"""Who, where and with what: finds characters, locations and objects in the words of a story."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.draft import Language
from domain.names import free_name, slug
from domain.storyboard import CAST, CastKind, Entity, Storyboard
from services.writing.languages import lexicon_of
from services.writing.lexicon import Lexicon, alternatives, words_of

_MOST = 40
"""Most of a kind that are found by themselves: more are noise."""

_LOOKED_AT = 400_000
_AT = re.compile(r"(?<![\w@])@([^\W\d_][\w-]{0,60})")
_CUE = re.compile(r"^\s*([^\W\d_][^\W_]*(?: [^\W\d_][^\W_]*){0,2}):\s+\S")
_NAME = re.compile(
    r"(?<![\w'\u2019@-])([A-Z\u00c0-\u00de][a-z\u00df-\u00ff]{1,20}(?:\s[A-Z\u00c0-\u00de][a-z\u00df-\u00ff]{1,20})?)(?![\w-])"
)
_SPOKEN = re.compile('["\u201c\u201e\u00ab\u300c]([^"\u201d\u201c\u00bb\u300d]{2,600})["\u201d\u201c\u00bb\u300d]')
_NO_NAMES = words_of(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december christmas easter english french german spanish god shot scene close wide "
    "medium cut fade int ext camera film video idea title style"
)

_NATURE = words_of(
    "rain snow wind fog mist storm thunder lightning sun moon stars night dawn dusk morning evening sunlight "
    "moonlight smoke fire water waves dust leaves shadows regen schnee wind nebel sturm donner blitz sonne mond sterne "
    "nacht morgen abend rauch feuer wasser wellen staub pluie neige vent brouillard orage soleil lune nuit aube fumée "
    "feu lluvia nieve viento niebla tormenta sol luna noche amanecer humo fuego"
)
"""What does things at the beginning of sentences ("Rain beats on the window") and is nobody."""


@dataclass
class _Found:
    """One entity on its way: its words, and how it was first described."""

    name: str
    description: str = ""
    aliases: list[str] = field(default_factory=list)
    times: int = 1


def with_cast(board: Storyboard, texts: Sequence[str], language: Language) -> Storyboard:
    """The storyboard with whoever and whatever the texts name and it does not know yet."""
    lexicon, text = lexicon_of(language), "\n".join(texts)[:_LOOKED_AT]
    places = _nouns(text, lexicon.places, lexicon, before=lexicon.inside) if language else {}
    people = _nouns(text, lexicon.people, lexicon) if language else {}
    things = {w: f for w, f in _nouns(text, lexicon.things, lexicon).items() if f.times > 1} if language else {}
    for name, place in _names(text, texts, language, lexicon):
        (places if place else people).setdefault(name.casefold(), _Found(name))
    board = _added(_added(board, "characters", people), "locations", places)
    return _added(board, "objects", things)


def _added(board: Storyboard, kind: CastKind, found: dict[str, _Found]) -> Storyboard:
    ids = {e.id for e in board.entities(kind)}
    for entry in sorted(found.values(), key=lambda f: -f.times)[:_MOST]:
        words = (entry.name, *entry.aliases)
        if any(board.mentions.find(word) for word in words):
            continue
        given = free_name(slug(entry.name, kind.removesuffix("s")), ids)
        ids.add(given)
        board = board.with_entity(
            kind, Entity(id=given, name=entry.name, description=entry.description, aliases=tuple(entry.aliases))
        )
    return board


def _nouns(text: str, words: str, lexicon: Lexicon, before: str = "") -> dict[str, _Found]:
    """Nouns behind an article (and behind one of `before`), by the noun, as first described."""
    lead = rf"\b(?:{alternatives(before)})\s+(?:(?:{alternatives(lexicon.articles)})\s+)?" if before else (
        rf"\b(?P<article>{alternatives(lexicon.articles)})\s+"
    )  # fmt: skip
    pattern = re.compile(
        rf"{lead}(?P<kind>(?:(?!(?:{alternatives(lexicon.common)})\b)[^\W\d_]+[ -]){{0,2}}?)"
        rf"(?P<noun>{alternatives(words)})\b(?P<of>(?:\s+(?:d'|de\s+|du\s+|del\s+)[^\W\d_]+)?)",
        re.IGNORECASE,
    )
    found: dict[str, _Found] = {}
    for match in pattern.finditer(text):
        noun = match["noun"].casefold()
        if noun in found:
            found[noun].times += 1
            continue
        kind = " ".join(match["kind"].split())
        name = f"{kind} {match['noun']}".strip() + match["of"]
        found[noun] = _Found(name, aliases=[match["noun"]] if name.casefold() != noun else [])
        if name.casefold() != noun and not before:
            found[noun].description = f"{match['article']} {name}".strip()
    return found


def _names(text: str, texts: Sequence[str], language: Language, lexicon: Lexicon) -> list[tuple[str, bool]]:
    """Proper names, and whether each is a place."""
    marked = Counter(m[1] for m in _AT.finditer(text))
    for piece in texts:
        cue = _CUE.match(piece[:200])
        if cue and cue[1].casefold() not in _NO_NAMES and not _is_noun(cue[1], lexicon):
            marked[cue[1].title() if cue[1].isupper() else cue[1]] += 1
    inside = re.compile(rf"\b(?:{alternatives(lexicon.inside)})\s+$", re.IGNORECASE)
    certain: Counter[str] = Counter()
    possible: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    for match in _NAME.finditer(text):
        name = match[1]
        if any(w.casefold() in lexicon.common_words | _NO_NAMES for w in name.split()) or _is_noun(name, lexicon):
            continue
        head = text[max(0, match.start() - 24) : match.start()]
        first = not head.strip() or head.rstrip()[-1] in '.!?\u2026:\n"\u201c\u201e\u00ab(' or head.endswith("\n")
        if language == "de" and not _german_name(text, match, head, first, lexicon):
            continue
        (possible if first else certain)[name] += 1
        if inside.search(head):
            placed[name] += 1
    found = Counter({n: c + possible[n] for n, c in certain.items()})
    found += Counter({n: c for n, c in possible.items() if _may_be(n, c, certain, text, language)})
    names = list(dict.fromkeys([*marked, *(n for n, _ in found.most_common(_MOST))]))
    return [(n, placed[n] * 2 > found[n]) for n in names if not any(n != o and n in o.split() for o in names)]


def _may_be(name: str, times: int, certain: Counter[str], text: str, language: Language) -> bool:
    """Whether a word that only begins sentences is a name."""
    if name in certain or name.casefold() in _NATURE:
        return False
    return times > 1 or _acts(text, name, language)


def _is_noun(name: str, lexicon: Lexicon) -> bool:
    nouns = frozenset(f"{lexicon.people} {lexicon.places} {lexicon.things}".split())
    return name.casefold() in nouns


def _german_name(text: str, match: re.Match[str], head: str, first: bool, lexicon: Lexicon) -> bool:
    """Every German noun has a capital: a name has no article or adjective before it, and a verb behind."""
    word = re.search(r"([^\W\d_]+)\s+$", head)
    if (
        word
        and not first
        and word[1].casefold() not in ("und", "mit", "von", "dass", "als", "wie", "für", "wo", "sieht")
    ):
        return False
    return bool(re.match(r"\s+[a-zäöü]+(?:t|te|ß|ht|ng)\b", text[match.end() : match.end() + 30]))


def _acts(text: str, name: str, language: Language) -> bool:
    """Whether the name at the start of a sentence is followed by a verb, or by what it is: "Mara, a girl"."""
    endings = {"en": r"(?:s|ed)", "de": r"(?:t|te)", "fr": r"(?:e|t|nd)", "es": r"(?:a|e|ó)"}
    if language not in endings:
        return False
    articles = alternatives(lexicon_of(language).articles)
    if re.search(rf"\b{re.escape(name)},\s+(?:{articles})\b", text):
        return True
    return re.search(rf"\b{re.escape(name)}\s+[a-zà-ÿ]{{2,}}{endings[language]}\b", text) is not None


def assigned(
    board: Storyboard, text: str, language: Language, before: Sequence[str]
) -> dict[CastKind, tuple[str, ...]]:
    """Ids of those whom a text names; a text that only says "she" or "he" is about those named `before`."""
    found: dict[CastKind, list[str]] = {kind: [] for kind in CAST}
    for mention in board.mentions.find(text):
        for kind in CAST:
            if mention.kind == kind and mention.id not in found[kind]:
                found[kind].append(mention.id)
    if not found["characters"] and before and _PRONOUNS[language].search(text):
        found["characters"] = list(before)
    return {kind: tuple(ids) for kind, ids in found.items()}


_PRONOUNS: dict[Language, re.Pattern[str]] = {
    "": re.compile(r"(?!)"),
    "en": re.compile(r"\b(?:he|she|they|him|her|his|their)\b", re.I),
    "de": re.compile(r"\b(?:er|sie|ihn|ihm|ihr|sein|seine[rnm]?|ihre[rnm]?)\b", re.I),
    "fr": re.compile(r"\b(?:il|elle|ils|elles|lui|son|sa|ses)\b", re.I),
    "es": re.compile(r"\b(?:él|ella|ellos|ellas|su|sus)\b", re.I),
}


def dialogue_in(text: str, board: Storyboard) -> str:
    """What is spoken in a text, one line for each speech, behind the speaker's name where it is known."""
    cue = _CUE.match(text[:200])
    names = {e.id: e.name or e.id for e in board.characters}
    if cue and any(m.kind == "characters" for m in board.mentions.find(cue[1])):
        return text.strip()
    lines = []
    for match in _SPOKEN.finditer(text[:20_000]):
        around = text[: match.start()] + " " + text[match.end() :]
        who = next((names[m.id] for m in board.mentions.find(around) if m.kind == "characters"), "")
        said = " ".join(match[1].split())
        lines.append(f"{who}: {said}" if who else said)
    return "\n".join(lines)[:20_000]

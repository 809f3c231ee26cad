"""Reading a scene out of a shot's words: where it is, what is in it, who is there and what they do."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from infrastructure.animatic.spec import SceneSpec

_SETTINGS: tuple[tuple[str, str], ...] = (
    ("space", r"spaceship|outer space|galax|asteroid|space station|orbit of|planet|weltraum|weltall"),
    (
        "interior",
        r"workshop|\broom\b|kitchen|interior|indoors|inside|living room|bedroom|office|studio flat|"
        r"attic|cellar|"
        r"library|\bbar\b|caf[eé]|tavern|hall\b|corridor|hospital|classroom|zimmer|werkstatt|küche|stube",
    ),
    (
        "sea",
        r"harbou?r|\bsea\b|ocean|coast|beach|\bport\b|\bquay\b|\bpier\b|waves (?:break|crash|roll)|sailing|fishing|"
        r"lighthouse|gulls?|hafen|meer\b|strand",
    ),
    ("river", r"river|lake|\bstream\b|\bpond\b|canal|waterfall|fluss|bach\b"),
    ("town", r"old town|village|narrow|alley|cobble|medieval|market square|altstadt|dorf|gasse|lanterns"),
    ("city", r"\bcity\b|skyscraper|street|downtown|urban|subway|neon|rooftop|skyline|traffic|stadt|straße"),
    ("snow", r"\bsnow|blizzard|\bice\b|glacier|arctic|winter|schnee"),
    ("desert", r"desert|dune|\bsand\b|oasis|canyon|wüste"),
    ("mountain", r"mountain|\bpeak|summit|\balps?\b|cliff|valley|\brock\b|berg|gipfel"),
    ("forest", r"forest|woods?\b|jungle|trees\b|pines?\b|wald"),
    ("field", r"field|orchard|meadow|farm|grass|garden|turf|soil|hill|wiese|feld|garten|acker"),
    ("road", r"\broad\b|highway|\bpath\b|crossroads|railway|tracks\b|landstra"),
    ("sky", r"\bsky\b|clouds?\b|flying|airplane|balloon|himmel|wolken"),
)

_PROPS: tuple[tuple[str, str], ...] = (
    ("lighthouse", r"lighthouse|leuchtturm"),
    ("boat", r"boats?\b|\bships?\b|sail(?:ing|boat)?|fishing harbour|\bboot\b|schiff"),
    ("lantern", r"lanterns?|laterne"),
    ("candle", r"candles?|kerze"),
    ("clock", r"clocks?\b|clockmaker|pendulum|\buhr"),
    ("watch", r"pocket watch|wristwatch|\bgears?\b"),
    ("rope", r"\bropes?\b|\bseil\b"),
    ("spade", r"spade|shovel|\bdigs?\b|spaten"),
    ("basket", r"baskets?|\bkorb"),
    ("apple", r"apples?\b(?! tree| blossom)|äpfel|\bapfel\b"),
    ("can", r"watering can|water runs|gießkanne"),
    ("stake", r"\bstakes?\b"),
    ("blossom", r"blossom|\bflowers?\b|\brose\b|blüte|blume"),
    ("worm", r"earthworm|\bworm\b"),
    ("bigtree", r"grown (?:apple )?tree|apple tree|under the tree|\boak\b|old tree|crown of the tree|" r"the tree and"),
    ("sapling", r"sapling|seedling|setzling"),
    ("tree", r"\btrees?\b|baum"),
    ("house", r"\bhouses?\b|cottage|cabin|\bhütte|\bhaus\b"),
    ("car", r"\bcars?\b|\btaxi|\bauto\b"),
    ("train", r"\btrains?\b|\bzug\b"),
    ("gate", r"\bgates?\b|fence|\btor\b"),
    ("table", r"\btables?\b|\bdesk\b|workbench|tisch"),
    ("book", r"\bbooks?\b|diary|flyer|letter|\bbuch\b"),
    ("door", r"\bdoors?\b|\btür\b"),
    ("window", r"\bwindows?\b|fenster"),
    ("lamp", r"street ?lamps?|\blamps?\b|lampe"),
    ("fire", r"\bfires?\b|campfire|flames?\b|feuer"),
    ("birds", r"\bbirds?\b|\bgulls?\b|crows?\b|möwen|vögel"),
    ("key", r"\bkeys?\b|schlüssel"),
    ("cup", r"\bcups?\b|coffee|\btea\b|tasse"),
    ("dog", r"\bdogs?\b|\bhund\b"),
    ("bicycle", r"bicycle|\bbikes?\b|fahrrad"),
    ("moon", r"\bmoon|\bmond"),
    ("umbrella", r"umbrella|schirm"),
)

_PEOPLE: tuple[tuple[str, str], ...] = (
    (
        "elder",
        r"elder(?:ly)?|old (?:man|woman|lady)|grand(?:father|mother|ma|pa)|clockmaker\b(?!'s)|beard|"
        r"greis|alte[rn]? ",
    ),
    ("child", r"child(?:ren)?|\bboys?\b|\bgirls?\b|\bkids?\b|kinder\b|junge\b|mädchen"),
    ("woman", r"\bwom[ae]n\b|\blady\b|\bshe\b|\bher\b|mother|queen|frau|mutter"),
    (
        "man",
        r"\bm[ae]n\b|\bhe\b|\bhis\b|father|farmer|fisherman|sailor|soldier|captain|detective|"
        r"boy(?:friend)|\bmann\b|vater",
    ),
    (
        "person",
        r"person|people|figures?\b|someone|somebody|traveller|stranger|hero|crowd|worker|character|" r"protagonist",
    ),
)

_ACTIONS: tuple[tuple[str, str], ...] = (
    ("kneel", r"kneel|crouch|squat|kniet"),
    ("sit", r"\bsits?\b|sitting|seated|sitzt"),
    ("dig", r"\bdigs?\b|digging|gräbt"),
    ("wave", r"\bwaves? (?:at|to|his|her|$)|\bwaves\.|waving|winkt"),
    ("run", r"\bruns?\b(?! from)|running|chas|rennt"),
    ("carry", r"carr(?:y|ies|ying)|holds?\b|holding|trägt"),
    ("reach", r"picks?\b|reach|points?\b|shake hands|touch"),
    ("read", r"\breads?\b|reading|liest"),
    ("walk", r"walks?|walking|comes? back|crosses|wander|leaves\b(?! )|geht"),
    ("look", r"look(?:s|ing)? (?:up|around|out)|watch(?:es|ing)\b|schaut"),
)

_TIME_WORDS: tuple[tuple[str, str], ...] = (
    ("sunrise", r"sunrise|dawn|daybreak|sonnenaufgang"),
    ("sunset", r"sunset|dusk|last daylight|sonnenuntergang"),
    ("night", r"\bnight|midnight|moonlit|starry|nachts?\b"),
    ("morning", r"morning|morgen"),
    ("noon", r"\bnoon|midday|mittag"),
    ("afternoon", r"afternoon|evening|nachmittag|abend"),
    ("overcast", r"overcast|cloudy|grey sky|\brain|storm|fog|regen|nebel"),
)

_DETAIL_HAND = re.compile(r"\bhands?\b|finger|hände?\b|fist", re.IGNORECASE)
_DETAIL_EYE = re.compile(r"\beyes?\b|gaze|\bauge", re.IGNORECASE)


@dataclass(frozen=True)
class Person:
    """Somebody in the picture: their id ("" when only the words name them), kind, what they do, and the colours that
    are told of what they wear, by part."""

    ident: str
    kind: str
    action: str
    hat: bool = False
    dress: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Scene:
    """What the words say: setting, props (most important first), people, time and weather."""

    setting: str
    props: tuple[str, ...]
    people: tuple[Person, ...]
    time: str
    mist: float
    rain: bool
    snow: bool
    hands: bool
    eye: bool
    many: bool


def _hits(table: tuple[tuple[str, str], ...], text: str) -> list[str]:
    found = [(m.start(), key) for key, pattern in table if (m := re.search(pattern, text, re.IGNORECASE))]
    return [key for _, key in sorted(found)]


def _people(spec: SceneSpec, text: str, action: str) -> tuple[Person, ...]:
    kinds = _hits(_PEOPLE, text)
    if "elder" in kinds:  # "an old man" is one person: look for others without the words that name him
        kinds = ["elder", *_hits(_PEOPLE[1:], re.sub(f"{_PEOPLE[0][1]}|hi[ms]|he\\b", " ", text, flags=re.IGNORECASE))]
    hat = bool(re.search(r"\bhats?\b|\bcap\b|straw hat|strohhut", text, re.IGNORECASE))
    people = []
    for ident, name in spec.characters[:4]:
        named = _hits(_PEOPLE, f"{ident} {name}")
        kind = named[0] if named and named[0] != "person" else ""
        if not kind:
            kind = next((k for k in kinds if k != "elder" or len(spec.characters) == 1), "man")
        people.append(Person(ident, kind, action, hat and kind in ("elder", "man", "person")))
    if any(p.kind == "elder" for p in people):  # a hat in the words is then the old man's
        people = [p if p.kind == "elder" else Person(p.ident, p.kind, p.action) for p in people]
    if not people:
        several = re.search(r"children|people|crowd|\bmen\b|women|\bboth\b|\btwo\b|friends|kinder", text, re.IGNORECASE)
        for kind in [k for k in kinds if k != "person"][:2] or kinds[:1]:
            people.append(Person(kind, kind, action, hat))
        if several and people:
            first = people[0]
            people = [
                Person(f"{first.kind}{i}", first.kind, action, False) for i in range(3 if "child" in first.kind else 2)
            ]
    return tuple(_dressed(person, spec, first=not place) for place, person in enumerate(people))


def _dressed(person: Person, spec: SceneSpec, *, first: bool) -> Person:
    """With the colours that are told of them; those of nobody known are the first one's."""
    dress = tuple((part, colour) for who, part, colour in spec.dress if who == person.ident or (first and not who))
    return replace(person, dress=dress, hat=person.hat or any(part == "hat" for part, _ in dress))


def read_scene(spec: SceneSpec) -> Scene:
    """The scene a panel's words describe. Words of the prompt count before those of title and location."""
    names = " ".join(name for _, name in spec.objects)
    text = f"{spec.prompt} . {spec.title}"
    settings = _hits(_SETTINGS, spec.location) or []
    ranked = [key for key, pattern in _SETTINGS if re.search(pattern, text, re.IGNORECASE)]
    setting = (settings or ranked or ["plain"])[0]
    small = {"watch", "clock", "candle", "book", "cup", "key", "table"}
    if setting == "plain" and small & set(_hits(_PROPS, text)):
        setting = "interior"
    if setting == "field" and ranked and ranked[0] == "interior":
        setting = "interior"
    props = _hits(_PROPS, text)
    props += [p for p in _hits(_PROPS, names) if p not in props and (p != "tree" or "bigtree" not in props)]
    if "bigtree" in props:
        props = [p for p in props if p not in ("tree", "sapling")]
    elif "sapling" in props:
        props = [p for p in props if p != "tree"]
    actions = _hits(_ACTIONS, text)
    low = text.lower()
    fog = bool(re.search(r"\bfog|\bmist|haze|smoke|nebel|dunst", low))
    return Scene(
        setting=setting,
        props=tuple(props),
        people=_people(spec, text, actions[0] if actions else "stand"),
        time=next(iter(_hits(_TIME_WORDS, text)), ""),
        mist=0.42 if fog else 0.0,
        rain=bool(re.search(r"\brain|storm|downpour|regen", low)),
        snow=bool(re.search(r"snowing|snowfall|snowflakes|blizzard|schneit", low)) or setting == "snow",
        hands=bool(_DETAIL_HAND.search(text)),
        eye=bool(_DETAIL_EYE.search(text)),
        many=bool(re.search(r"hundreds|many|countless|dozens|every|all over|viele", low)),
    )

"""What the planner says beside its plan, in the languages it writes."""

from __future__ import annotations

from domain.draft import Language
from domain.importing import ImportNote

_NOTES: dict[str, dict[str, str]] = {
    "list": {
        "en": "The list has {found} shots, and stays as it is.",
        "de": "Die Liste hat {found} Einstellungen und bleibt, wie sie ist.",
    },
    "count": {
        "en": "The model wrote {found} shots where {asked} were asked for.",
        "de": "Das Modell hat {found} Einstellungen geschrieben; verlangt waren {asked}.",
    },
    "stretched": {
        "en": "Stated lengths were stretched to the running time of {found}.",
        "de": "Angegebene Längen wurden auf die Laufzeit von {found} gestreckt.",
    },
    "unanswered": {
        "en": "The model added nothing to {found} shots; the rules did.",
        "de": "Zu {found} Einstellungen hat das Modell nichts ergänzt; dort gelten die Regeln.",
    },
    "unknown": {
        "en": "The model named {found} shots that are not there.",
        "de": "Das Modell hat {found} Einstellungen genannt, die es nicht gibt.",
    },
}
_WHERE = {"en": "storyboard", "de": "Storyboard"}
_FIELDS = {"de": {"shots": "Einstellungen", "duration": "Länge"}}


def planner_note(field: str, name: str, language: Language, **values: object) -> ImportNote:
    """A note about a field of the storyboard; English where a language has no words for it."""
    words = _NOTES[name]
    where = _WHERE.get(language, _WHERE["en"])
    return ImportNote(
        where=f"{where} · {_FIELDS.get(language, {}).get(field, field)}",
        what=words.get(language, words["en"]).format(**values),
    )

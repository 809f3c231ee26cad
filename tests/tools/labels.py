"""The labels that come with data and are shown in the window through `named`, from the data itself."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from addons import flows, sent
from addons.film import inspector, making
from addons.film import sound as film_sound
from addons.film.reading import SIDES
from addons.project import flow_picker
from addons.project import model as project
from addons.registry import BUILTIN
from addons.storyboard import cast, status, writing
from addons.storyboard import model as storyboard
from addons.video import model as video
from config import settings
from domain import profiles, vocabulary
from domain.advice import RULES
from domain.delivery import SHIPPED
from domain.interchange.edits import FORMATS as CUT_FORMATS
from domain.prompting.wordings import SOURCES
from domain.quality.checks import CHECKS
from domain.request import FIELD_WORDS, PICTURE_WORDS
from services.exporting import FORMATS

IMPORTS = ("segment list", "table", "text", "images", "screenplay")
"""Kinds of storyboards that are imported, as notes name them."""

ROOT = Path(__file__).resolve().parents[2]


def labels() -> set[str]:
    """Every label that the catalogue has a word for."""
    return {label for label in _labels() if any(c.isalpha() for c in label)}


def _labels() -> Iterator[str]:
    for module in BUILTIN:
        yield importlib.import_module(module).ADDON.title
    yield from _settings()
    yield from _vocabulary()
    yield from _tables()
    yield from _workflows()
    for delivery in SHIPPED:
        yield from (delivery.title, delivery.about)
    for table in (profiles.PICTURE_PROFILES, profiles.PROFILES):
        yield from (profile.title for profile in table.values())
    yield from (profiles.animatic_profile(Fraction(24)).title, profiles.pass_through_profile(Fraction(24)).title)
    yield from RULES.values()
    yield from (*SOURCES, "written by hand", "cast", "film", "model")
    yield from (form.title for form in FORMATS)
    yield from (form.title for form in CUT_FORMATS)
    yield from IMPORTS
    for file in (ROOT / "infrastructure" / "quality" / "gates").glob("*.toml"):
        yield tomllib.loads(file.read_text("utf-8"))["title"]
    yield from (check.title for check in CHECKS.values())


def _settings() -> Iterator[str]:
    for field in settings.describe():
        yield from (field.title, field.help, field.section_title)
        if field.key != "general.language":
            yield from (choice.replace("_", " ").capitalize() for choice in field.choices)
    yield from ("Auto", "Animatic (built in)", "OpenAI images", "Stability images")


def _vocabulary() -> Iterator[str]:
    yield from vocabulary.CAMERA_LABELS.values()
    yield from vocabulary.SIZE_LABELS.values()
    for keys in vocabulary.PRESET_CHOICES.values():
        yield from ("3D render" if key == "3d_render" else key.replace("_", " ").capitalize() for key in keys)


def _tables() -> Iterator[str]:
    for table in (
        inspector.TRANSITION_WORDS, inspector.DIRECTION_WORDS, inspector.STYLE_WORDS, inspector.MATCH_WORDS,
        inspector.RETIME_WORDS, inspector.PASS_WORDS, inspector.FIT_WORDS, making.QUALITY_WORDS,
        SIDES, video.MODES, film_sound.TRACK_WORDS, film_sound.LOUDNESS_WORDS, film_sound.SUBTITLE_WORDS,
        flows.KINDS, flows.ORIGINS, flows.SLOTS, status.KINDS, storyboard.PRESET_LABELS, cast.TITLES, sent.LABELS,
        writing.FIELDS, FIELD_WORDS, PICTURE_WORDS,
    ):  # fmt: skip
        yield from table.values()
    yield from (words for words, _ in film_sound.STATES.values())
    yield from (words for words, _ in flows.STATES.values())
    for pair in project.MODES.values():
        yield from pair
    yield from project.MODES
    yield from (words for _, words in (*writing.LANGUAGES, *writing.OUTPUTS))
    yield flow_picker.OWN
    yield "free"
    yield from ("size", "reference pictures", "inputs", "the frame it continues from")
    yield from (key.replace("_", " ") for key in sent.LABELS)


def _workflows() -> Iterator[str]:
    for file in sorted((ROOT / "workflows").glob("*.toml")):
        manifest = tomllib.loads(file.read_text("utf-8"))
        yield from (manifest["title"], manifest.get("description", ""))
        for kind in ("quality", "switch"):
            for entry in manifest.get(kind, {}).values():
                yield from (entry.get("title", ""), entry.get("help", ""))

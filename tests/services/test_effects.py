"""Every field of a storyboard has an effect: on what is sent, on the film's length, or on the exported storyboard.

The fields are taken from the models, so that a new one fails here until it is said where it acts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest

from domain.backend import BackendSpec
from domain.base import Value
from domain.plan import time_shot
from domain.profile import ModelProfile
from domain.profiles import profile_for
from domain.project import Picked, Project
from domain.storyboard import Entity, EntityState, Shot, Storyboard
from services.importing import export_gcv
from services.options import Options
from services.requests import Words, image_request, video_request
from tests.fakes.backend import ALL_FIELDS, fake_spec

FILM = Project(id="p", name="P", width=640, height=384)
SHEET = Picked(path="refs/a.png", sha256="a" * 64)
OTHER = Picked(path="refs/b.png", sha256="b" * 64)
READS = ALL_FIELDS | {"motion_strength", "look", "dialogue", "sound", "lora", "carry", "mask"}
SPECS: Mapping[str, tuple[BackendSpec, str]] = {
    "picture": (
        fake_spec(reads_text=True, fields=READS, workflow="sdxl", profiles=("image-8",), references=3), "image-8"
    ),
    "clip": (fake_spec(reads_text=True, fields=READS, workflow="hunyuan-1.5-i2v", profiles=("hunyuan-1.5",)), "hunyuan-1.5"),
    "spoken clip": (fake_spec(reads_text=True, fields=READS, workflow="ltx-2.5-i2v", profiles=("ltx-2.5",)), "ltx-2.5"),
}  # fmt: skip

BOARD = Storyboard(
    title="Film",
    style="ink on paper",
    characters=(
        Entity(
            id="ann", name="Ann", description="a tall woman", seed=1000, references=(SHEET,), lora="ann.safetensors",
            states=(EntityState(id="wet", name="Ann", first="002", description="a soaked woman"),),
        ),
    ),
    objects=(Entity(id="cup", name="Cup", description="a red cup"),),
    locations=(Entity(id="sea", name="Sea", description="a grey sea"),),
    looks=(Entity(id="dream", name="Dream", description="soft edges"),),
    shots=(Shot(id="001", prompt="A house.", carry=0.5), Shot(id="002", prompt="@ann speaks.", dialogue="ANN: Yes.")),
)  # fmt: skip

EDITS: dict[str, tuple[Any, frozenset[str]]] = {
    name: (value, frozenset(where.split(", ")))
    for name, (value, where) in {
        "title": ("Another", "export"),
        "prompt": ("A ship.", "picture, clip, spoken clip, export"),
        "description": ("ask Mara", "export"),
        "negative": ("birds", "picture, clip, export"),
        "seconds": (Fraction(9, 2), "length, export"),
        "size": ("close_up", "picture, spoken clip, export"),
        "characters": (("ann",), "picture, clip, spoken clip, export"),
        "objects": (("cup",), "picture, export"),
        "location": ("sea", "picture, export"),
        "look": ("dream", "picture, clip, export"),
        "dialogue": ("ANN: Look!", "spoken clip, export"),
        "sound": ("rain", "spoken clip, export"),
        "presets.style": ("noir", "picture, clip, export"),
        "presets.lighting": ("neon", "picture, clip, spoken clip, export"),
        "presets.mood": ("a key from elsewhere", "picture, clip, export"),
        "presets.time_of_day": ("night", "picture, clip, spoken clip, export"),
        "presets.composition": ("low_angle", "picture, export"),
        "presets.color_grade": ("sepia", "picture, clip, export"),
        "presets.camera": ("pan_left", "clip, spoken clip, export"),
        "presets.motion": ("subtle", "clip, spoken clip, export"),
        "carry": (0.75, "picture, export"),
        "mask": (OTHER, "picture"),
        "overrides.image": ("as I say", "picture, export"),
        "overrides.video": ("as I say", "clip, spoken clip, export"),
        "overrides.negative": ("as I say", "picture, clip, export"),
        "image.seed": (5, "picture, export"),
        "image.steps": (5, "picture, export"),
        "image.cfg": (5.0, "picture, export"),
        "video.seed": (5, "clip, spoken clip, export"),
        "video.steps": (5, "clip, spoken clip, export"),
        "video.cfg": (5.0, "clip, spoken clip, export"),
        "video.motion_strength": (0.9, "clip, spoken clip, export"),
    }.items()
}
"""For every field of a shot another value, and where it is seen."""

SHOT_WITHOUT = {"id": "is not edited; it names the shot's folders", "extras": "is not shown"}

CAST_EDITS: dict[str, tuple[Any, frozenset[str]]] = {
    name: (value, frozenset(where.split(", ")))
    for name, (value, where) in {
        "name": ("Anna", "picture, clip, spoken clip"),
        "description": ("a short man", "picture"),
        "clothing": ("a coat", "picture"),
        "style": ("in pencil", "picture"),
        "negative": ("a beard", "picture, clip"),
        "voice": ("hoarse", "spoken clip"),
        "aliases": (("house",), "picture"),
        "seed": (7000, "picture, clip, spoken clip"),
        "seeds": ("fixed", "picture, clip, spoken clip"),
        "references": ((OTHER,), "picture"),
        "lora": ("other.safetensors", "picture"),
        "strength": (0.5, "picture"),
        "states": ((), "picture"),
    }.items()
}
STATE_EDITS: dict[str, tuple[Any, frozenset[str]]] = {
    name: (value, frozenset(where.split(", ")))
    for name, (value, where) in {
        "name": ("Anna", "picture, clip, spoken clip, export"),
        "first": ("003", "picture, export"),
        "last": ("001", "picture, export"),
        "description": ("a dry woman", "picture, export"),
        "clothing": ("a towel", "picture, export"),
        "negative": ("sun", "picture, clip, export"),
        "references": ((OTHER,), "picture"),
    }.items()
}
BOARD_EDITS: dict[str, tuple[Any, frozenset[str]]] = {
    name: (value, frozenset(where.split(", ")))
    for name, (value, where) in {
        "title": ("Another", "export"),
        "description": ("About a house", "export"),
        "style": ("oil on canvas", "picture, clip, export"),
        "never": ("text", "picture, clip, export"),
        "seed": (9000, "picture, clip, spoken clip, export"),
    }.items()
}


def seen(board: Storyboard, shot_id: str) -> dict[str, Any]:
    """What comes of a shot, by the place where it is seen."""
    shot = board.shot(shot_id)
    words = Words(project=FILM, board=board, shot=shot)
    found: dict[str, Any] = {"export": export_gcv(board), "length": board.frames(FILM.rate)}
    for name, (spec, profile_id) in SPECS.items():
        profile: ModelProfile = profile_for(profile_id, FILM.rate)
        if name == "picture":
            request = image_request(words, spec, profile, Options(), slot="start", before=OTHER)
        else:
            segment = time_shot(shot.id, Fraction(1), FILM.rate, profile, "chain").segments[0]
            request = video_request(words, spec, profile, Options(), segment, 24, start=SHEET, end=None)
        found[name] = request.to_json()
    return found


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name in before if before[name] != after[name])


def leaves(model: type[Value], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Value):
            yield from leaves(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def with_value(shot: Shot, path: str, value: Any) -> Shot:
    outer, dot, inner = path.partition(".")
    return shot.replace(**{outer: getattr(shot, outer).replace(**{inner: value}) if dot else value})


def test_every_field_is_spoken_for() -> None:
    assert set(leaves(Shot)) == set(EDITS) | set(SHOT_WITHOUT)
    assert set(Entity.model_fields) == set(CAST_EDITS) | {"id", "extras"}
    assert set(EntityState.model_fields) == set(STATE_EDITS) | {"id"}
    lists = {"shots", "characters", "objects", "locations", "looks"}
    assert set(Storyboard.model_fields) == set(BOARD_EDITS) | lists | {"extras"}


@pytest.mark.parametrize("field", EDITS)
def test_a_field_of_a_shot_is_seen_where_it_should(field: str) -> None:
    value, where = EDITS[field]
    edited = BOARD.with_shot(with_value(BOARD.shot("001"), field, value))
    assert differing(seen(BOARD, "001"), seen(edited, "001")) == where


@pytest.mark.parametrize("field", CAST_EDITS)
def test_a_field_of_the_cast_is_seen_where_it_should(field: str) -> None:
    value, where = CAST_EDITS[field]
    plain = BOARD.with_entity(
        "characters", BOARD.characters[0].replace(states=() if field != "states" else BOARD.characters[0].states)
    )
    edited = plain.with_entity("characters", plain.characters[0].replace(**{field: value}))
    shot = "001" if field == "aliases" else "002"
    changed = differing(seen(plain, shot), seen(edited, shot))
    assert changed - {"export"} >= where
    assert ("export" in changed) == (field != "references"), "pictures stay with the project"
    if field != "aliases":
        assert not differing(seen(plain, "001"), seen(edited, "001")) - {"export"}, "shots without them stay"


@pytest.mark.parametrize("field", STATE_EDITS)
def test_a_field_of_a_state_is_seen_where_it_should(field: str) -> None:
    value, where = STATE_EDITS[field]
    ann = BOARD.characters[0]
    edited = BOARD.with_entity("characters", ann.replace(states=(ann.states[0].replace(**{field: value}),)))
    assert differing(seen(BOARD, "002"), seen(edited, "002")) == where


@pytest.mark.parametrize("field", BOARD_EDITS)
def test_a_field_of_the_storyboard_is_seen_where_it_should(field: str) -> None:
    value, where = BOARD_EDITS[field]
    assert differing(seen(BOARD, "001"), seen(BOARD.replace(**{field: value}), "001")) == where


def test_colours_that_words_tell_reach_an_engine_that_knows_the_fields_in_every_shot() -> None:
    spec = fake_spec(fields=ALL_FIELDS)
    shots = (
        Shot(id="001", prompt="Mara in a red coat walks to a blue boat", characters=("mara",)),
        Shot(id="002", prompt="She sits", characters=("mara",)),
        Shot(id="003", prompt="Mara, now in a green coat, runs", characters=("mara",)),
        Shot(id="004", prompt="The sea"),
        Shot(id="005", prompt="A man in a yellow raincoat"),
    )
    board = Storyboard(shots=shots, characters=(Entity(id="mara", name="Mara", clothing="a blue coat, a white scarf"),))
    told = Storyboard(shots=shots, characters=(Entity(id="mara", name="Mara"),))

    def colours(board: Storyboard, shot: Shot) -> list[Any]:
        words = Words(project=FILM, board=board, shot=shot)
        params = image_request(words, spec, profile_for("animatic", FILM.rate), Options(), slot="start").params
        return [params.get("characters_colours"), params.get("objects_colours")]

    assert [colours(told, shot) for shot in shots] == [
        [{"mara": {"coat": "red"}}, {"boat": "blue"}], [{"mara": {"coat": "red"}}, None],
        [{"mara": {"coat": "green"}}, None], [None, None], [{"": {"coat": "yellow"}}, None],
    ]  # fmt: skip
    assert colours(board, shots[1])[0] == {"mara": {"coat": "blue", "scarf": "white"}}, "the cast's own words go before"

"""Panels: deterministic, made of what was asked for, with every field leaving its mark."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.vocabulary import PRESET_CHOICES, SIZE_LABELS
from infrastructure.animatic.lettering import font, width, wrap, writable
from infrastructure.animatic.overlay import Overlay, slate
from infrastructure.animatic.palette import accent, hue
from infrastructure.animatic.planes import Pixels
from infrastructure.animatic.poses import Pose
from infrastructure.animatic.sources import Drawing, DrawnSource
from infrastructure.animatic.spec import Burn, SceneSpec
from infrastructure.animatic.words import read_scene
from tests.infrastructure.animatic.studio import HEIGHT, WIDTH, apart, panel, pixels

WORDS = "An old man walks with a lantern over a field towards a house"


def art(**values: Any) -> Pixels:
    """The clean art of a small panel; drawn once, as several tests look at the same ones."""
    wide = values.pop("wide", 160)
    chosen: dict[str, Any] = {"prompt": WORDS, "size": "full", "seed": 4}
    return drawn(json.dumps(SceneSpec(**(chosen | values)).to_json()), wide)


@cache
def drawn(spec: str, wide: int) -> Pixels:
    drawing = Drawing(SceneSpec.from_json(json.loads(spec)), Pose(), Burn(on=False), False)
    picture = DrawnSource(drawing, wide, wide * 9 // 16, [Pose()]).shoot(Pose())
    picture.setflags(write=False)
    return picture


@pytest.fixture(scope="module")
def plain() -> Pixels:
    return art()


def test_a_panel_is_rgb_of_the_size_asked_for_and_carries_its_drawing(tmp_path: Path) -> None:
    path = panel(tmp_path, params={"title": "Morgen über Ärzten", "characters": [{"id": "elder", "name": "The elder"}]})
    with Image.open(path) as image:
        assert image.size == (WIDTH, HEIGHT) and image.mode == "RGB"
        note = json.loads(image.info["kinoloom"])
    assert note["kind"] == "panel" and note["pose"]["zoom"] == 1.0
    assert SceneSpec.from_json(note["spec"]).characters == (("elder", "The elder"),)


def test_the_same_request_gives_the_same_bytes_in_another_process(tmp_path: Path, checkout: Path) -> None:
    here = panel(tmp_path / "here").read_bytes()
    code = (
        "import sys; from pathlib import Path; from tests.infrastructure.animatic.studio import panel;"
        "panel(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True, cwd=checkout)
    assert (tmp_path / "there" / "image.png").read_bytes() == here


CHOICES = [
    (key, value) for key, values in PRESET_CHOICES.items() if key not in ("camera", "motion") for value in values
]


@pytest.mark.parametrize(("key", "value"), CHOICES)
def test_every_preset_is_seen(plain: Pixels, key: str, value: str) -> None:
    assert apart(art(presets={key: value}), plain) > 1.0


@pytest.mark.parametrize("key", [k for k in PRESET_CHOICES if k not in ("camera", "motion")])
def test_the_choices_of_a_preset_differ_among_each_other(key: str) -> None:
    pictures = [art(presets={key: value}) for value in PRESET_CHOICES[key]]
    for i, one in enumerate(pictures):
        for two in pictures[i + 1 :]:
            assert apart(one, two) > 0.8


def test_sizes_differ_and_unknown_keys_do_no_harm(plain: Pixels) -> None:
    pictures = [art(size=size) for size in SIZE_LABELS]
    assert all(apart(a, b) > 2 for i, a in enumerate(pictures) for b in pictures[i + 1 :])
    assert art(presets={"style": "macro_unknown_key", "mood": "", "lens": "x"}) is not None
    assert apart(art(presets={"style": "macro_unknown_key"}), plain) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "a ship on the sea at night"}, {"title": "Snow in the mountains", "prompt": ""}, {"seed": 5},
        {"characters": (("mara", "Mara"),)}, {"objects": (("basket", "basket"),)}, {"location": "old town"},
        {"look": "noir"}, {"phase": 1.0},
    ],
)  # fmt: skip
def test_every_field_reaches_the_picture(plain: Pixels, change: dict[str, Any]) -> None:
    assert apart(art(**change), plain if "prompt" not in change or change["prompt"] else art(prompt="")) > 0.03


@pytest.mark.parametrize(
    ("size", "share", "colour"), [("full", 0.004, "red"), ("medium", 0.03, "dark green"), ("close_up", 0.08, "blue")]
)
def test_a_coat_has_the_colour_that_is_told_in_every_size(size: str, share: float, colour: str) -> None:
    people: dict[str, Any] = {"prompt": "A woman stands", "characters": (("nora", "woman"),), "size": size}
    before, after = art(**people), art(**people, dress=(("nora", "coat", colour),))
    wanted = cv2.cvtColor(np.asarray([[hue(colour)]], dtype=np.uint8), cv2.COLOR_RGB2HSV)[0, 0]
    seen = cv2.cvtColor(after[..., :3].copy(), cv2.COLOR_BGR2HSV).astype(int)
    other = np.abs(after[..., :3].astype(int) - before[..., :3]).max(axis=2) > 24
    apart_by = np.abs((seen[..., 0] - int(wanted[0]) + 90) % 180 - 90)  # OpenCV's hues go round at 180
    assert other.mean() > share and (apart_by[other] < 12).mean() > 0.8


def test_colours_are_of_whom_and_what_they_are_told() -> None:
    people = {"prompt": "Two friends stand by a car", "characters": (("mara", "woman"), ("tom", "man"))}
    plain = art(**people)
    assert apart(art(**people, dress=(("nobody", "coat", "red"), ("mara", "coat", "sky"))), plain) == 0
    for who, part in (("mara", "coat"), ("tom", "legs"), ("tom", "hat"), ("mara", "scarf"), ("", "hair")):
        assert apart(art(**people, dress=((who, part, "orange"),)), plain) > 0.02, (who, part)
    assert apart(art(**people, dyes=(("car", "yellow"),)), plain) > 0.2
    assert apart(art(**people, dyes=(("boat", "yellow"),)), plain) == 0


@pytest.mark.parametrize("size", ["wide", "close_up", "extreme_close_up"])
@pytest.mark.parametrize("style", ["", "watercolor", "photorealistic"])
def test_the_art_is_the_same_at_every_scale(size: str, style: str) -> None:
    small, large = (art(size=size, presets={"style": style}, wide=w) for w in (320, 640))
    shrunk = cv2.resize(large, (320, 180), interpolation=cv2.INTER_AREA)
    assert apart(small, np.asarray(shrunk, dtype=np.uint8)) < 5


def test_noir_has_no_colour_and_night_is_darker() -> None:
    noir = art(presets={"style": "noir"})[..., :3].astype(int)
    assert int(np.ptp(noir, axis=2).max()) <= 2
    assert (
        art(presets={"time_of_day": "night"})[..., :3].mean()
        < 0.6 * art(presets={"time_of_day": "noon"})[..., :3].mean()
    )


@pytest.mark.parametrize("size", ["extreme_wide", "wide", "medium"])
@pytest.mark.parametrize("prompt", ["a lighthouse above the sea", "a city street", "a tree in a forest", "an office"])
def test_a_noir_night_keeps_its_greys(prompt: str, size: str) -> None:
    picture = art(prompt=prompt, size=size, presets={"style": "noir", "time_of_day": "night"})[..., :3]
    assert 28 < picture.mean() < 90
    assert (picture.max(axis=2) < 12).mean() < 0.45, "most of it is black"


def test_the_sea_is_not_brown_under_a_low_sun() -> None:
    blue, green, red = art(prompt="the sea", size="wide", presets={"time_of_day": "sunset"})[60:72, :40, :3].mean(
        (0, 1)
    )
    assert blue > 0.9 * red and green < 1.2 * blue


def test_a_character_keeps_their_colour() -> None:
    assert accent("elder") == accent("ELDER") != accent("protagonist")


def test_words_are_read() -> None:
    scene = read_scene(SceneSpec(prompt="children carrying paper lanterns through a narrow old town street at night"))
    assert scene.setting == "town" and "lantern" in scene.props and scene.time == "night"
    assert {p.kind for p in scene.people} == {"child"} and scene.people[0].action == "carry"
    assert read_scene(SceneSpec(prompt="a white lighthouse on a rock")).props == ("lighthouse",)
    assert read_scene(SceneSpec(prompt="")).setting == "plain"


@settings(max_examples=12)
@given(st.text(max_size=60), st.sampled_from(sorted(SIZE_LABELS)), st.integers(0, 2**64 - 1))
def test_any_words_give_a_picture(words: str, size: str, seed: int) -> None:
    picture = art(prompt=words, size=size, seed=seed)
    assert picture.shape == (90, 160, 4) and picture[..., :3].std() > 4


@pytest.mark.parametrize(("width", "height"), [(90, 160), (100, 100), (400, 100), (64, 64)])
def test_any_shape_of_frame_is_filled(width: int, height: int, tmp_path: Path) -> None:
    picture = pixels(panel(tmp_path, width=width, height=height, params={"burn_in": False}))
    assert picture.shape == (height, width, 3)
    assert not (picture.reshape(-1, 3).max(axis=1) == 0).mean() > 0.02


# -- the overlay -------------------------------------------------------------------------------------------------


def test_umlauts_are_written_and_what_the_font_lacks_is_spelled_out() -> None:
    assert writable("Über Gräben, süß") == "Über Gräben, süss"
    assert writable("a \u2013 b, Łódź \u2014 \u201eja!") == 'a - b, Lódź - "ja!'
    plain, marked = (Overlay(Burn(caption=w), 320, 180) for w in ("Uber", "Über"))
    frames = [np.full((180, 320, 4), 90, dtype=np.uint8) for _ in range(2)]
    plain.lay(frames[0])
    marked.lay(frames[1])
    rows = np.flatnonzero((frames[0] != frames[1]).any(axis=(1, 2)))
    assert 1 <= len(rows) <= 8, "the dots of the letter are not there"
    assert "\u4e2d" not in writable("a\u4e2db")


def test_the_tag_names_slate_and_size() -> None:
    assert slate(Burn("007A", "close_up")) == "SH 007A · CLOSE-UP"
    assert slate(Burn("", "wide")) == "WIDE" and slate(Burn()) == ""


def test_captions_take_two_lines_and_end_in_dots() -> None:
    rows = wrap("word " * 200, font(20), 300)
    assert len(rows) == 2 and rows[1].endswith("...") and all(width(r, font(20)) <= 300 for r in rows)
    assert wrap("x" * 300, font(20), 100)[0].endswith("-")


def test_the_overlay_can_be_left_out(tmp_path: Path) -> None:
    words = {"caption": "She waits.", "size": "wide"}
    with_it = pixels(panel(tmp_path / "a", params=words))
    without = pixels(panel(tmp_path / "b", params=words | {"burn_in": False}))
    assert apart(with_it[:30, :90], without[:30, :90]) > 5 and apart(with_it[-40:], without[-40:]) > 10
    assert apart(with_it[60:90], without[60:90]) == 0
    assert Overlay(Burn(on=False), 100, 60).empty

"""The report as a page: it needs nothing else, runs nothing, and shows what it was given as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from addons.reports import POLICY, SpokenPages, film_page
from addons.words import speaking
from domain.quality.acting import Attempt, Chain
from domain.quality.figures import Stream
from domain.quality.filmcheck import ClipRecord, FilmCheck, ShotRecord, counted
from domain.quality.values import Curve, Drift, DriftPoint, Finding, Likeness, QualityReport, Seam, Verdict
from infrastructure.media import MediaTools
from tests.infrastructure.media.synth import make_clip

EVIL = '"><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>'


ENGLISH = re.compile(
    r"\b(?:the|of|and|or|is|are|with|made|frames?|shot|again|because|picture|not|to|from|least|limit|fails|passes|"
    r"seeds|another|there|only|instead|takes|clips? checked|seconds|levels|share|found|kept|join|score|while|colours?)\b"
)


class Words(HTMLParser):
    """Every text that is read on a page, also on hover and by screen readers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag == "style"
        self.found += [value for name, value in attrs if name in ("alt", "title", "aria-label") and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def english_in(page: str) -> list[str]:
    """What a page says in English."""
    return [text for text in Words(page).found if ENGLISH.search(text)]


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def report(**fields: Any) -> QualityReport:
    stream = Stream(
        name=EVIL, size=1, container="mp4", codec="h264", pix_fmt="yuv420p", width=160, height=96, frames=48, rate=24,
        seconds=2,
    )  # fmt: skip
    found = Finding(
        check="black", severity="fail", first=10, last=12, shot=EVIL, value=1, limit=0, unit=EVIL, sentence=EVIL,
        cure=EVIL, action="retake",
    )  # fmt: skip
    seam = Seam(frame=24, score=0.4, picture=1, mean=0, middle=0, contrast=0, cb=0, cr=0, hue=0, sharpness=0, noise=0)
    return QualityReport(
        **{
            "file": EVIL, "gate": EVIL, "stream": stream, "findings": (found, found.replace(check="size", last=47, first=0)),
            "verdict": Verdict(passed=False, failures=1, warnings=0, sentence=EVIL), "cuts": (24,), "seams": (seam,),
            "curves": (Curve(name=EVIL, unit=EVIL, stride=1, values=(1.0, 2.0, 3.0)),),
            "likeness": (Likeness(subject=EVIL, kind="character", shot=EVIL, score=0.5, method=EVIL, confidence=0.3),),
        }
        | fields
    )  # fmt: skip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("page") / "film.mp4", 48)


@pytest.fixture
def hostile(clip: Path) -> Iterator[str]:
    tries = (Attempt(job="j", number=0, segment=0, take="a", seed=1, why=EVIL), Attempt(
        job="j", number=1, segment=0, take="b", seed=2, passed=True, stands=True, score=1,
    ))  # fmt: skip
    drift = Drift(first=0, last=23, points=(DriftPoint(frame=0), DriftPoint(frame=12, total=1.4)), reanchor=12)
    shot = ShotRecord(
        shot=EVIL, title=EVIL, first=0, frames=24, chain=Chain(takes=("b",), gate="web", drift=(drift,), done=EVIL),
        clips=(
            ClipRecord(segment=0, take="b", seed=2, backend=EVIL, workflow=EVIL, model=EVIL, instead=EVIL, card=EVIL, tries=tries),
        ),
    )  # fmt: skip
    shots = (shot, shot.replace(first=24))
    yield film_page(MediaTools(), clip, FilmCheck(report=report(), shots=shots, counts=counted(shots)), EVIL).decode()


def test_what_comes_from_elsewhere_is_text(hostile: str) -> None:
    tags = Tags(hostile).found
    assert not {"script", "iframe", "object", "link", "form", "a", "base"} & {tag for tag, _ in tags}
    for _, attributes in tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "srcset", "action"):
            assert (attributes.get(name) or "data:image/webp;base64,").startswith("data:image/webp;base64,")
    assert "<script" not in hostile and "evil.example" in hostile
    metas = [a.get("content") for tag, a in tags if tag == "meta" and a.get("http-equiv")]
    assert metas == [POLICY] and "script-src" not in POLICY and POLICY.startswith("default-src 'none'")


def test_it_shows_frames_tries_joins_and_curves(hostile: str) -> None:
    tags = Tags(hostile).found
    pictures = [a for tag, a in tags if tag == "img"]
    assert {a["alt"] for a in pictures} >= {
        "Frame 11",
        "Frame 1",
        "Frame 46",
    }  # of the finding, of the first shot's strip
    assert (
        len([1 for tag, _ in tags if tag == "polyline"]) == 5
    )  # the curve, and drift and likeness of the shot that is seen twice
    for words in (
        "00:00:00:10",
        "frames 10 to 12",
        "Try 2",
        "stands",
        "the whole file",
        "frame 24",
        "at most 1.40 of 1",
    ):
        assert words in hostile
    assert "1 clip checked, made in 2 tries: 1 retake, 2 kept, 0 unusable" in hostile


def test_any_file_has_a_page_without_shots_and_without_findings(clip: Path) -> None:
    plain = report(findings=(), curves=(), likeness=(), seams=(), verdict=Verdict(
        passed=True, failures=0, warnings=0, sentence="It passes."
    ))  # fmt: skip
    page = film_page(MediaTools(), clip, FilmCheck(report=plain), "film.mp4").decode()
    assert "Nothing was found." in page and "Part 2" in page and "Curves" not in page


def test_a_german_page_says_nothing_in_english(clip: Path) -> None:
    found = Finding(
        check="noise", severity="fail", first=0, last=19, shot="001", value=0.0363, limit=0.4, unit="share",
        sentence="There is only noise in frames 0 to 19.", cure="Make the shot again with another seed.",
    )  # fmt: skip
    whole = found.replace(
        check="size", severity="warn", last=47, value=360, limit=720, unit="px",
        sentence="It has 640 x 360 pixels; at least 1280 x 720 are asked for.", cure="Render larger, or upscale the film.",
    )  # fmt: skip
    note = found.replace(
        check="bands",
        severity="note",
        first=5,
        last=5,
        sentence="The join at frame 5 shows: the brightness steps.",
        cure="",
    )
    tries = tuple(
        Attempt(job="j", number=n, segment=0, take=take, seed=n, passed=good, stands=good, score=good, why=why)
        for n, (take, good, why) in enumerate((
            ("", False, "the clip is 320×192 instead of 640×384"),
            ("a", False, "The picture is black in frames 8 to 11, without a fade; There is only noise in frames 0 to 19"),
            ("b", True, ""),
        ))
    )  # fmt: skip
    clips = (
        ClipRecord(
            segment=0, take="b", seed=2, backend="animatic", width=160, height=96, frames=20, spent=1.25, tries=tries,
            card="GPU 16GB, 11.0 of 16.0 GiB, 71 °C", instead="Made at 80×48 instead of 160×96, because memory ran out.",
            enlarged="The film scaled it up from 80×48.",
        ),
        ClipRecord(segment=1, take="c", seed=2, backend="animatic"),
    )  # fmt: skip
    drift = Drift(first=0, last=47, points=(DriftPoint(frame=0), DriftPoint(frame=12, total=1.4)), reanchor=12)
    done = "Segment 2 begins with a fresh picture: the shot is made again from there, and its takes stay (Video takes it back)."
    shot = ShotRecord(
        shot="001",
        first=0,
        frames=48,
        clips=clips,
        chain=Chain(takes=("b", "c"), gate="web", drift=(drift,), done=done),
    )
    seam = report().seams[0].replace(repeated=True, dropped=True, reversed=True)
    told = report(
        file="f.mp4", gate="production", findings=(whole, found, note), seams=(seam,), made="2026-01-02T03:04:05Z",
        verdict=Verdict(passed=False, failures=1, warnings=1, sentence='It does not pass "Web": one thing fails, one warning.'),
        curves=tuple(Curve(name=name, unit="levels", stride=1, values=(1.0, 2.5)) for name in ("step", "mean", "contrast", "colourful", "sharpness", "noise", "alike")),
        likeness=tuple(Likeness(subject="Mara", kind=kind, shot="001", score=0.5, method="colours and directions of edges", confidence=0.3) for kind in ("character", "object", "location")),
    )  # fmt: skip
    full, plain = FilmCheck(report=told, shots=(shot,), counts=counted((shot,))), FilmCheck(report=told)
    for check in (full, plain):
        page = SpokenPages(MediaTools(), lambda: "de").page(clip, check, "Film").decode()
        assert '<html lang="de">' in page and "Qualitätsbericht" in page and "3,6 %, Grenze 40 %" in page
        assert english_in(page) == []
    assert english_in(SpokenPages(MediaTools(), lambda: "auto").page(clip, plain, "Film").decode())
    with speaking("de"):
        assert SpokenPages(MediaTools(), lambda: "auto").language() == "de"
        assert SpokenPages(MediaTools(), lambda: "en").language() == "en"

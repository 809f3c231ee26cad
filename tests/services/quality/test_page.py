"""The report as a page: it needs nothing else, runs nothing, and shows what it was given as text."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from domain.quality.acting import Attempt, Chain
from domain.quality.figures import Stream
from domain.quality.filmcheck import ClipRecord, FilmCheck, ShotRecord, counted
from domain.quality.values import Curve, Drift, DriftPoint, Finding, Likeness, QualityReport, Seam, Verdict
from infrastructure.media import MediaTools
from services.quality.page import POLICY, film_page
from tests.infrastructure.media.synth import make_clip

EVIL = '"><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>'


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
        len([1 for tag, _ in tags if tag == "polyline"]) == 3
    )  # the curve, and the drift of the shot that is seen twice
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

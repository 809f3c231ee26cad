"""The films there are: which one is shown, what is in its file, and its shot list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from addons.api import Action, PartData, Reply
from addons.film.making import film_job, is_fresh
from addons.film.reading import exact_seconds, films, older, shown_film
from addons.format import clock, film_url, rate_words, size_words
from addons.session import View
from addons.words import number, t
from domain.errors import NotFound
from domain.film import FilmReport
from domain.timing import timecode


def list_view(view: View) -> PartData:
    """Every film, newest first, and what is in the file of the one that is shown."""
    shown = shown_film(view)
    head: dict[str, Any] = {"shown": shown.name if shown else ""}
    if shown is not None:
        head["facts"] = facts(view, shown)
        # the next step, when the film is as it should be, is to take it along
        head["facts"]["primary"] = is_fresh(view) and film_job(view) is None
    items = [
        {
            "id": film.name, "made": film.made, "length": clock(film.frames, film.rate), "frames": film.frames,
            "format": f"{film.width}×{film.height}", "quality": film.quality, "size": size_words(film.info.size),
            "older": older(view, film),
        }
        for film in films(view)
    ]  # fmt: skip
    return PartData(head, items)


def facts(view: View, film: FilmReport) -> dict[str, Any]:
    """What was counted and probed in the file."""
    info = film.info
    path = Path(film.file) if film.file else view.open.files.film_path(film.name)
    return {
        "rows": [
            [t("Frames"), t("{frames} counted", frames=f"{info.frames:,}").replace(",", "\u202f")],
            [t("Length"), exact_seconds(info.frames, film.rate)],
            [t("Picture"), f"{info.width}×{info.height}, {rate_words(film.rate)}"],
            [t("Codec"), " ".join(x for x in (info.codec, info.pix_fmt, info.matrix) if x)],
            [
                t("Bit rate"),
                t("{value} Mbit/s", value=number(f"{info.bit_rate / 1e6:.2f}")) if info.bit_rate else t("not stated"),
            ],
            [t("Sound"), sound_words(film)],
            [
                t("On disk"),
                t("{size} ({size2} bytes)", size=size_words(info.size), size2=f"{info.size:,}").replace(",", "\u202f"),
            ],
        ],
        "path": str(path),
        "tail": len(path.name) + 1,
        "url": film_url(view.open.id, film.name),
        "file": f"{film.name}.mp4",
    }


def sound_words(film: FilmReport) -> str:
    """What is heard in a film, as it was measured."""
    if not film.info.audio:
        return t("no sound")
    measured = film.sound.measured if film.sound is not None else None
    if measured is None or measured.true_peak is None:
        return t("silence")
    peak = t("true peak {true_peak} dBTP", true_peak=number(f"{measured.true_peak:.1f}")).replace("-", "−")
    return (
        peak
        if measured.loudness is None
        else t("{loudness} LUFS, {peak}", loudness=number(f"{measured.loudness:.1f}"), peak=peak).replace("-", "−")
    )


def list_act(view: View, action: Action) -> Reply | None:
    """Choose the film that is shown."""
    found = films(view)
    if action.act == "film":
        if action.id not in [film.name for film in found]:
            raise NotFound("That film is no longer in the project.", "Choose another.")
        view.remember(film="" if action.id == found[0].name else action.id)
    return None


def report_view(view: View) -> PartData:
    """The shot list of the film that is shown: where each begins and ends, and which takes it is made of."""
    film = shown_film(view)
    if film is None:
        return PartData()
    return PartData(
        {"name": film.name, "made": film.made},
        [
            {
                "id": shot.item or shot.shot, "shot": shot.shot, "f": shot.first, "n": shot.frames,
                "in": timecode(shot.first, film.rate),
                "out": timecode(shot.first + shot.frames, film.rate), "takes": ", ".join(shot.takes),
                **({"stale": 1} if shot.stale else {}),
            }
            for shot in film.shots
        ],
    )  # fmt: skip

"""What the Film tab shows and does, without Gradio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

from addons.api import Action, AddonContext, Part, PartData, Reply
from addons.format import clock, film_url, rate_words, size_words
from addons.session import View
from domain.errors import NotFound
from domain.film import FilmReport
from domain.job import Failed, Job, Queued, Running, Stopped
from domain.storyboard import Shot
from domain.timing import timecode
from services.film import QUALITIES, CutShot

QUALITY_WORDS = {
    "fast": "A quick look: encoded fastest, fine detail is softer.",
    "standard": "Hard to tell from the takes; a good size to send around.",
    "high": "Finer grain and gradients; a larger file, slower to make.",
    "ultra": "A master to be graded or encoded again; the largest and slowest.",
}
"""What each quality is for, in one line."""

WORDS_LIMIT = 120
"""Characters of a shot's words that the strip carries, so that 300 shots stay light."""

STOPPED = Stopped.model_fields["message"].default
"""What a job says that somebody stopped; anything else is a reason worth telling."""

LIST_LIMIT = 8
"""Shots named one by one before the rest is counted."""


def parts(context: AddonContext) -> Sequence[Part]:
    """The live areas of the tab."""
    return (
        Part("film.make", make_view, make_act),
        Part("film.list", list_view, list_act),
        Part("film.player", player_view, player_act),
        Part("film.report", report_view),
    )


# -- what there is ---------------------------------------------------------------------------------------------------


def cut(view: View) -> list[CutShot]:
    """The film as it would be made now."""
    return view.cached("film.cut", lambda: view.studio.film.shots(view.open, view.setup, view.states.values()))


def films(view: View) -> list[FilmReport]:
    """The films there are, newest first."""
    return view.cached("film.reports", lambda: view.studio.film.reports(view.open)[::-1], _folder(view))


def _folder(view: View) -> int:
    return view.open.files.version()


def shown_film(view: View) -> FilmReport | None:
    """The film this window chose, else the newest."""
    found = films(view)
    return next((f for f in found if f.name == view.ui.film), found[0] if found else None)


def older(view: View, film: FilmReport) -> str:
    """In one sentence how the film differs from the cut as it is now; empty when it does not."""
    project = view.project
    if film.rate != project.rate or (film.width, film.height) != (project.width, project.height):
        was = f"{film.width}×{film.height}, {rate_words(film.rate)}"
        return f"Made at {was}; the project is {project.width}×{project.height}, {rate_words(project.rate)} now."
    changed = view.studio.film.outdated(view.open, film, cut(view))
    if not changed:
        return ""
    return f"Older than the cut: {named(changed)} changed."


def named(shots: Sequence[str]) -> str:
    """Shots in words: "shot 003", "shots 003 and 007", and the rest counted where there are many."""
    if len(shots) == 1:
        return f"shot {shots[0]}"
    if len(shots) <= LIST_LIMIT:
        return f"shots {', '.join(shots[:-1])} and {shots[-1]}"
    return f"shots {', '.join(shots[:LIST_LIMIT])} and {len(shots) - LIST_LIMIT} more"


def counted(shots: Sequence[str]) -> str:
    """How many: "1 shot", "3 shots"."""
    return f"{len(shots)} shot{'' if len(shots) == 1 else 's'}"


def exact_seconds(frames: int, rate: Fraction) -> str:
    """A length as exact as it can be written: "30 s", "30.03 s", "10010/333 s"."""
    seconds = frames / rate
    thousandths = seconds * 1000
    if thousandths.denominator == 1:
        return f"{float(seconds):.3f}".rstrip("0").rstrip(".") + " s"
    return f"{float(seconds):.3f} s ({seconds.numerator}/{seconds.denominator} s)"


# -- making ----------------------------------------------------------------------------------------------------------


def quality(view: View) -> str:
    """The quality chosen in this window, else the one from the settings."""
    chosen = view.choice("film.quality", "")
    return chosen if chosen in QUALITIES else view.studio.options().quality


def film_job(view: View) -> Job | None:
    """The film that is being made or waited for."""
    return next((job for job in view.jobs if job.kind == "film" and not job.ended), None)


def make_view(view: View) -> PartData:
    """What is to be done next, or how far the film is."""
    now = cut(view)
    lack = [s.planned.shot for s in now if s.lacks in ("missing", "short")]
    blocked = [s.planned.shot for s in now if s.lacks == "blocked"]
    stale = [s.planned.shot for s in now if s.stale]
    chosen = quality(view)
    head: dict[str, Any] = {
        "shots": len(now),
        "frames": view.plan.frames,
        "length": clock(view.plan.frames, view.project.rate),
        "qualities": [{"id": q, "on": q == chosen} for q in QUALITIES],
        "about": QUALITY_WORDS.get(chosen, ""),
        "step": "none" if not now else "blocked" if blocked else "render" if lack else "make",
        "fresh": is_fresh(view),
        "note": note(lack, [s.planned.shot for s in now if s.lacks == "short"], blocked, stale, now),
        "lack": len(lack),
        "stale": len(stale),
    }  # fmt: skip
    job = film_job(view)
    if job is not None:
        head["job"] = _job_head(view, job)
    else:
        last = next((j for j in reversed(view.jobs) if j.kind == "film"), None)
        if last is not None:
            match last.phase:
                case Failed(message=message, cure=cure):
                    head["failed"] = {"message": message, "cure": cure}
                case Stopped(message=message) if message != STOPPED:
                    head["failed"] = {"message": message, "cure": "See the Queue for the reason."}
                case _:
                    pass
    return PartData(head)


def is_fresh(view: View) -> bool:
    """Whether the newest film shows the cut as it is, with no stale take in it, in the quality chosen."""
    found = films(view)
    if not found or found[0].quality != quality(view) or any(shot.stale for shot in cut(view)):
        return False
    return not older(view, found[0])


def note(
    lack: Sequence[str], short: Sequence[str], blocked: Sequence[str], stale: Sequence[str], now: Sequence[CutShot]
) -> str:
    """What stands between the cut and the film, in words."""
    if blocked:
        first = next(s.planned for s in now if s.lacks == "blocked")
        why = first.problem or next((s.reason for s in first.segments if s.state == "blocked"), "")
        why = why and f" Shot {first.shot}: {why.rstrip('.')}."
        return f"{named(blocked).capitalize()} cannot be rendered yet.{why}"
    found = []
    missing = [shot for shot in lack if shot not in short]
    if missing:
        found.append(f"{named(missing).capitalize()} {'has' if len(missing) == 1 else 'have'} no take yet.")
    if short:
        found.append(f"{named(short).capitalize()}: the take does not fit the length as it is now.")
    if stale:
        one = len(stale) == 1
        found.append(f"{named(stale).capitalize()} changed since {'its take was' if one else 'their takes were'} made.")
    return " ".join(found)


def _job_head(view: View, job: Job) -> dict[str, Any]:
    before = [j for j in view.jobs if j.id in job.after]
    head: dict[str, Any] = {"id": job.id, "quality": str(job.detail.get("quality", ""))}
    match job.phase:
        case Running(started=started, fraction=fraction, detail=detail):
            head |= {"state": "running", "started": started, "fraction": round(fraction, 3), "detail": detail}
            elapsed = view.studio.jobs.elapsed(job.id)
            if fraction > 0.03 and elapsed > 1:
                head["left"] = round(elapsed * (1 - fraction) / fraction)
        case Queued() if before and not all(j.ended for j in before):
            done = sum(1 for j in before if j.ended)
            part = sum(j.phase.fraction for j in before if isinstance(j.phase, Running))
            head |= {
                "state": "before", "fraction": round((done + part) / len(before), 3),
                "detail": f"{done} of {len(before)} clips rendered",
            }  # fmt: skip
        case _:
            head |= {"state": "queued", "fraction": 0, "detail": "waiting for its turn"}
    head["paused"] = view.studio.jobs.is_paused(view.open.id)
    return head


def make_act(view: View, action: Action) -> Reply | None:
    """Make the film, choose its quality, stop it."""
    studio, project = view.studio, view.open
    match action.act:
        case "quality" if action.id in QUALITIES:
            view.choose("film.quality", action.id)
        case "make":
            return start(view, also_stale=False)
        case "make-all":
            return start(view, also_stale=True)
        case "cancel":
            job = film_job(view)
            if job is not None:
                studio.jobs.stop([job.id])
                kept = "The film that was there stays." if films(view) else "Nothing was written."
                return Reply(said=f"Stopped. {kept}")
        case "resume":
            studio.jobs.resume(project.id)
        case "go" if action.id in ("storyboard", "keyframes", "video"):
            return Reply(tab=action.id)
    return None


def start(view: View, *, also_stale: bool) -> Reply:
    """Queue what is missing and the film behind it; a film that is on its way already is left alone."""
    if film_job(view) is not None:
        return Reply(said="The film is being made already.")
    studio, project = view.studio, view.open
    wanted = [s.planned.shot for s in cut(view) if s.lacks or (also_stale and s.stale)]
    after: tuple[str, ...] = ()
    if wanted:
        run = studio.generation.render(project, wanted)
        clips = [job for job in studio.jobs.jobs(project.id) if job.kind == "segment" and job.shot in wanted]
        # also those that finished meanwhile, and those that were on their way already
        ours = run.id if run is not None else ""
        after = tuple(job.id for job in clips if not job.ended or job.run == ours)
    studio.film.make(project, quality=quality(view), after=after)
    view.remember(film="")
    if wanted:
        return Reply(said=f"Rendering {counted(wanted)}, then the film is made.")
    return Reply(said="The film is being made.")


# -- the films there are ---------------------------------------------------------------------------------------------


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
    sound = "silence, AAC" if info.audio else "none"
    path = Path(film.file) if film.file else view.open.files.film_path(film.name)
    return {
        "rows": [
            ["Frames", f"{info.frames:,} counted".replace(",", "\u202f")],
            ["Length", exact_seconds(info.frames, film.rate)],
            ["Picture", f"{info.width}×{info.height}, {rate_words(film.rate)}"],
            ["Codec", " ".join(x for x in (info.codec, info.pix_fmt, info.matrix) if x)],
            ["Bit rate", f"{info.bit_rate / 1e6:.2f} Mbit/s" if info.bit_rate else "not stated"],
            ["Sound", sound],
            ["On disk", f"{size_words(info.size)} ({info.size:,} bytes)".replace(",", "\u202f")],
        ],
        "path": str(path),
        "tail": len(path.name) + 1,
        "url": film_url(view.open.id, film.name),
        "file": f"{film.name}.mp4",
    }


def list_act(view: View, action: Action) -> Reply | None:
    """Choose the film that is shown."""
    found = films(view)
    if action.act == "film":
        if action.id not in [film.name for film in found]:
            raise NotFound("That film is no longer in the project.", "Choose another.")
        view.remember(film="" if action.id == found[0].name else action.id)
    return None


# -- the player ------------------------------------------------------------------------------------------------------


def player_view(view: View) -> PartData:
    """The film with its strip: the shots as they are in the film that is shown, or in the cut as it is now."""
    film = shown_film(view)
    by_cut = film is None or view.choice("film.strip", "film") == "cut"
    changed = set(view.studio.film.outdated(view.open, film, cut(view))) if film is not None else set()
    late = older(view, film) if film is not None else ""
    if film is not None and not late:
        by_cut = False
    rate = view.project.rate if by_cut or film is None else film.rate
    head: dict[str, Any] = {
        "project": view.open.id, "rate": [rate.numerator, rate.denominator], "shot": view.ui.shot,
        "strip": "cut" if by_cut else "film", "older": late, "shots": len(view.board.shots),
    }  # fmt: skip
    if film is not None:
        head["film"] = {
            "name": film.name, "url": film_url(view.open.id, film.name), "frames": film.frames,
            "rate": [film.rate.numerator, film.rate.denominator], "made": film.made,
            "aspect": f"{film.width}/{film.height}",
        }  # fmt: skip
    items = list(_cut_items(view, changed)) if by_cut or film is None else list(_film_items(view, film, changed))
    head["frames"] = sum(item["n"] for item in items)
    return PartData(head, items)


def _cut_items(view: View, changed: set[str]) -> Iterable[dict[str, Any]]:
    for shot in cut(view):
        name = shot.planned.shot
        take = shot.takes[0].id if shot.takes else ""
        frames = shot.planned.frames
        yield _item(view, _words(view, name), name, shot.first, frames, take, _state(shot), name in changed)


def _film_items(view: View, film: FilmReport, changed: set[str]) -> Iterable[dict[str, Any]]:
    now = {s.planned.shot: s for s in cut(view)}
    for shot in film.shots:
        state = _state(now[shot.shot]) if shot.shot in now else "gone"
        take = shot.takes[0] if shot.takes else ""
        words = _words(view, shot.shot)
        yield _item(view, words, shot.shot, shot.first, shot.frames, take, state, shot.shot in changed)


def _state(shot: CutShot) -> str:
    """The state of a shot in the cut: done, stale, or why there is nothing to show."""
    return shot.lacks or ("stale" if shot.stale else "done")


def _words(view: View, shot: str) -> Shot | None:
    return view.cached("film.words", lambda: {s.id: s for s in view.board.shots}).get(shot)


def _item(
    view: View, words: Shot | None, shot: str, first: int, frames: int, take: str, state: str, changed: bool
) -> dict[str, Any]:
    item: dict[str, Any] = {"id": shot, "f": first, "n": frames, "s": state}
    if words is not None:
        item |= {k: v[:WORDS_LIMIT] for k, v in (("t", words.title), ("w", words.prompt or words.description)) if v}
    if changed:
        item["c"] = 1
    known = {t.id for t in view.takes.get(shot, ()) if t.segment == 0}
    if take in known:
        item["p"] = f"take/{quote(shot)}/0/{quote(take)}"
    elif view.keyframes.get(shot):
        item["p"] = f"keyframe/{quote(shot)}/{quote(_standing(view, shot))}"
    return item


def _standing(view: View, shot: str) -> str:
    """The name of the picture that stands for the shot's start, else of its newest."""
    pictures = view.keyframes[shot]
    state = view.states.get(shot)
    picked = state.keyframe("start") if state is not None else None
    return next((k.name for k in pictures if picked is not None and k.image.path == picked.path), pictures[-1].name)


def player_act(view: View, action: Action) -> Reply | None:
    """Which shot the window is at, and which strip it shows."""
    match action.act:
        case "shot" | "video" if action.id in [shot.id for shot in view.board.shots]:
            view.remember(shot=action.id)
            return Reply(tab="video") if action.act == "video" else None
        case "strip" if action.id in ("film", "cut"):
            view.choose("film.strip", action.id)
    return None


# -- the report ------------------------------------------------------------------------------------------------------


def report_view(view: View) -> PartData:
    """The shot list of the film that is shown: where each begins and ends, and which takes it is made of."""
    film = shown_film(view)
    if film is None:
        return PartData()
    return PartData(
        {"name": film.name, "made": film.made},
        [
            {
                "id": shot.shot, "f": shot.first, "n": shot.frames, "in": timecode(shot.first, film.rate),
                "out": timecode(shot.first + shot.frames, film.rate), "takes": ", ".join(shot.takes),
                **({"stale": 1} if shot.stale else {}),
            }
            for shot in film.shots
        ],
    )  # fmt: skip

"""The film: the cut with every shot's takes, made to one file of exactly the frames it comes to."""

from __future__ import annotations

import itertools
import math
import uuid
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from pydantic import Field

from domain.base import Value
from domain.cut.reel import Reel
from domain.delivery import QUALITIES as _QUALITIES
from domain.delivery import Delivery, film_delivery
from domain.errors import BadInput, Cancelled, NotReady
from domain.film import FilmReport, Mastered
from domain.job import Job, Run
from domain.names import free_name, slug
from domain.project import Picked
from domain.sound.tracks import check_loudness, check_subtitles
from services.changes import ChangeCounter
from services.cut import CutService, CutView
from services.film_contents import CutShot, differences, film_cards, film_shots, shots_of
from services.film_sound import FilmSound, Mixer, made
from services.generation import GenerationService
from services.job_context import JobContext
from services.jobs import JobService
from services.options import CurrentOptions
from services.passes import Improved, PassService
from services.planning import PlanSetup, ShotState
from services.ports import Clock, Deliveries, Media
from services.projects import OpenProject, ProjectService
from services.quality.films import FilmChecks
from services.space import SpaceKeeper
from services.targets import checked_target

FILM_LANE = "film"
QUALITIES = tuple(_QUALITIES)
FILM = "film"
"""The delivery that is made unless another is asked for: the film in its own size."""

_KEPT = 200
_THEN = "make the film"


class Delivered(Value):
    """What was written of the film in other ways than its own, oldest first (the last 200)."""

    films: tuple[FilmReport, ...] = Field(default=(), max_length=_KEPT)


class FilmService:
    """Makes films and reads back what they are made of."""

    def __init__(
        self, projects: ProjectService, generation: GenerationService, cuts: CutService, jobs: JobService, media: Media,
        deliveries: Deliveries, clock: Clock, options: CurrentOptions, changes: ChangeCounter, space: SpaceKeeper,
        mixer: Mixer | None = None, passes: PassService | None = None, checks: FilmChecks | None = None,
    ) -> None:  # fmt: skip
        self._projects = projects
        self._generation = generation
        self._cuts = cuts
        self._jobs = jobs
        self._media = media
        self._deliveries = deliveries
        self._clock = clock
        self._options = options
        self._changes = changes
        self._space = space
        self._mixer = mixer
        self._passes = passes
        self._checks = checks
        jobs.register("film", self._make)

    # -- making --------------------------------------------------------------------------------------------

    def make(
        self, project: OpenProject, *, target: Path | None = None, quality: str | None = None,
        after: tuple[str, ...] = (), backend: str | None = None, delivery: str = FILM, limit: int | None = None,
        hardware: bool = False, loudness: str | None = None, subtitles: str | None = None,
    ) -> Run:  # fmt: skip
        """Queue the film. With `after` it waits for those jobs; without, every shot needs its takes already.

        `target` puts the file somewhere else than the project's film folder. `delivery` is one of `deliveries`; `limit`
        is the most bytes the file may have; `hardware` lets an encoder chip do it if one works here. `quality` counts
        for the delivery "film". `loudness` and `subtitles` stand over those of the project's sound. Raises NotReady
        naming what is missing, BadInput, and DiskFull when the project's disk has no room for it.
        """
        chosen = quality or self._options().quality
        how = self.delivery(delivery, chosen)
        if target is not None:
            wanted = f"{how.title if delivery != FILM else 'A film'} is written as {how.ending}."
            target = checked_target(target, how.ending, wanted, how.title)
        if not project.board.shots:
            raise NotReady("The storyboard has no shots yet.", "Write or import some in Storyboard.")
        setup = self._generation.setup(project, backend)
        if limit is not None:
            how.within(limit, self._seconds(project, how))
        view = self._cuts.view(project, setup)
        if not after:
            view.check(_THEN)
        film = project.project
        size = how.size(film.width, film.height)
        passes: list[Job] = []
        if self._passes is not None:
            passes = self._passes.jobs(project, view, size, after, setup.spec.id)
            if passes:
                self._space.need(project, self._passes.room(project, view, size, passes), "Working over the clips")
        self._fits(project, view, how, target, limit)
        detail: dict[str, str | int] = {"quality": chosen, "backend": setup.spec.id, "delivery": delivery}
        if target is not None:
            detail["target"] = str(target)
        if limit is not None:
            detail["limit"] = limit
        if hardware:
            detail["hardware"] = 1
        if loudness:
            detail["loudness"] = check_loudness(loudness)
        if subtitles:
            detail["subtitles"] = check_subtitles(subtitles)
        job = Job(
            id=str(uuid.uuid4()), run="", project=project.id, kind="film",
            title="Film" if delivery == FILM else how.title, backend=FILM_LANE,
            after=(*after, *(one.id for one in passes)), created=self._clock.now(), detail=detail,
        )  # fmt: skip
        then = [self._checks.job(project, job)] if self._checks is not None and delivery == FILM else []
        return self._jobs.start(project.id, job.title, [*passes, job, *then])

    def deliveries(self) -> list[Delivery]:
        """What a film can be written as besides its own way."""
        return self._deliveries.all()

    def delivery(self, name: str, quality: str) -> Delivery:
        """The delivery of that id. Raises BadInput naming those there are."""
        if quality not in QUALITIES:
            raise BadInput(f"There is no quality {quality[:40]!r}.", f"Choose one of: {', '.join(QUALITIES)}.")
        if name == FILM:
            return film_delivery(quality)
        known = self._deliveries.all()
        found = next((delivery for delivery in known if delivery.id == name), None)
        if found is None:
            ids = ", ".join([FILM, *(delivery.id for delivery in known)])
            raise BadInput(f"There is no delivery {name[:40]!r}.", f"Choose one of: {ids}.")
        return found

    def add_table(self, project: OpenProject, source: Path, name: str) -> Picked:
        """Take a .cube colour table into the project, for a grade. Raises UnreadableMedia."""
        self._media.check_table(source)
        return project.files.add_table(source, name.removesuffix(".cube").removesuffix(".CUBE"))

    # -- what there is -------------------------------------------------------------------------------------

    def shots(self, project: OpenProject, setup: PlanSetup, states: Iterable[ShotState] | None = None) -> list[CutShot]:
        """Every shot item of the film as it would be made now, with what it lacks. `states` spares reading them."""
        return shots_of(self._cuts.view(project, setup, states))

    def reports(self, project: OpenProject) -> list[FilmReport]:
        """What the films in the project's folder are made of, oldest first."""
        found = []
        for path in project.files.films():
            report = project.files.read(f"film/{path.stem}.report", FilmReport)
            if report is not None and report.delivery == FILM:
                found.append(report)
        return found

    def delivered(self, project: OpenProject) -> list[FilmReport]:
        """What was written in other ways than the film's own, oldest first."""
        return list((project.files.read("delivered", Delivered) or Delivered()).films)

    def newest(self, project: OpenProject) -> FilmReport | None:
        """The newest film."""
        reports = self.reports(project)
        return reports[-1] if reports else None

    def outdated(self, project: OpenProject, report: FilmReport, now: Sequence[CutShot] | None = None) -> list[str]:
        """The shots that are not in the cut as they are in the film: made anew, edited, of another length, new, gone or
        moved; and the ids of titles and gaps of which that is true.

        In the order of the cut, those that are gone last; empty when the film shows the cut as it is. `now` (what
        `shots` gave) spares finding it out again.
        """
        if now is None:
            now = shots_of(self._cuts.view(project))
        return differences(self._cuts.cut(project), report, now)

    def sounds_otherwise(self, project: OpenProject, report: FilmReport) -> bool:
        """Whether something else would be heard if the film were made now; not known of films of older versions."""
        if self._mixer is None or report.sound is None:
            return False
        return self._mixer.look(project, self._cuts.view(project)) != report.sound.look

    # -- the job -------------------------------------------------------------------------------------------

    def _make(self, context: JobContext) -> str:
        job = context.job
        project = self._projects.get(job.project)
        setup = self._generation.setup(project, str(job.detail["backend"]) if "backend" in job.detail else None)
        view = self._cuts.view(project, setup)
        view.check(_THEN)
        reel = view.reel
        quality = str(job.detail.get("quality", self._options().quality))
        named = str(job.detail.get("delivery", FILM))
        how = self.delivery(named, quality)
        if "limit" in job.detail:
            how = how.within(int(job.detail["limit"]), how.frames(reel.frames, reel.rate) / (how.rate or reel.rate))
        name = self._free_name(project, named)
        outside = job.detail.get("target")
        target = Path(str(outside)) if outside else _inside(project, name, how)
        began = self._clock.monotonic()
        improved = self._improved(project, view, how)
        found, sound = self._assembled(context, project, view, improved.reel, target, how)
        if context.stopped and not target.exists():
            raise Cancelled
        report = FilmReport(
            name=name, width=found.info.width, height=found.info.height, rate=how.rate or reel.rate,
            frames=found.info.frames, quality=quality, made=self._clock.now(), shots=film_shots(view),
            cards=film_cards(view), info=found.info, file="" if _listed(outside, how) else str(target),
            delivery=named, encoder=found.encoder, seconds=max(0.0, self._clock.monotonic() - began),
            sound=sound.report, subtitles=sound.way, upscaled=improved.workflows.get("upscale", ""),
            interpolated=improved.workflows.get("interpolate", ""),
        )  # fmt: skip
        if self._checks is not None and named == FILM:
            report = report.replace(ordered=self._checks.order(project, view, report))
        project.files.write(f"film/{name}.report", report)
        if named != FILM:
            project.change(
                "delivered", Delivered, lambda d: d.replace(films=(*d.films[-(_KEPT - 1) :], report)), Delivered()
            )
        self._changes.bump()
        return name

    def _improved(self, project: OpenProject, view: CutView, how: Delivery) -> Improved:
        """The reel as it is made, with the clips of passes. Raises NotReady when some of them are not there."""
        if self._passes is None:
            return Improved(view.reel, {}, ())
        film = project.project
        improved = self._passes.applied(project, view, how.size(film.width, film.height))
        if improved.missing:
            some = ", ".join(improved.missing[:8]) + (" …" if len(improved.missing) > 8 else "")
            raise NotReady(
                f"Clips of {len(improved.missing)} shots were not worked over yet: {some}.",
                "Make the film again: that is done first.",
            )
        return improved

    def _assembled(
        self, context: JobContext, project: OpenProject, view: CutView, reel: Reel, target: Path, how: Delivery
    ) -> tuple[Mastered, FilmSound]:
        film = project.project
        width, height = how.size(film.width, film.height)
        work = project.files.workspace(f"sound-{context.job.id}")
        try:
            sound = made(self._mixer, project, view, how, work, context)
            pace = _Pace(self._clock)
            files = {picked.path: project.files.path(picked) for picked in reel.files()}
            found = self._media.assemble(
                sound.seen(reel), files, target, width=width, height=height, delivery=how, sound=sound.mix,
                hardware=bool(context.job.detail.get("hardware")), scratch_in=work,
                report=lambda done, of: context.report(
                    sound.share + (1 - sound.share) * done / max(1, of), pace.words(done, of)
                ),
                stopped=lambda: context.stopped, captions=sound.track,
            )  # fmt: skip
            if sound.way == "files" and self._mixer is not None:
                self._mixer.store_captions(sound.captions, reel.rate, target)
            return found, sound
        finally:
            project.files.discard(work)

    def _fits(self, project: OpenProject, view: CutView, how: Delivery, target: Path | None, limit: int | None) -> None:
        """Raise DiskFull when there is no room for the film, and for its sound while that is mixed."""
        film, reel = project.project, view.reel
        frames = max(reel.frames, project.board.frames(film.rate) if view.lacking() else 0)
        size = self._space.delivered(project, how.replace(limit=limit), frames, reel.rate, (film.width, film.height))
        if target is None:
            self._space.need(project, size + _mixing(frames / reel.rate), "The film")
        else:
            self._space.need(project, _mixing(frames / reel.rate), "The film's sound")
            self._space.need(project, size, "The film", target.parent)

    def _seconds(self, project: OpenProject, how: Delivery) -> Fraction:
        reel = self._cuts.view(project).reel
        return how.frames(max(1, reel.frames), reel.rate) / (how.rate or reel.rate)

    def _free_name(self, project: OpenProject, delivery: str) -> str:
        base = slug(project.project.name, "film")
        taken = {path.stem for path in project.files.films()}
        if delivery != FILM:
            return free_name(f"{base}-{delivery}"[:58], taken | {report.name for report in self.delivered(project)})
        for number in itertools.count(1):
            name = f"{base}-{number:02d}"
            # a film that was put elsewhere has its report here
            if name not in taken and project.files.read(f"film/{name}.report", FilmReport) is None:
                return name
        raise AssertionError("unreachable")


def _mixing(seconds: Fraction) -> int:
    """Bytes that mixing takes meanwhile: five stems and the mix, 48 kHz, two channels, four bytes a sample."""
    return math.ceil(seconds * 48_000 * 2 * 4 * 6)


class _Pace:
    """How far a film is, how fast it is made, and how long that will take, in words."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.monotonic()

    def words(self, done: int, of: int) -> str:
        """ "120 of 1440 frames, 48 a second, 28 s left"."""
        seconds = self._clock.monotonic() - self._began
        said = f"{done} of {of} frames"
        if done < 1 or seconds < 1:
            return said
        speed = done / seconds
        left = (of - done) / speed
        length = f"{left / 60:.0f} min" if left >= 100 else f"{left:.0f} s"
        return f"{said}, {speed:.0f} a second, {length} left" if speed >= 1 else f"{said}, {length} left"


def _inside(project: OpenProject, name: str, how: Delivery) -> Path:
    path = project.files.film_path(name)
    return path.with_suffix(how.ending) if how.ending else path.with_suffix("")


def _listed(outside: object, how: Delivery) -> bool:
    """Whether the project's film folder shows the file by its name alone."""
    return not outside and how.ending == ".mp4"

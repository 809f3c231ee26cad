"""What the command line does beyond single services: choosing shots, going on with a film, and jobs across processes.

Nothing here prints; results are values, and documents made by services.reports.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from domain.base import canonical_hash
from domain.errors import BadInput, Conflict, NotReady
from domain.importing import ImportedPicture, ImportNote, ImportResult
from domain.names import free_name, slug
from domain.project import Project
from domain.quality.values import QualityReport
from domain.storyboard import Entity, MotionSampling, Presets, Sampling, Shot, Storyboard
from domain.timing import film_frames, parse_rate, parse_seconds, rate_text
from services.film import QUALITIES
from services.ports import Media, StopRequests
from services.projects import OpenProject, checked
from services.quality.project_films import project_of
from services.run_commands import RunCommands
from services.studio import Studio

PROJECT_SUFFIX = ".kinoloom"
_MADE = "made_from"
_MEDIA_SUFFIXES = frozenset(
    {
        ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic",
        ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".wav", ".mp3", ".flac",
    }
)  # fmt: skip


# -- words into values ---------------------------------------------------------------------------------------------


def parse_size(text: str) -> tuple[int, int]:
    """Width and height in pixels from "1920x1080". Raises BadInput."""
    found = re.fullmatch(r"([0-9]{1,5})[xX×]([0-9]{1,5})", text.strip())
    if not found:
        raise BadInput(f"{text[:40]!r} is not a size.", "Write it as 1920x1080.")
    return int(found[1]), int(found[2])


def read_rate(text: str) -> Fraction:
    """A frame rate in frames per second from "24", "23.976" or "24000/1001". Raises BadInput."""
    try:
        return parse_rate(text)
    except ValueError as error:
        raise BadInput(f"{text[:40]!r} is not a frame rate: {error}.", "Write it as 24 or 24000/1001.") from None


def read_seconds(text: str) -> Fraction:
    """A length in seconds, exactly as written. Raises BadInput."""
    try:
        return parse_seconds(text)
    except ValueError as error:
        raise BadInput(f"{text[:40]!r} is not a duration: {error}.", "Write it in seconds, such as 4 or 3.1.") from None


def choose_shots(board: Storyboard, text: str) -> list[str]:
    """Shot ids, in film order, from "1,3-5": ids of shots, or else places counted from 1, and ranges of places.

    A word that is the id of a shot always means that shot. Raises BadInput naming the word that fits neither.
    """
    ids = [shot.id for shot in board.shots]
    found: set[str] = set()
    for word in (w.strip() for w in text.split(",")):
        if word in ids:
            found.add(word)
            continue
        span = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", word)
        first, last = (int(span[1]), int(span[2] or span[1])) if span else (0, 0)
        if not 1 <= first <= last <= len(ids):
            raise BadInput(
                f"There is no shot {word[:40]!r} among the {len(ids)} of this storyboard.",
                f"Write ids, or places from 1 to {len(ids)} such as 1,3-5." if ids else "Write or import shots first.",
            )
        found |= set(ids[first - 1 : last])
    return [i for i in ids if i in found]


def check_film_file(target: Path) -> Path:
    """The absolute path of a film to be written. Raises BadInput when there cannot be one."""
    target = target.expanduser().absolute()
    if target.suffix.lower() != ".mp4":
        raise BadInput(f"{target.name} is not an .mp4 name.", "Films are written as .mp4.")
    if target.is_dir():
        raise BadInput(f"{target} is a folder.", "Choose a file name for the film.")
    if not target.parent.is_dir():
        raise BadInput(f"The folder {target.parent} does not exist.", "Make it first, or choose another.")
    return target


def check_quality(quality: str | None) -> None:
    """Raise BadInput unless films can be made in that quality."""
    if quality is not None and quality not in QUALITIES:
        raise BadInput(f"There is no quality {quality[:40]!r}.", f"Choose one of: {', '.join(QUALITIES)}.")


def prompt_board(
    prompt: str, *, rate: Fraction, characters: Sequence[str] = (), seconds: Fraction | None = None,
    frames: int | None = None, seed: int | None = None, camera: str = "",
) -> ImportResult:  # fmt: skip
    """A storyboard of one shot. `frames` are film frames at `rate`; without a length the shot has the default one."""
    if not prompt.strip():
        raise BadInput("The prompt is empty.", "Say what is to be seen.")
    if seconds is not None and frames is not None:
        raise BadInput("A duration and a number of frames were both given.", "Give one of them.")
    fields: dict[str, Any] = {}
    if frames is not None:
        if not 1 <= frames <= 10_000_000:
            raise BadInput(f"{frames} frames cannot be made.", "Choose 1 or more.")
        fields["seconds"] = frames / rate
    elif seconds is not None:
        fields["seconds"] = seconds
    cast: list[Entity] = []
    for name in characters:
        ident = free_name(slug(name, "character"), {e.id for e in cast})
        cast.append(checked(lambda ident=ident, name=name: Entity(id=ident, name=name), f"Character {name[:40]!r}"))  # type: ignore[misc]
    fields["characters"] = tuple(e.id for e in cast)

    def make() -> Storyboard:
        shot = Shot(
            id="001", prompt=prompt, image=Sampling(seed=seed), video=MotionSampling(seed=seed),
            presets=Presets(camera=camera), **fields,
        )  # fmt: skip
        return Storyboard(title=prompt.strip()[:80], shots=(shot,), characters=tuple(cast))

    return ImportResult(storyboard=checked(make, "The prompt"), format="prompt")


# -- work ----------------------------------------------------------------------------------------------------------


class Commands(RunCommands):
    """The steps that need several services at once."""

    def __init__(
        self, studio: Studio, media: Media, stops: StopRequests, importer: Callable[[Path], ImportResult]
    ) -> None:
        super().__init__(studio, stops)
        self._media = media
        self._import = importer

    # -- projects ------------------------------------------------------------------------------------------

    def read(self, source: Path) -> ImportResult:
        """What is in a foreign file or folder, its pictures looked at. Raises BadInput, NotFound; changes nothing."""
        source = source.expanduser()
        if source.suffix.lower() in _MEDIA_SUFFIXES and source.is_file():
            raise BadInput(
                f"{source.name} is no storyboard: its name is that of a picture or clip.",
                "Give a storyboard file, or the folder that holds the pictures.",
            )
        result = self._import(source)
        for picture in result.pictures:
            self._media.check_image(picture.path)
        return result

    def new(
        self, folder: Path, source: Path | None = None, *, width: int | None = None, height: int | None = None,
        rate: Fraction | None = None,
    ) -> tuple[OpenProject, ImportResult | None]:  # fmt: skip
        """A new project, empty or from a foreign file. Raises BadInput, also when the folder is in use."""
        folder = folder.expanduser().absolute()
        result = None if source is None else self.read(source)
        with _in_use_is_bad_input():
            if result is None:
                return self._studio.projects.create(folder, width=width, height=height, rate=rate), None
            project = self._studio.projects.create_from(result, folder, width=width, height=height, rate=rate)
        notes = self._take_pictures(project, result.pictures)
        return project, result.replace(notes=(*result.notes, *notes))

    def project_for(
        self, result: ImportResult, folder: Path, *, width: int | None = None, height: int | None = None,
        rate: Fraction | None = None, backend: str | None = None,
    ) -> OpenProject:  # fmt: skip
        """The project in which a film of this storyboard is made in one go; what was made in it before is kept.

        A storyboard that changed is imported again. Raises BadInput when that would lose what was edited in the
        project, or when the folder holds something else.
        """
        folder = folder.expanduser().absolute()
        if backend is not None:
            self._studio.backends.spec(backend)
        # What a file and an option leave open was decided when the project was made.
        given: dict[str, Any] = {"width": width, "height": height, "rate": rate, "backend": backend}
        given = {k: v for k, v in given.items() if v is not None}
        asked = {"width": result.width, "height": result.height, "rate": result.rate and rate_text(result.rate)}
        content = canonical_hash(result.storyboard.to_json())
        if not (folder / "project.json").exists():
            with _in_use_is_bad_input():
                project = self._studio.projects.create_from(result, folder, **given)
            before: dict[str, Any] = {}
        else:
            project = self._studio.projects.open(folder)
            before = dict(project.project.extras.get(_MADE) or {})
            board = canonical_hash(project.board.to_json())
            if before.get("content") != content and board != content:
                if board != before.get("content"):
                    raise BadInput(
                        f"The project {folder} holds another storyboard, or one that was edited in it.",
                        "Choose another folder with --project, or make the film from the project: render, then film.",
                    )
                self._studio.projects.replace_board(project, result)
                self._studio.cuts.imported(project, result)
            changed = {k: getattr(result, k) for k, v in asked.items() if v and v != (before.get("asked") or {}).get(k)}
            if before and changed | given:
                project.change_project(**(changed | given))
            elif given:
                project.change_project(**given)
        made = {"content": content, "asked": asked}
        if before != made:
            project.change_project(extras={**project.project.extras, _MADE: made})
        self._take_pictures(project, result.pictures)
        return project

    def _take_pictures(self, project: OpenProject, pictures: Sequence[ImportedPicture]) -> list[ImportNote]:
        """Import the pictures that came with a storyboard, each once; the selected one stands, or else the first."""
        known = dict(project.project.extras.get("pictures") or {})
        notes: list[ImportNote] = []
        for place in dict.fromkeys((p.shot, p.slot) for p in pictures):
            here = [p for p in pictures if (p.shot, p.slot) == place]
            stands = next((p for p in here if p.selected), here[0])
            if len(here) > 1 and not stands.selected:
                what = f"{stands.path.name} was picked, the first of {len(here)}."
                notes.append(ImportNote(where=f"shot {place[0]} · {place[1]}", what=what))
            # the one that stands comes last, because importing a picture picks it
            for picture in [*(p for p in here if p is not stands), stands]:
                key = f"{picture.shot}/{picture.slot}/{_digest(picture.path)}"
                if key not in known:
                    take_in = self._studio.generation.import_keyframe
                    known[key] = take_in(project, picture.shot, picture.path, picture.slot).name
        if known != (project.project.extras.get("pictures") or {}):
            project.change_project(extras={**project.project.extras, "pictures": known})
        return notes

    def report_page(self, file: Path, found: QualityReport) -> bytes:
        """The report about any clip or film as one HTML page. Raises UnreadableMedia."""
        assert self._studio.checks is not None, "films are checked wherever there is a command line"
        return self._studio.checks.file_page(file, found, project_of(self._studio.projects, file))

    def check_makeable(self, project: OpenProject) -> None:
        """Raise NotReady naming shots that cannot be made, before any work is begun for a film that needs them all."""
        plan = self._studio.generation.plan(project)
        stuck = [s for s in plan.shots if s.state == "blocked"]
        if stuck:
            reason = stuck[0].problem or next(x.reason for x in stuck[0].segments if x.state == "blocked")
            more = f" {len(stuck) - 1} more shots are blocked." if len(stuck) > 1 else ""
            raise NotReady(f"Shot {stuck[0].shot} cannot be made: {reason}.{more}", "See kinoloom plan.")

    def film_frames(self, project: OpenProject) -> int:
        """Frames that the film will have."""
        now: Project = project.project
        return sum(film_frames(shot.seconds, now.rate) for shot in project.board.shots)


class _in_use_is_bad_input:
    """Turns Conflict over a folder that is in use into BadInput: the wrong folder was given."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Conflict):
            raise BadInput(error.message, error.cure) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

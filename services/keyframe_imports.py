"""Taking in pictures that the user brings, one at once or many in the queue."""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from domain.errors import BadInput, NotFound, StudioError
from domain.fitting import Fit
from domain.importing import PICTURES, ImportedPicture, Zipped
from domain.job import Job, Run
from domain.names import slug
from domain.project import Picked
from domain.prompting import with_sheet
from domain.take import Keyframe
from services.changes import ChangeCounter
from services.job_context import JobContext
from services.jobs import JobService
from services.ports import Clock, Media
from services.projects import OpenProject, ProjectService

IMPORT_LANE = "import"
IMPORTED_AT_ONCE = 100
"""Pictures one import job takes in; more make more jobs."""


class KeyframeImports:
    """Makes keyframes of the user's own pictures."""

    def __init__(
        self, projects: ProjectService, jobs: JobService, media: Media, clock: Clock, changes: ChangeCounter
    ) -> None:
        self._projects = projects
        self._jobs = jobs
        self._media = media
        self._clock = clock
        self._changes = changes
        jobs.register("import", self._import_pictures)

    def import_keyframe(
        self,
        project: OpenProject,
        shot_id: str,
        source: Path,
        slot: str = "start",
        *,
        pick: bool = True,
        origin: str = "",
    ) -> Keyframe:
        """Take a user's picture in as keyframe, upright and in sRGB, and pick it. The source is not touched.

        `origin` remembers where it came from, so that the same picture is not taken in twice.
        """
        with_sheet(project.board, shot_id).shot(shot_id)
        check_slot(slot)
        self._media.check_image(source)
        work = project.files.workspace(f"import-{uuid.uuid4().hex[:12]}")
        try:
            target = work / "image.png"
            width, height = self._media.import_image(source, target)
            keyframe = project.files.add_keyframe(
                Keyframe(
                    name="", shot=shot_id, slot=slot, image=Picked(path="image.png", sha256="0" * 64), width=width,
                    height=height, source=source.name[:200], made=self._clock.now(),
                    extras={"origin": origin} if origin else {},
                ),
                target,
            )  # fmt: skip
        finally:
            project.files.discard(work)
        if pick:
            self._pick(project, keyframe)
        self._changes.bump()
        return keyframe

    @staticmethod
    def _pick(project: OpenProject, keyframe: Keyframe) -> None:
        shot, picked = keyframe.shot, {keyframe.slot: keyframe.image}
        project.change_selection(
            lambda s: s.with_choice(shot, s.of(shot).replace(keyframes={**s.of(shot).keyframes, **picked}))
        )

    def fit(self, project: OpenProject, shot_id: str, name: str, fit: Fit) -> Keyframe:
        """Fit a user's picture to the film's size and pick the result; the picture itself stays. One that was fitted
        before is fitted anew from the original, as far as that is there. Raises NotFound and BadInput."""
        known = project.files.keyframes(shot_id)
        chosen = next((k for k in known if k.name == name), None)
        if chosen is None:
            raise NotFound(f"Shot {shot_id} has no keyframe {name[:80]!r}.", "Reload the page.")
        if chosen.request is not None:
            raise BadInput("This picture was drawn for the shot.", "Draw it again to have it in the film's size.")
        original = next((k for k in known if k.name == chosen.extras.get("fitted_from")), chosen)
        wanted = {"fitted_from": original.name, "fit": fit.to_json()}
        frame = (project.project.width, project.project.height)
        made = next(
            (k for k in known if (k.width, k.height) == frame and wanted.items() <= k.extras.items()), None
        )  # fmt: skip
        if made is None:
            work = project.files.workspace(f"fit-{uuid.uuid4().hex[:12]}")
            try:
                target = work / "image.png"
                self._media.fit_image(project.files.path(original.image), target, frame, fit)
                made = project.files.add_keyframe(
                    original.replace(
                        width=frame[0], height=frame[1], slot=chosen.slot, made=self._clock.now(),
                        extras={"fitted_from": original.name, "fit": fit.to_json()},
                    ),
                    target,
                )  # fmt: skip
            finally:
                project.files.discard(work)
        self._pick(project, made)
        self._changes.bump()
        return made

    def share(self, project: OpenProject, shot_id: str, slot: str, picture: Picked, source: str) -> Keyframe:
        """Let a picture of the project stand for a slot of another shot too, byte for byte, so that both are one. The
        same is stored once. Raises NotFound and BadInput."""
        project.board.shot(shot_id)
        check_slot(slot)
        known = project.files.keyframes(shot_id)
        made = next((k for k in known if k.slot == slot and k.image.sha256 == picture.sha256), None)
        if made is None:
            work = project.files.workspace(f"share-{uuid.uuid4().hex[:12]}")
            try:
                target = Path(shutil.copyfile(project.files.path(picture), work / "image.png"))
                width, height = self._media.check_image(target)
                made = project.files.add_keyframe(
                    Keyframe(
                        name="", shot=shot_id, slot=slot, image=Picked(path="image.png", sha256="0" * 64), width=width,
                        height=height, source=source[:200], made=self._clock.now(),
                    ),
                    target,
                )  # fmt: skip
            finally:
                project.files.discard(work)
        self._pick(project, made)
        self._changes.bump()
        return made

    def set_mask(self, project: OpenProject, shot_id: str, source: Path | None) -> Picked | None:
        """Let a picture be the mask of the shot: white where the picture of the shot before is drawn anew, black where
        it stays; None takes the mask away. Raises UnreadableMedia, and NotFound for the shot."""
        shot = project.board.shot(shot_id)
        mask: Picked | None = None
        if source is not None:
            self._media.check_image(source)
            work = project.files.workspace(f"mask-{uuid.uuid4().hex[:12]}")
            try:
                target = work / "mask.png"
                self._media.import_image(source, target)
                mask = project.files.add_mask(target)
            finally:
                project.files.discard(work)
        if mask != shot.mask:
            what = f"the mask of shot {shot_id}"
            project.change_board(what, lambda b: b.with_shot(b.shot(shot_id).replace(mask=mask)))
            self._changes.bump()
        return mask

    def zipped(self, path: Path) -> Zipped:
        """What a zip file holds. Raises BadInput when it is none."""
        return self._media.zipped(path)

    def import_pictures(self, project: OpenProject, pictures: Sequence[ImportedPicture]) -> Run | None:
        """Queue taking in the pictures that came with a storyboard; those selected there are picked here."""
        jobs = []
        zipped = any(picture.member for picture in pictures)  # a zip is looked after until its one job has ended
        at_once = max(1, len(pictures)) if zipped else IMPORTED_AT_ONCE
        for first in range(0, len(pictures), at_once):
            part = pictures[first : first + at_once]
            jobs.append(
                Job(
                    id=str(uuid.uuid4()), run="", project=project.id, kind="import",
                    title=f"Import {len(part)} pictures", backend=IMPORT_LANE, created=self._clock.now(),
                    detail={"pictures": json.dumps([p.to_json() for p in part])},
                )
            )  # fmt: skip
        return self._jobs.start(project.id, "Import pictures", jobs) if jobs else None

    def _import_pictures(self, context: JobContext) -> str:
        project = self._projects.get(context.job.project)
        given = [ImportedPicture.model_validate(p) for p in json.loads(str(context.job.detail["pictures"]))]
        refused: list[str] = []
        for number, picture in enumerate(given):
            context.check()
            context.report(number / len(given), f"picture {number + 1} of {len(given)}")
            origin = f"{picture.path}!{picture.member}" if picture.member else str(picture.path)
            if any(
                k.extras.get("origin") == origin and k.slot == picture.slot
                for k in project.files.keyframes(picture.shot)
            ):
                continue
            try:
                self._import_one(project, picture, origin)
            except StudioError as error:
                # One bad picture must not keep the others out; all refusals are told at the end.
                refused.append(f"{_name(picture)} ({error.message.rstrip('.')})")
        if refused:
            raise BadInput(
                f"{len(refused)} of {len(given)} pictures could not be taken in: {'; '.join(refused[:3])}"
                f"{' …' if len(refused) > 3 else '.'}",
                "Import them by hand in Keyframes.",
            )
        return f"{len(given)} pictures"

    def _import_one(self, project: OpenProject, picture: ImportedPicture, origin: str) -> None:
        if not picture.member:
            self.import_keyframe(
                project, picture.shot, picture.path, picture.slot, pick=picture.selected, origin=origin
            )  # fmt: skip
            return
        work = project.files.workspace(f"zip-{uuid.uuid4().hex[:12]}")
        try:
            # its own name may be none that this system takes
            taken = work / f"{slug(PurePosixPath(picture.member).stem, 'picture')}{_ending(picture.member)}"
            self._media.from_zip(picture.path, picture.member, taken)
            self.import_keyframe(project, picture.shot, taken, picture.slot, pick=picture.selected, origin=origin)
        finally:
            project.files.discard(work)


def _name(picture: ImportedPicture) -> str:
    return PurePosixPath(picture.member).name or picture.path.name


def _ending(name: str) -> str:
    found = PurePosixPath(name).suffix.lower()
    return found if found in PICTURES else ""


def check_slot(slot: str) -> None:
    """Raise BadInput unless `slot` is the name of a keyframe slot."""
    if not re.fullmatch(r"start|end|mid-[1-9][0-9]{0,3}", slot):
        raise BadInput(f"There is no keyframe slot {slot[:40]!r}.", "Slots are start, end, mid-1, mid-2 and so on.")

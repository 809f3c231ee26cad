"""Reading and editing the cut. Every edit is stored at once, can be undone, and takes part in no rendering."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from domain.cut import editing
from domain.cut.document import Cut, Note
from domain.cut.finish import Finish, Grade
from domain.cut.items import Item, LowerThird, ShotItem, Transition
from domain.cut.reconcile import follow
from domain.cut.reel import Reel
from domain.cut.resolve import resolve
from domain.errors import BadInput, NotFound, NotReady
from domain.importing import ImportNote, ImportResult
from domain.timing import film_frames
from services.changes import ChangeCounter
from services.cut.material import ShotStock, gone_takes, stock
from services.cut.reimport import import_notes, is_plain
from services.generation import GenerationService
from services.planning import PlanSetup, ShotState
from services.projects import OpenProject
from services.undoing import Undoing

DOCUMENT = "cut"


@dataclass(frozen=True)
class CutView:
    """The cut as it is now, in step with the storyboard, and what it comes to.

    `stocks` is what there is of the shot behind each shot item, by item id; `notes` are sentences for the user.
    """

    cut: Cut
    reel: Reel
    stocks: Mapping[str, ShotStock]
    notes: tuple[Note, ...]

    def lacking(self) -> tuple[str, ...]:
        """Shots in the film that have no takes, or too short ones, in film order."""
        return tuple(dict.fromkeys(s.planned.shot for s in self.stocks.values() if s.lacks))

    def check(self, then: str) -> None:
        """Raise NotReady naming the shots without takes, or that there is nothing in the cut; `then` is what can be
        done once they are rendered."""
        lacking = self.lacking()
        if lacking:
            some = ", ".join(lacking[:8]) + (" …" if len(lacking) > 8 else "")
            raise NotReady(
                f"{len(lacking)} of {len(self.cut.shots())} shots have no take that fits their length yet: {some}.",
                f"Render them in Video, then {then}.",
            )
        if not self.reel.frames:
            raise NotReady("There is nothing in the cut.", "Put a shot back into it in Film.")


class CutService(Undoing[Cut]):
    """Edits of the cut. Item ids are those of `CutView.cut`; every method raises BadInput or NotFound in words."""

    document, called, empty = DOCUMENT, "The cut", Cut()

    def __init__(self, generation: GenerationService, changes: ChangeCounter) -> None:
        super().__init__(changes)
        self._generation = generation

    # -- reading -------------------------------------------------------------------------------------------

    def cut(self, project: OpenProject) -> Cut:
        """The cut in step with the storyboard; its `notes` say what following it meant for edits."""
        return _followed(project, project.files.read(DOCUMENT, Cut) or Cut())

    def view(
        self, project: OpenProject, setup: PlanSetup | None = None, states: Iterable[ShotState] | None = None
    ) -> CutView:
        """The cut, resolved. `setup` and `states` spare finding them out again. Works without any take."""
        setup = setup or self._generation.setup(project)
        by_shot = {s.words.shot.id: s for s in (self._generation.states(project, setup) if states is None else states)}
        cut = self.cut(project)
        standing: dict[str, ShotStock] = {}
        stocks: dict[str, ShotStock] = {}
        notes: list[Note] = []
        for item in cut.items:
            if not isinstance(item, ShotItem) or item.shot not in by_shot:
                continue
            state = by_shot[item.shot]
            if item.takes:
                stocks[item.id] = stock(state, item.takes)
                notes += gone_takes(item, state)
                continue
            if item.shot not in standing:
                standing[item.shot] = stock(state)
            stocks[item.id] = standing[item.shot]
        # a shot that came between two readings is in the cut at the next one
        shown = cut if len(stocks) == _shot_items(cut) else cut.replace(items=[i for i in cut.items if _in(i, stocks)])
        reel = resolve(shown, {item: found.material for item, found in stocks.items()}, project.project.rate)
        return CutView(shown, reel, stocks, (*shown.notes, *reel.notes, *notes))

    def imported(self, project: OpenProject, result: ImportResult) -> tuple[ImportNote, ...]:
        """A list was imported over the storyboard: a cut without edits takes its transitions, any other is left alone.
        What that means for it, in sentences."""
        before = project.files.read(DOCUMENT, Cut) or Cut()
        fresh = result.cut(project.project.rate)
        if is_plain(before) and fresh is not None:
            self._change(project, "taking transitions from a list", lambda now: now.replace(items=fresh.items))
        return import_notes(before, result)

    # -- where things stand --------------------------------------------------------------------------------

    def move(self, project: OpenProject, item: str, to: int) -> Cut:
        """Put an item at place `to` among the others, 0 at the head."""
        return self._change(project, "moving in the cut", lambda cut: editing.moved(cut, item, to))

    def reorder(self, project: OpenProject, items: list[str]) -> Cut:
        """Put all items into this order."""
        return self._change(project, "reordering the cut", lambda cut: editing.reordered(cut, items))

    def remove(self, project: OpenProject, item: str) -> Cut:
        """Take an item out of the film; it is kept under `cut.parked`."""
        return self._change(project, "taking out of the cut", lambda cut: editing.removed(cut, item))

    def restore(self, project: OpenProject, item: str) -> Cut:
        """Put back an item that was taken out."""
        return self._change(project, "putting back into the cut", lambda cut: editing.restored(cut, item))

    def as_board(self, project: OpenProject) -> Cut:
        """Let the cut be the storyboard again: every shot once and whole, nothing else."""
        return self._change(project, "going back to the storyboard's cut", editing.as_board)

    def replace(self, project: OpenProject, what: str, make: Callable[[Cut], Cut]) -> Cut:
        """Any other change, as one step of undo called `what`: several edits together, an edit list read back."""
        return self._change(project, what, make)

    # -- shots ---------------------------------------------------------------------------------------------

    def trim(self, project: OpenProject, item: str, first: int | None = None, end: int | None = None) -> Cut:
        """Give an item another in, out (exclusive) or both, in film-rate frames of its shot's own timeline."""
        planned = self._planned(project, item)
        return self._change(project, "trimming", lambda cut: editing.trimmed(cut, item, first, end, planned))

    def split(self, project: OpenProject, item: str, at: int) -> Cut:
        """Cut an item in two before its own film frame `at`."""
        planned = self._planned(project, item)
        return self._change(project, "splitting", lambda cut: editing.split(cut, item, at, planned))

    def set_speed(self, project: OpenProject, item: str, speed: Fraction | str | float) -> Cut:
        """Let an item run at that speed; 2 is twice as fast and half as long."""
        return self.edit(project, item, speed=speed)

    def pick_take(self, project: OpenProject, item: str, segment: int, take: str | None) -> Cut:
        """Show another take of a segment here only; None goes back to the one that stands for the shot."""
        found = self.cut(project).item(item)
        if not isinstance(found, ShotItem):
            raise BadInput("Only shots have takes.")
        takes = {k: v for k, v in found.takes.items() if k != str(segment)}
        if take is not None:
            if not any(t.id == take and t.segment == segment for t in project.files.takes(found.shot)):
                raise NotFound(f"Shot {found.shot} has no take {take[:60]!r}.", "Reload the page.")
            takes[str(segment)] = take
        return self.edit(project, item, takes=takes)

    def edit(self, project: OpenProject, item: str, **changes: Any) -> Cut:
        """Change fields of an item: `note`, `gain`, `muted`, `text`, `frames`, `colour` … and those below."""
        return self._change(project, "editing the cut", lambda cut: editing.edited(cut, item, **changes))

    # -- looks ---------------------------------------------------------------------------------------------

    def set_transition(self, project: OpenProject, item: str, transition: Transition | None) -> Cut:
        """Let an item come in by a transition, or by a straight cut. The film stays as long as it is."""
        return self.edit(project, item, into=transition)

    def set_grade(self, project: OpenProject, item: str, grade: Grade | None) -> Cut:
        """Change the colours of one item; the whole film's grade comes after it."""
        return self.edit(project, item, grade=grade)

    def set_lower_thirds(self, project: OpenProject, item: str, texts: Iterable[LowerThird]) -> Cut:
        """The lower thirds over an item."""
        return self.edit(project, item, lower_thirds=tuple(texts))

    def finish(self, project: OpenProject, **changes: Any) -> Cut:
        """Change fields of `Finish`: seam, match, retime, fit, grade."""
        unknown = set(changes) - set(Finish.model_fields)
        if unknown:
            raise BadInput(
                f"The film's finish has no {min(unknown)!r}.", f"There are {', '.join(Finish.model_fields)}."
            )
        return self._change(
            project, "finishing the film", lambda cut: cut.replace(finish=cut.finish.replace(**changes))
        )

    def add_title(
        self, project: OpenProject, text: str, style: str = "card", after: str | None = None, **fields: Any
    ) -> str:
        """A card behind the item `after` ("": at the head, None: at the end); the id of its item."""
        return self._add(project, f"adding a {style}", lambda: editing.title(text, style, **fields), after)

    def add_gap(self, project: OpenProject, frames: int, after: str | None = None, **fields: Any) -> str:
        """A stretch of one colour behind `after`; the id of its item."""
        return self._add(project, "adding a gap", lambda: editing.gap(frames, **fields), after)

    def add_shot(self, project: OpenProject, shot: str, after: str | None = None, **fields: Any) -> str:
        """A shot once more; the id of its item. Raises NotFound when the storyboard has no such shot."""
        project.board.position(shot)
        return self._add(project, f"adding shot {shot}", lambda: ShotItem(id=shot, shot=shot, **fields), after)

    # -- steps ---------------------------------------------------------------------------------------------

    def dismiss(self, project: OpenProject) -> Cut:
        """The notes about following the storyboard were read. No step of undo."""
        cut = project.change(DOCUMENT, Cut, lambda now: _followed(project, now).replace(notes=()), Cut())
        self._changes.bump()
        return cut

    def _add(self, project: OpenProject, what: str, make: Callable[[], Item], after: str | None) -> str:
        made: list[str] = []

        def add(cut: Cut) -> Cut:
            now = editing.added(cut, make(), after)
            before = {item.id for item in cut.items}
            made[:] = [item.id for item in now.items if item.id not in before]
            return now

        self._change(project, what, add)
        return made[0]

    def _change(self, project: OpenProject, what: str, make: Callable[[Cut], Cut]) -> Cut:
        return super()._change(project, what, lambda now: make(_followed(project, now)))

    def _planned(self, project: OpenProject, item: str) -> int:
        """The planned film frames of the shot behind an item; 0 for cards and gaps."""
        found = self.cut(project).item(item)
        if not isinstance(found, ShotItem):
            return 0
        return film_frames(project.board.shot(found.shot).seconds, project.project.rate)


def _followed(project: OpenProject, cut: Cut) -> Cut:
    followed, notes = follow(cut, [shot.id for shot in project.board.shots])
    return followed.replace(notes=(*followed.notes, *notes)) if notes else followed


def _shot_items(cut: Cut) -> int:
    return sum(isinstance(item, ShotItem) for item in cut.items)


def _in(item: Item, stocks: Mapping[str, ShotStock]) -> bool:
    return not isinstance(item, ShotItem) or item.id in stocks

"""The pictures of each shot by slot: which there are, which stands, and which were made from older words."""

from __future__ import annotations

from dataclasses import dataclass

from addons.session import View
from addons.words import inline, t
from domain.errors import NotFound
from domain.storyboard import Shot
from domain.take import Keyframe
from services.planning import ShotState
from services.takes import standing_keyframe

WORDS = 90
"""Characters of a shot's words in a row."""


@dataclass(frozen=True)
class SlotNow:
    """A keyframe slot of a shot. `used` tells that the plan needs it; `older` names the pictures that were made from
    other words than the shot has now. Pictures are listed oldest first. In a slot that is not used none stands."""

    slot: str
    used: bool
    keyframes: tuple[Keyframe, ...]
    standing: Keyframe | None
    picked: bool
    older: frozenset[str]

    @property
    def changed(self) -> bool:
        """Whether the words changed under the picture that stands, or under all there are."""
        if self.standing is not None:
            return self.standing.name in self.older
        return bool(self.older)


def slot_label(slot: str) -> str:
    """A slot's name for people."""
    if slot in ("start", "end"):
        return t("Start frame") if slot == "start" else t("End frame")
    return t("Boundary {n}", n=slot.removeprefix("mid-"))


def slot_now(state: ShotState, slot: str, used: bool = True) -> SlotNow:
    """What there is for one slot."""
    now = state.image_fingerprint(slot)
    own = tuple(k for k in state.keyframes if k.slot == slot)
    standing = standing_keyframe(list(own), state.choice, slot, now)[1] if used else None
    chosen = state.choice.keyframes.get(slot)
    return SlotNow(
        slot=slot, used=used, keyframes=own, standing=standing,
        picked=standing is not None and chosen is not None and standing.image.path == chosen.path,
        older=frozenset(k.name for k in own if k.request is not None and now not in (None, k.fingerprint)),
    )  # fmt: skip


def slots_now(state: ShotState) -> tuple[SlotNow, ...]:
    """The slots the plan uses, and an end frame that is drawn but not picked yet."""
    used = state.slots()
    found = [slot_now(state, slot) for slot in used]
    if "end" not in used and state.setup.spec.takes_end and any(k.slot == "end" for k in state.keyframes):
        found.append(slot_now(state, "end", used=False))
    return tuple(found)


def pictures(view: View) -> dict[str, tuple[SlotNow, ...]]:
    """The slots of every shot, by shot id in film order."""
    return view.cached("pictures", lambda: {shot: slots_now(state) for shot, state in view.states.items()})


def short_words(shot: Shot, limit: int = WORDS) -> str:
    """A shot's words in one line."""
    text = " ".join((shot.prompt or shot.title or shot.description)[: limit * 2].split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def known_shot(view: View, shot_id: str) -> str:
    """The id itself. Raises NotFound when there is no such shot."""
    if shot_id not in view.states:
        raise NotFound("There is no such shot.", "It may have been deleted in another window.")
    return shot_id


def keyframe_of(view: View, shot_id: str, name: str) -> Keyframe:
    """A picture by shot and name. Raises NotFound."""
    return view.studio.selection.keyframe(view.open, known_shot(view, shot_id), name)


def trash_picture(view: View, shot_id: str, name: str) -> str:
    """Move a picture into the project's trash; what was done, in words. Raises NotFound."""
    keyframe = keyframe_of(view, shot_id, name)
    number = 1 + [k.name for k in view.states[shot_id].keyframes if k.slot == keyframe.slot].index(name)
    view.studio.keeping.delete_keyframe(view.open, shot_id, name)
    return t(
        "Variant {number} of shot {shot} is in the trash. The Project tab puts it back.", number=number, shot=shot_id
    )


def toggle_pick(view: View, shot_id: str, name: str) -> str:
    """Let a picture stand for its slot, or no longer when it was picked already; what was done, in words."""
    keyframe = keyframe_of(view, shot_id, name)
    chosen = view.states[shot_id].choice.keyframes.get(keyframe.slot)
    if chosen is not None and chosen.path == keyframe.image.path:
        view.studio.selection.unpick(view.open, shot_id, keyframe.slot)
        return t("No {what} is picked for shot {shot} now.", what=inline(slot_label(keyframe.slot)), shot=shot_id)
    view.studio.selection.pick_keyframe(view.open, shot_id, name)
    return ""

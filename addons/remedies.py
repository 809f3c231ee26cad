"""What can be done about a finding, as buttons beside it: in Film and in Video."""

from __future__ import annotations

import contextlib

from addons.api import Action, Json, Reply
from addons.format import keyframe_url
from addons.imports import handed_over
from addons.session import View
from addons.uploads import Uploads
from addons.variants import known_shot, slot_label
from addons.words import said, t
from services.planning import ShotState
from services.quality.remedies import Remedy, known_remedy

ACT = "remedy"
"""The action that the buttons send."""
_THUMB = 160
"""Pixels across a picture to choose."""


def offered(view: View, state: ShotState, segment: int, check: str) -> list[list[Json]]:
    """The buttons for a finding of that check at that segment (0-based) of a shot: kind, number of the segment, label,
    help, why it cannot be done (empty when it can), the question that is asked before (empty for none), and pictures to
    choose from: name, place and address each."""
    return [_row(view, one) for one in view.studio.remedies.offers(view.open, state, segment, check)]


def _row(view: View, one: Remedy) -> list[Json]:
    n = one.segment + 1
    label, hint = {
        "reanchor": (
            t("Start segment {n} with a fresh picture", n=n),
            t("It is drawn from the last frame before it, and the shot is made again from there. Its takes stay."),
        ),
        "keyframe": (
            t("Start segment {n} with a picture of the shot", n=n),
            t("The shot is made again from there. Its takes stay."),
        ),
        "picture": (
            t("Start segment {n} with a picture of choice …", n=n),
            t("The shot is made again from there. Its takes stay."),
        ),
        "split": (
            t("Split the shot here"),
            t("The rest becomes a shot of its own, to be drawn and rendered. Undo in Storyboard joins them again."),
        ),
        "match": (
            t("Match colours"),
            t("The film matches the colours of each segment to the one before. Undo takes it back."),
        ),
        "again": (
            t("Make segment {n} again", n=n),
            t("With another seed, and what continues from it. Its takes stay."),
        ),
    }[one.kind]
    price = ", ".join(said(words) for words in one.costs)
    asked = t("This costs something: {price}. Go on?", price=price) if price else ""
    choice: list[Json] = [
        [k.name, slot_label(k.slot), keyframe_url(view.open.id, k, _THUMB)] for k in one.pictures if not one.why_not
    ]
    return [one.kind, n, label, hint, said(one.why_not), asked, choice]


def act(view: View, action: Action, uploads: Uploads) -> Reply:
    """Do what was chosen. Raises what the remedy raises, and NotFound for a shot that is gone."""
    shot, segment = known_shot(view, action.text("shot", 60)), (action.number("segment") or 0) - 1
    kind, files = known_remedy(action.text("kind", 20)), handed_over(action)
    with contextlib.ExitStack() as taken:
        picture = taken.enter_context(uploads.taken(files[0][0])) if kind == "picture" and files else None
        return Reply(
            said=said(view.studio.remedies.do(view.open, shot, segment, kind, picture, action.text("name", 80)))
        )

"""The prompt of a shot for models that read text, as parts that say where each came from.

Nothing that was filled in is dropped without a word: a preset key without words of its own is said as it is written,
and what a model's length leaves out is listed. Pictures are described by what is seen; clips, which start from a
picture, by what moves.
"""

from __future__ import annotations

from domain.prompting.cast import Present, present, shots_of, spoken_names, state_in
from domain.prompting.compose import Composition, Kind, PromptPart, compose, count_words, joined
from domain.prompting.sheets import sheet_id, sheet_owner, with_sheet
from domain.prompting.wordings import FIELDS, WORDINGS, Source, Wording, wording_for
from domain.prompting.words import CAMERA_WORDS, PRESET_WORDS, preset_words

__all__ = [
    "CAMERA_WORDS", "FIELDS", "PRESET_WORDS", "WORDINGS", "Composition", "Kind", "Present", "PromptPart", "Source",
    "Wording", "compose", "count_words", "joined", "present", "preset_words", "sheet_id", "sheet_owner", "shots_of",
    "spoken_names", "state_in", "with_sheet", "wording_for",
]  # fmt: skip

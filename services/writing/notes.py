"""What the planner says beside its plan. Like all that services say, in English: a window says it in its own language,
whatever language the draft is in."""

from __future__ import annotations

from domain.importing import ImportNote

_SHOTS, _LENGTH = "storyboard · shots", "storyboard · duration"


def list_stays(shots: int) -> ImportNote:
    """Another number of shots was asked for than a given list has."""
    return ImportNote(where=_SHOTS, what=f"The list has {shots} shots, and stays as it is.")


def stretched(length: str) -> ImportNote:
    """Lengths stated in the text do not add up to the running time."""
    return ImportNote(where=_LENGTH, what=f"Stated lengths were stretched to the running time of {length}.")


def another_count(found: int, asked: int) -> ImportNote:
    """A model wrote more or fewer shots than it was asked for."""
    return ImportNote(where=_SHOTS, what=f"The model wrote {found} shots where {asked} were asked for.")


def unanswered(shots: int) -> ImportNote:
    """A model left out shots that it should have filled in."""
    return ImportNote(where=_SHOTS, what=f"The model added nothing to {shots} shots; the rules did.")


def unknown(shots: int) -> ImportNote:
    """A model changed shots that the storyboard does not have."""
    return ImportNote(where=_SHOTS, what=f"The model named {shots} shots that are not there.")

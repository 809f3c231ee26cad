"""The shapes of what a language model is asked for: a draft, additions to a list, a revision, a summary."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from domain.answers import Answer, Camera, Length, Line, Lines, Name, Names, Size, TimeOfDay


class CastMember(Answer):
    """Someone, something or a place: how it looks, in a sentence that holds for the whole film."""

    name: Name = Field(min_length=1)
    description: Line = ""
    also: Names = Field(default_factory=list, description="Other words by which the text names it.")


class Cast(Answer):
    """Who, where and with what."""

    characters: list[CastMember] = Field(default_factory=list)
    locations: list[CastMember] = Field(default_factory=list)
    objects: list[CastMember] = Field(default_factory=list)


class Framing(Answer):
    """What is seen besides the words of a shot."""

    picture: Line = Field(default="", description="The first frame as a still picture.")
    seconds: Length = None
    size: Size = ""
    camera: Camera = ""
    time_of_day: TimeOfDay = ""
    location: Name = Field(default="", description="The name of one of the locations.")
    characters: Names = Field(default_factory=list, description="The names of those who are seen.")
    objects: Names = Field(default_factory=list)
    sound: Line = ""


class DraftShot(Framing):
    """One shot: what happens in it, as a prompt for a video model."""

    prompt: Line = Field(min_length=1)
    dialogue: Lines = Field(default="", description='One line for each speech: "NAME: words".')


class Drafted(Cast):
    """Shots in the order of the film."""

    asked: ClassVar[int | None] = None
    title: Name = ""
    style: Line = ""
    shots: list[DraftShot] = Field(min_length=1)

    @model_validator(mode="after")
    def _as_many_as_asked(self) -> Self:
        if self.asked is not None and len(self.shots) != self.asked:
            raise ValueError(f"there are {len(self.shots)} shots; give exactly {self.asked}")
        return self


def drafted(count: int | None) -> type[Drafted]:
    """The shape of a draft with exactly that many shots; None: as many as it likes."""
    return Drafted if count is None else type("Drafted", (Drafted,), {"asked": count, "__doc__": Drafted.__doc__})


class Addition(Framing):
    """What is added to the shot of that number."""

    number: int


class Expanded(Cast):
    """Additions to a list of shots, whose own words are not repeated."""

    shots: list[Addition] = Field(min_length=1)


class RevisedShot(Answer):
    """New values of one shot; what is left out stays as it is."""

    id: Name = Field(min_length=1)
    prompt: Line | None = None
    picture: Line | None = None
    seconds: Length = None
    size: Size | None = None
    camera: Camera | None = None
    time_of_day: TimeOfDay | None = None
    location: Name | None = None
    characters: Names | None = None
    dialogue: Lines | None = None
    sound: Line | None = None


class AddedShot(DraftShot):
    """A new shot behind the one called `after`; empty: at the beginning."""

    after: Name = ""


class Revised(Cast):
    """What the instruction changes; empty lists for what it does not."""

    changed: list[RevisedShot] = Field(default_factory=list)
    added: list[AddedShot] = Field(default_factory=list)
    removed: list[Name] = Field(default_factory=list, description="Ids of shots that go.")


class Digest(Cast):
    """A part of a long text in short: what is seen to happen, in order."""

    summary: Annotated[Lines, Field(min_length=1)]

"""Likeness by a vision model behind an address, by OpenAI's protocol: chat completions with pictures in the question.

Source of the protocol: OpenAI's API reference, "Create chat completion"; many local servers speak it as well. Pictures
go to the address that was set up and nowhere else: redirects are not followed.
"""

from __future__ import annotations

import base64
import io
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BackendFailed, BackendUnavailable, Cancelled
from domain.quality.continuity import Sighting, told
from domain.quality.values import Kind, Likeness
from infrastructure.quality import stills
from infrastructure.quality.stills import Pixels

FRAMES = 3
"""Frames of a shot that are shown."""
CONFIDENCE = 0.7
"""How much such a model can know of each kind, 0 to 1."""
TRIES = 3
"""How often one question is asked at most."""

_PAUSE = 2.0
_LONGEST_PAUSE = 30.0
_MOST_BYTES = 2**20
_CURE = "Check address, key and model in Settings, under Vision."
_WHAT: dict[Kind, str] = {
    "character": "the person or figure", "object": "the object", "location": "the place",
}  # fmt: skip
_ASK = (
    "The first picture is the reference of {what} called {name}. The others are frames of one shot of a film. How well "
    "does the shot keep {what}: face, hair, clothes, shape and colours for a figure, rooms and buildings for a place? "
    "Light, pose, framing and what else is in the picture do not count. Answer with one JSON object and nothing else: "
    '{{"score": 0 to 1, where 1 is surely the same and 0 surely another, "reason": "one short sentence"}}'
)


class _Answer(BaseModel):
    """What has to come back."""

    model_config = ConfigDict(extra="ignore")

    score: float = Field(ge=0, le=1, allow_inf_nan=False)
    reason: str = Field(default="", max_length=4000)


class VisionModel:
    """`url` is the service's base (with or without /v1) or the whole address; `silence` is how many seconds of it are
    waited for; `pause` the seconds before a second try."""

    def __init__(self, url: str, key: str, model: str, silence: float = 120, pause: float = _PAUSE) -> None:
        self._url, self._key, self._model = _address(url), key, model
        self._silence, self._pause = silence, pause
        self._host = urlsplit(self._url).netloc.rpartition("@")[2]

    @property
    def method(self) -> str:
        """What tells, in words."""
        return f"the vision model {self._model or 'at ' + self._host}"

    def compare(self, path: Path, sightings: Sequence[Sighting], stopped: Callable[[], bool]) -> Iterator[Likeness]:
        """As `services.ports.Likenesses`; one question for each subject in each shot."""
        wanted = {sighting: stills.places(sighting, FRAMES) for sighting in sightings}
        waiting = sorted(wanted, key=lambda sighting: wanted[sighting][-1])
        pictures: dict[int, Pixels] = {}
        for place, picture in stills.frames(path, {place for places in wanted.values() for place in places}, stopped):
            pictures[place] = picture
            while waiting and wanted[waiting[0]][-1] <= place:
                sighting = waiting.pop(0)
                yield from self._told(sighting, [pictures[n] for n in wanted[sighting] if n in pictures], stopped)
            needed = {n for sighting in waiting for n in wanted[sighting]}
            pictures = {n: kept for n, kept in pictures.items() if n in needed}
        for sighting in waiting:  # the film is shorter than it was ordered
            yield from self._told(sighting, [pictures[n] for n in wanted[sighting] if n in pictures], stopped)

    def _told(self, sighting: Sighting, shown: Sequence[Pixels], stopped: Callable[[], bool]) -> Iterator[Likeness]:
        if not shown:
            return
        subject = sighting.subject
        answer = self._ask(subject.kind, subject.name, [stills.reference(Path(subject.reference)), *shown], stopped)
        yield Likeness(
            subject=subject.name, kind=subject.kind, shot=sighting.shot, score=answer.score, method=self.method,
            confidence=told(CONFIDENCE, sighting.hardly), first=sighting.first, last=sighting.last,
            judged=not sighting.hardly, reason=" ".join(answer.reason.split())[:300],
        )  # fmt: skip

    def _ask(self, kind: Kind, name: str, pictures: Sequence[Pixels], stopped: Callable[[], bool]) -> _Answer:
        """One answer. What is busy, broken or answers nonsense is asked again, at most TRIES times in all."""
        text = _ASK.format(what=_WHAT[kind], name=json.dumps(name, ensure_ascii=False))
        content: list[dict[str, Any]] = [{"type": "text", "text": text}]
        content += [{"type": "image_url", "image_url": {"url": _data_url(picture)}} for picture in pictures]
        body = {"model": self._model, "messages": [{"role": "user", "content": content}], "temperature": 0}
        for number in range(1, TRIES + 1):
            if stopped():
                raise Cancelled("The question to the vision model was stopped.")
            try:
                return self._once(body)
            except BackendFailed as error:
                if not error.retry or number == TRIES:
                    raise
                _wait(min(_LONGEST_PAUSE, self._pause * 2 ** (number - 1)), stopped)
        raise AssertionError("unreachable")

    def _once(self, body: dict[str, Any]) -> _Answer:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            with requests.post(
                self._url, json=body, headers=headers, timeout=(10, self._silence), stream=True, allow_redirects=False
            ) as answer:
                self._check(answer)
                data = self._read(answer)
        except requests.RequestException as error:
            raise BackendUnavailable(
                f"The vision model at {self._host} cannot be reached: {type(error).__name__}.", _CURE
            ) from error
        return self._understood(data)

    def _check(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status == 200:
            return
        if status in (401, 403):
            raise BackendUnavailable(f"The vision model at {self._host} refused the key.", _CURE, retry=False)
        if status in (408, 429) or status >= 500:
            raise BackendUnavailable(
                f"The vision model at {self._host} is busy or broken (status {status}).", "Try later."
            )
        said = " ".join(next(answer.iter_content(2000), b"").decode(errors="replace").split())[:200]
        raise BackendFailed(
            f"The vision model at {self._host} refused the question (status {status}): {said}", _CURE, retry=False
        )

    def _read(self, answer: requests.Response) -> bytes:
        data = b""
        began = time.monotonic()
        for portion in answer.iter_content(2**14):
            data += portion
            if len(data) > _MOST_BYTES or time.monotonic() - began > self._silence:
                raise BackendFailed(f"The vision model at {self._host} sends without end.", _CURE, retry=False)
        return data

    def _understood(self, data: bytes) -> _Answer:
        try:
            text = json.loads(data)["choices"][0]["message"]["content"]
            found = re.search(r"\{.*\}", text, re.DOTALL)
            return _Answer.model_validate_json(found.group() if found else "")
        except (ValueError, KeyError, IndexError, TypeError, ValidationError) as error:
            raise BackendFailed(
                f"The vision model at {self._host} answered no score between 0 and 1.",
                "Choose another model.",
                retry=True,
            ) from error


def _data_url(picture: Pixels) -> str:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode()


def _wait(seconds: float, stopped: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if stopped():
            raise Cancelled("The question to the vision model was stopped.")
        time.sleep(min(0.1, left))


def _address(url: str) -> str:
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path += "/chat/completions" if re.search(r"/v\d+$", path) else "/v1/chat/completions"
    return parts._replace(path=path, fragment="").geturl()

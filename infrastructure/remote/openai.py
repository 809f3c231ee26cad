"""OpenAI's images API, and services that speak it: POST /images/generations, and /images/edits with pictures.

Source: OpenAI's API reference, "Create image" and "Create image edit", and its image generation guide, as of November
2026. The GPT image family answers with base64 always; from gpt-image-2 on any size with sides in multiples of 16 can be
asked for, up to 3:1 and 3840x2160, of which more than 2560x1440 is called experimental and not asked for here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.backend import BackendSpec, Problem
from domain.errors import BackendFailed, BadInput, NotReady
from domain.fitting import Size
from domain.prices import Price
from domain.request import GenerationRequest
from infrastructure.remote.client import Answer, Client, File
from infrastructure.remote.failures import WordsRefused, must_act
from infrastructure.remote.fitting import CENTRE, Grid, nearest, on_grid, options
from infrastructure.remote.prices import openai_price
from infrastructure.remote.provider import PICTURE_FIELDS, Made, has_key, raise_transport, setup_problems

BACKEND = "openai"
TITLE = "OpenAI images"
URL = "https://api.openai.com/v1"

FIXED: dict[str, Size] = {f"{w}x{h}": (w, h) for w, h in ((1024, 1024), (1536, 1024), (1024, 1536))}
"""The sizes that every model of the family makes."""

FREE = Grid(step=16, least=1024 * 640, most=2560 * 1440, longest=3840, ratio=3.0)
"""The sizes that gpt-image-2 and later make; `least` is the fewest pixels that they take."""

LONGEST_PROMPT = 32_000
MOST_REFERENCES = 16
LARGEST_FILE = 50 * 10**6
_PLACE = "OpenAI images"
_REFUSED = frozenset({"moderation_blocked", "content_policy_violation"})
_SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


@dataclass(frozen=True)
class OpenAIOptions:
    """How it is set up; see the settings of the same names."""

    key: str = ""
    url: str = URL
    model: str = "gpt-image-2"
    quality: str = "medium"
    moderation: str = "auto"
    fit: str = "fill"
    focus_across: int = CENTRE
    focus_down: int = CENTRE
    price: str = ""

    def params(self) -> dict[str, Any]:
        """What goes into every request, because it decides the picture."""
        return {
            "model": self.model, "quality": self.quality, "moderation": self.moderation,
            **options(self.fit, self.focus_across, self.focus_down),
        }  # fmt: skip


class OpenAIImages:
    """Implements `provider.Provider`. `options` gives how it is set up now."""

    id = BACKEND
    title = TITLE

    def __init__(self, options: Callable[[], OpenAIOptions], redact: Callable[[str], str] | None = None) -> None:
        self._options = options
        self._redact = redact

    @property
    def spec(self) -> BackendSpec:
        """No seed and no unwanted things: this API takes neither."""
        now = self._options()
        return BackendSpec(
            id=BACKEND, title=TITLE, kinds=frozenset({"image"}), profiles=(BACKEND,),
            fields=frozenset({*PICTURE_FIELDS, "references"}), free=False, parallel=2, reads_text=True,
            references=MOST_REFERENCES, needs="" if has_key(now.url, now.key) else "an API key", place=_PLACE,
        )  # fmt: skip

    def problems(self) -> tuple[Problem, ...]:
        """A missing key, an address that cannot be used, a quality that the model does not have."""
        now = self._options()
        found = setup_problems(TITLE, _PLACE, now.url, now.key)
        if not found and now.quality in ("xhigh", "max") and _generation(now.model) not in (None, *_NEWEST):
            what = f"The model {now.model} has no quality {now.quality!r}."
            return (Problem(what=what, cure=f"Choose another in Settings, under {_PLACE}."),)
        return found

    def check(self, request: GenerationRequest) -> None:
        """Raise BadInput for words that are missing or too many."""
        if not request.prompt.strip():
            raise BadInput(f"{TITLE} draws from words, and this shot has none.", "Describe it in Storyboard.")
        if len(request.prompt) > LONGEST_PROMPT:
            raise BadInput(
                f"{TITLE} takes {LONGEST_PROMPT} characters, and the prompt has {len(request.prompt)}.",
                "Shorten the shot's words.",
            )

    def size(self, request: GenerationRequest) -> Size:
        """The size to ask for."""
        frame = (request.width, request.height)
        if (_generation(self._model(request)) or (0, 0)) >= (2, 0):
            return on_grid(frame, FREE)
        return FIXED[nearest(frame, FIXED)]

    def price(self, request: GenerationRequest) -> Price | None:
        """About what the request costs, reference pictures apart."""
        quality = str(request.params.get("quality") or self._options().quality)
        return openai_price(self._model(request), quality, self.size(request), self._options().price)

    def ask(
        self, request: GenerationRequest, inputs: Mapping[str, Path], job_id: str, stopped: Callable[[], bool]
    ) -> Made:
        """Send the request once, with the reference pictures as they are."""
        now = self._options()
        if problems := self.problems():
            raise must_act(problems[0].what, problems[0].cure)
        size = self.size(request)
        files = _files(inputs)
        fields = self._fields(request, now, f"{size[0]}x{size[1]}", bool(files))
        client = Client(now.url, now.key, TITLE, self._redact)
        path = "/images/edits" if files else "/images/generations"
        # Not for idempotency, which this API does not have: its support finds a request by it.
        answer = client.post(path, fields, files, headers={"X-Client-Request-Id": job_id}, stopped=stopped)
        told = {k: fields[k] for k in ("model", "quality") if k in fields} | {"asked_size": fields["size"]}
        if answer.headers.get("x-request-id"):
            told["request_id"] = client.said(answer.headers["x-request-id"])
        return _picture(answer, client, told)

    def _fields(self, request: GenerationRequest, now: OpenAIOptions, size: str, edits: bool) -> dict[str, Any]:
        model = self._model(request)
        fields: dict[str, Any] = {"model": model, "prompt": request.prompt, "n": 1, "size": size}
        if not re.match(r"(gpt|chatgpt)-image", model):
            return fields | {"response_format": "b64_json"}  # another service's model behind the same protocol
        for name, own in (("quality", now.quality), ("moderation", now.moderation)):
            fields[name] = str(request.params.get(name) or own)
        if edits:
            del fields["moderation"]  # a parameter of generations alone
            if model.startswith("gpt-image-1.5"):
                fields["input_fidelity"] = "high"  # faces stay those of the reference
        return fields | {"background": "opaque", "output_format": "png"}

    def _model(self, request: GenerationRequest) -> str:
        return str(request.params.get("model") or self._options().model)


_NEWEST = ((2, 5), (2, 6))
"""Generations with the qualities xhigh and max."""


def _generation(model: str) -> tuple[int, int] | None:
    """(2, 5) of "gpt-image-2.5-flare"; None where the name does not say."""
    found = re.match(r"gpt-image-(\d{1,2})(?:\.(\d{1,2}))?(?![\d.])", model)
    return (int(found[1]), int(found[2] or 0)) if found else None


def _files(inputs: Mapping[str, Path]) -> list[File]:
    """The reference pictures in their order, byte for byte. Raises NotReady and BadInput."""
    names = sorted((n for n in inputs if n.startswith("reference-")), key=lambda n: int(n.partition("-")[2]))
    found: list[File] = []
    for number, name in enumerate(names[:MOST_REFERENCES]):
        content, kind = read_picture(inputs[name], LARGEST_FILE, TITLE)
        found.append(("image[]", f"reference-{number}.{kind.partition('/')[2]}", content, kind))
    return found


def read_picture(path: Path, most: int, title: str) -> tuple[bytes, str]:
    """A picture's bytes and media type. Raises NotReady when it is gone, BadInput for what the service would not
    take."""
    try:
        if path.stat().st_size > most:
            raise BadInput(f"{path.name} is larger than the {most // 10**6} MB that {title} takes.", "Make it smaller.")
        content = path.read_bytes()
    except OSError as error:
        raise NotReady(f"The picture {path.name} cannot be read: {error.strerror}.", "Choose it again.") from error
    kind = next((kind for head, kind in _KINDS.items() if content.startswith(head)), "")
    if not kind:
        raise BadInput(f"{path.name} is no picture that {title} takes.", "Use a PNG, JPEG or WebP.")
    return content, kind


def _picture(answer: Answer, client: Client, told: dict[str, Any]) -> Made:
    """The picture of an answer. Raises what it means when there is none."""
    data = answer.json()
    if answer.status != 200:
        raise_refusal(answer, data, client)
    pictures = data.get("data")
    first = pictures[0] if isinstance(pictures, list) and pictures and isinstance(pictures[0], dict) else {}
    try:
        content = base64.b64decode(str(first.get("b64_json") or ""), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise BackendFailed(f"{TITLE} answered without a picture.", "Draw it again; it may be charged once more.")
    usage = data.get("usage")
    if isinstance(usage, dict):
        told["tokens"] = {k: v for k, v in usage.items() if isinstance(v, int) and isinstance(k, str)}
    if isinstance(first.get("revised_prompt"), str):
        told["revised_prompt"] = first["revised_prompt"][:4000]
    return Made(content, told)


def raise_refusal(answer: Answer, data: Mapping[str, Any], client: Client) -> None:
    """Raise what an answer without a picture means."""
    error = data.get("error")
    error = error if isinstance(error, dict) else {}
    code, kind = str(error.get("code") or ""), str(error.get("type") or "")
    said = client.said(error.get("message") or "")
    words = f": {said}" if said else "."
    if code in _REFUSED:
        raise WordsRefused(f"{TITLE} refused the words{words}", "Change the shot's words, or have them reworded.")
    if code in _SPENT or kind == "insufficient_quota" or answer.status == 402:
        raise must_act(f"The account at {TITLE} has no credit left{words}", "Add credit there, then try again.")
    raise_transport(answer, TITLE, said)
    if answer.status == 401:
        raise must_act(f"{TITLE} refused the key{words}", f"Check it in Settings, under {_PLACE}.")
    if answer.status == 403:
        raise must_act(
            f"{TITLE} does not allow this account to draw{words}", "Verify the account there, then try again."
        )
    if answer.status == 404:
        raise must_act(f"{TITLE} does not know the model or the address{words}", f"Check both under {_PLACE}.")
    raise BackendFailed(
        f"{TITLE} could not use the request (status {answer.status}){words}",
        "Change what it complains of.",
        retry=False,
    )

"""Stability's REST API v2beta: POST /v2beta/stable-image/generate/core, /ultra and /sd3, and where a picture is to be
followed, /control/style, /structure, /sketch and /style-transfer; all as multipart forms.

Source: Stability's API reference, "Generate" and "Control", as of November 2026. Pictures have one of nine shapes and
about a megapixel, or the shape of the start picture; which of the calls takes which picture is in `way_of`. A picture
that its rules forbid comes as status 200 with the finish reason CONTENT_FILTERED, blurred: it is thrown away.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.backend import BackendSpec, Problem
from domain.errors import BackendFailed, BadInput
from domain.fitting import Size
from domain.prices import Price
from domain.request import GenerationRequest
from infrastructure.remote.client import Answer, Client, File
from infrastructure.remote.failures import WordsRefused, must_act
from infrastructure.remote.fitting import CENTRE, nearest, options
from infrastructure.remote.openai import read_picture
from infrastructure.remote.prices import stability_price
from infrastructure.remote.provider import PICTURE_FIELDS, Made, has_key, raise_transport, setup_problems

BACKEND = "stability"
TITLE = "Stability images"
URL = "https://api.stability.ai"

GENERATE, STYLE, STRUCTURE, SKETCH, TRANSFER = "generate", "style", "structure", "sketch", "style-transfer"
LEAST_SIDE, MOST_PIXELS, MOST_RATIO = 64, 9_437_184, 2.5
"""What the control calls take: pixels of a side at least, in all at most, and how far from square."""

RATIOS = ("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")
SHAPES: dict[str, Size] = {r: (int(r.partition(":")[0]), int(r.partition(":")[2])) for r in RATIOS}
MODELS = ("core", "ultra", "sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium")
LONGEST_PROMPT = 10_000
LARGEST_FILE = 10 * 10**6
HIGHEST_SEED = 4_294_967_294
"""0 asks for a seed by chance, so seeds are sent as 1 to this."""

_PLACE = "Stability"
_TOLD = (
    "aspect_ratio", "strength", "fidelity", "control_strength", "style_strength", "composition_fidelity",
    "change_strength",
)  # fmt: skip


@dataclass(frozen=True)
class StabilityOptions:
    """How it is set up; see the settings of the same names. Fidelity and focus are in percent."""

    key: str = ""
    url: str = URL
    model: str = "core"
    reference: str = "style"
    fidelity: int = 50
    start: str = "image"
    fit: str = "fill"
    focus_across: int = CENTRE
    focus_down: int = CENTRE
    price: str = ""

    def params(self) -> dict[str, Any]:
        """What goes into every request, because it decides the picture. What is not said is the default, so that
        pictures of earlier versions stand."""
        said = {"model": self.model, **options(self.fit, self.focus_across, self.focus_down)}
        if self.reference != "none" and self.fidelity != StabilityOptions.fidelity:
            said["fidelity"] = self.fidelity
        if self.start != StabilityOptions.start:
            said["start_by"] = self.start
        return said


def way_of(start: bool, reference: bool, start_by: str) -> str:
    """Which call takes what a request has: pictures to start from and to look like, and how the first is followed."""
    if reference:
        return TRANSFER if start else STYLE
    return start_by if start and start_by in (STRUCTURE, SKETCH) else GENERATE


class StabilityImages:
    """Implements `provider.Provider`. `options` gives how it is set up now."""

    id = BACKEND
    title = TITLE

    def __init__(self, options: Callable[[], StabilityOptions], redact: Callable[[str], str] | None = None) -> None:
        self._options = options
        self._redact = redact

    @property
    def spec(self) -> BackendSpec:
        """The parts of a shot that the chosen model makes use of."""
        now = self._options()
        turbo = now.model.endswith("-turbo")
        fields = {*PICTURE_FIELDS, "image.seed"}
        if not turbo:
            fields.add("negative")
        if now.model.startswith("sd3"):
            fields.add("image.cfg")
        if now.model != "core" or now.start in (STRUCTURE, SKETCH):
            fields.add("carry")
        if now.reference == STYLE:
            fields.add("references")
        return BackendSpec(
            id=BACKEND, title=TITLE, kinds=frozenset({"image"}), fields=frozenset(fields), free=False, parallel=2,
            profiles=("stability-turbo" if turbo else BACKEND,), reads_text=True,
            references=int(now.reference == STYLE), place=_PLACE,
            needs="" if has_key(now.url, now.key) else "an API key",
        )  # fmt: skip

    def problems(self) -> tuple[Problem, ...]:
        """A missing key, or an address that cannot be used."""
        now = self._options()
        return setup_problems(TITLE, _PLACE, now.url, now.key)

    def check(self, request: GenerationRequest) -> None:
        """Raise BadInput for words that are missing or too many, and for guidance out of range."""
        if not request.prompt.strip():
            raise BadInput(f"{TITLE} draws from words, and this shot has none.", "Describe it in Storyboard.")
        longest = max(len(request.prompt), len(request.negative))
        if longest > LONGEST_PROMPT:
            raise BadInput(
                f"{TITLE} takes {LONGEST_PROMPT} characters, and the prompt has {longest}.", "Shorten the shot's words."
            )
        cfg = request.params.get("cfg")
        if isinstance(cfg, (int, float)) and not 1 <= cfg <= 10:
            raise BadInput(f"{TITLE} takes a guidance of 1 to 10, not {cfg:g}.", "Change the shot's guidance.")

    def price(self, request: GenerationRequest) -> Price | None:
        """What the request costs."""
        way = self._way(request)
        return stability_price(self._model(request) if way == GENERATE else way, self._options().price)

    def ask(
        self, request: GenerationRequest, inputs: Mapping[str, Path], job_id: str, stopped: Callable[[], bool]
    ) -> Made:
        """Send the request once, with its pictures as they are."""
        now = self._options()
        if problems := self.problems():
            raise must_act(problems[0].what, problems[0].cure)
        model, way = self._model(request), self._way(request)
        if way == GENERATE:
            fields, files = self._form(request, inputs, model)
            path = f"/v2beta/stable-image/generate/{'sd3' if model.startswith('sd3') else model}"
        else:
            fields, files = _controlled(request, inputs, way)
            path = f"/v2beta/stable-image/control/{way}"
        client = Client(now.url, now.key, TITLE, self._redact)
        answer = client.post(
            path, fields, files, form=True, headers={"Accept": "application/json"}, stopped=stopped
        )  # fmt: skip
        told = {"model": model if way == GENERATE else f"control/{way}", "seed": fields["seed"]}
        told |= {name: fields[name] for name in _TOLD if name in fields}
        return _picture(answer, client, told)

    def _form(
        self, request: GenerationRequest, inputs: Mapping[str, Path], model: str
    ) -> tuple[dict[str, Any], list[File]]:
        sd3 = model.startswith("sd3")
        fields: dict[str, Any] = {"prompt": request.prompt, "seed": seed_for(request.seed), "output_format": "png"}
        if request.negative and not model.endswith("-turbo"):
            fields["negative_prompt"] = request.negative
        if sd3:
            fields["model"] = model
            if request.params.get("cfg") is not None:
                fields["cfg_scale"] = request.params["cfg"]
        files: list[File] = []
        if "start" in inputs and model != "core":
            files.append(_file("image", inputs["start"]))
            fields["strength"] = request.params.get("denoise", 0.5)
        if sd3:
            fields["mode"] = "image-to-image" if files else "text-to-image"
        if not (sd3 and files):  # an sd3 picture made from another has its shape
            fields["aspect_ratio"] = nearest((request.width, request.height), SHAPES)
        return fields, files

    def _way(self, request: GenerationRequest) -> str:
        start_by = str(request.params.get("start_by") or "")
        return way_of(request.start is not None, bool(request.references), start_by)

    def _model(self, request: GenerationRequest) -> str:
        found = str(request.params.get("model") or self._options().model)
        if found not in MODELS:
            raise BadInput(f"{TITLE} has no model {found[:40]!r}.", f"Choose one of: {', '.join(MODELS)}.")
        return found


def _controlled(request: GenerationRequest, inputs: Mapping[str, Path], way: str) -> tuple[dict[str, Any], list[File]]:
    """The form of a call that follows pictures. How much of the start picture stays is the shot's; how closely the
    look of a reference is followed is the setting's."""
    anew = float(request.params.get("denoise", 0.5))
    fidelity = request.params.get("fidelity", StabilityOptions.fidelity) / 100
    fields: dict[str, Any] = {"prompt": request.prompt, "seed": seed_for(request.seed), "output_format": "png"}
    if request.negative:
        fields["negative_prompt"] = request.negative
    if way == TRANSFER:
        fields |= {"style_strength": fidelity, "composition_fidelity": round(1 - anew, 4)}
        fields["change_strength"] = max(0.1, anew)  # the least it takes
        return fields, [_file("init_image", inputs["start"], True), _file("style_image", inputs["reference-0"], True)]
    if way == STYLE:
        fields |= {"fidelity": fidelity, "aspect_ratio": nearest((request.width, request.height), SHAPES)}
        return fields, [_file("image", inputs["reference-0"], True)]
    fields["control_strength"] = round(1 - anew, 4)
    return fields, [_file("image", inputs["start"], True)]


def _file(field: str, path: Path, followed: bool = False) -> File:
    """A picture for a form, byte for byte. Raises NotReady and BadInput, the latter before anything is sent for a
    size that the control calls do not take (`followed`)."""
    content, kind = read_picture(path, LARGEST_FILE, TITLE)
    if followed:
        from infrastructure.media import pictures  # with its libraries: only what draws needs them

        width, height = pictures.check(path)
        long, short = max(width, height), min(width, height)
        if short < LEAST_SIDE or width * height > MOST_PIXELS or long > MOST_RATIO * short:
            raise BadInput(
                f"{TITLE} cannot follow a picture of {width}x{height}.",
                "It takes sides of 64 pixels and more, shapes up to 5:2, and 9.4 megapixels.",
            )
    return field, f"{field}.{kind.partition('/')[2]}", content, kind


def seed_for(seed: int) -> int:
    """The seed as it is sent, 1 to HIGHEST_SEED; the same for seeds in that range."""
    return (seed - 1) % HIGHEST_SEED + 1


def _picture(answer: Answer, client: Client, told: dict[str, Any]) -> Made:
    """The picture of an answer. Raises what it means when there is none."""
    data = answer.json()
    if answer.status != 200:
        raise_refusal(answer, data, client)
    reason = str(data.get("finish_reason") or answer.headers.get("finish-reason") or "")
    if reason == "CONTENT_FILTERED":
        raise WordsRefused(
            f"{TITLE} drew a picture and held it back: its rules forbid what it shows (CONTENT_FILTERED).",
            "Another seed may pass; else change the shot's words, or have them reworded.", drawn=True,
        )  # fmt: skip
    try:
        content = base64.b64decode(str(data.get("image") or ""), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise BackendFailed(f"{TITLE} answered without a picture.", "Draw it again; it may be charged once more.")
    if isinstance(data.get("seed"), int):
        told["seed"] = data["seed"]
    return Made(content, told)


def raise_refusal(answer: Answer, data: Mapping[str, Any], client: Client) -> None:
    """Raise what an answer without a picture means."""
    name = str(data.get("name") or "")
    errors = data.get("errors")
    said = client.said(" ".join(str(e) for e in errors) if isinstance(errors, list) else data.get("message") or "")
    words = f": {said}" if said else "."
    if name == "content_moderation":
        raise WordsRefused(f"{TITLE} refused the words{words}", "Change the shot's words, or have them reworded.")
    if answer.status == 402 or name in ("payment_required", "insufficient_balance"):
        raise must_act(f"The account at {TITLE} has no credit left{words}", "Add credit there, then try again.")
    raise_transport(answer, TITLE, said)
    if answer.status in (401, 403):
        raise must_act(f"{TITLE} refused the key{words}", f"Check it in Settings, under {_PLACE}.")
    if answer.status == 404:
        raise must_act(f"{TITLE} is not found at this address{words}", f"Check it under {_PLACE}.")
    raise BackendFailed(
        f"{TITLE} could not use the request (status {answer.status}){words}",
        "Change what it complains of.",
        retry=False,
    )

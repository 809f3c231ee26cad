"""Servers that speak OpenAI's images API and Stability's REST API, as far as pictures go: a picture for every request
that keeps the rules, or the fault that comes next.

Both take requests apart as the services do: fields that they do not know, sizes that a model does not make and a wrong
key are refused. `taken` has what arrived, with the bytes of its files; `drawn` counts the pictures that would have been
charged. Faults are used up one after another: see FAULTS.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import struct
import threading
import zlib
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from tests.fakes.http_server import Handler, HttpServer

FAULTS = (
    "refused", "filtered", "busy", "spent", "broken", "drop", "truncated", "no picture", "text", "huge picture",
    "too long", "redirect", "gave up", "no json",
)  # fmt: skip


@dataclass
class Taken:
    """One request as it arrived; files by field in their order, as name, bytes and media type."""

    path: str
    headers: dict[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    files: list[tuple[str, str, bytes, str]] = field(default_factory=list)


class Refusal(Exception):
    """The answer to a request that breaks a rule."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.status, self.body, self.headers = status, body, headers or {}


class PictureServer(HttpServer):
    """Prompts with [slow] are answered when `gate` is set."""

    most_pixels = 3840 * 2160

    def __init__(self, key: str = "sk-stand-in-0123456789", faults: tuple[str, ...] = ()) -> None:
        self.key = key
        self.faults = list(faults)
        self.after = "7"
        self.taken: list[Taken] = []
        self.drawn = 0
        self._lock = threading.Lock()
        server = self

        class Drawing(Handler):
            def do_POST(self) -> None:
                server._answer(self)

        super().__init__(Drawing)
        self.gate = self.over

    @property
    def url(self) -> str:
        """The base address as a setting has it."""
        return self.host

    # -- one request ---------------------------------------------------------------------------------------

    def _answer(self, handler: Handler) -> None:
        body = handler.sent()
        taken = Taken(handler.path, handler.lower_headers())
        kind = handler.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):
            _read_form(taken, body, kind)
        else:
            taken.fields = json.loads(body)
        with self._lock:
            self.taken.append(taken)
            fault = self.faults.pop(0) if self.faults else ""
        try:
            told = handler.headers.get("Authorization", "").removeprefix("Bearer ")
            if told != self.key:
                raise self.refusal("key", told)
            size, shown = self.read(taken)
            if fault in ("refused", "busy", "spent", "broken", "gave up", "redirect"):
                raise self.refusal(fault)
            if "[slow]" in str(taken.fields.get("prompt")):
                self.gate.wait(60)
            with self._lock:
                self.drawn += 1
            if fault == "drop":
                handler.close_connection = True
                return
            answer, headers = self.picture(self._content(fault, size, shown), taken, fault)
            status = 200
        except Refusal as refusal:
            status, headers = refusal.status, refusal.headers
            answer = json.dumps(refusal.body).encode()
        if fault == "no json":
            answer = b"<html>Welcome</html>"
        try:
            handler.answer(status, answer, headers, announced=len(answer) + (4000 if fault == "truncated" else 0))
        except OSError:
            pass  # nobody waits for it any more
        handler.close_connection = True

    @staticmethod
    def _content(fault: str, size: tuple[int, int], shown: list[bytes]) -> bytes:
        match fault:
            case "no picture":
                return b""
            case "text":
                return b"this is no picture"
            case "huge picture":
                return png_of_size(30_000, 30_000)
            case "too long":
                return bytes(3 * 2**20)
            case _:
                return drawn(size, shown)

    # -- what the two differ in ----------------------------------------------------------------------------

    def read(self, taken: Taken) -> tuple[tuple[int, int], list[bytes]]:
        """The size of the picture, and what it depends on. Raises Refusal."""
        raise NotImplementedError

    def refusal(self, what: str, words: str = "") -> Refusal:
        """The answer to a request that is not carried out."""
        raise NotImplementedError

    def picture(self, content: bytes, taken: Taken, fault: str) -> tuple[bytes, dict[str, str]]:
        """The answer with the picture, and its headers."""
        raise NotImplementedError


class OpenAIServer(PictureServer):
    """POST /v1/images/generations with JSON, and /v1/images/edits with a form."""

    _TAKES = frozenset({"model", "prompt", "n", "size", "quality", "background", "output_format"})

    @property
    def url(self) -> str:
        return f"{self.host}/v1"

    def read(self, taken: Taken) -> tuple[tuple[int, int], list[bytes]]:
        fields, edits = taken.fields, taken.path == "/v1/images/edits"
        if not edits and taken.path != "/v1/images/generations":
            raise Refusal(404, {"error": {"message": "No such path.", "type": "invalid_request_error"}})
        unknown = set(fields) - self._TAKES - ({"input_fidelity"} if edits else {"moderation"})
        if unknown:
            raise self.refusal("field", f"Unknown parameter: {sorted(unknown)[0]}")
        if edits != bool(taken.files) or any(f[0] != "image[]" for f in taken.files) or len(taken.files) > 16:
            raise self.refusal("field", "image[] is wrong")
        if "input_fidelity" in fields and not fields["model"].startswith("gpt-image-1.5"):
            raise self.refusal("field", "Unsupported parameter: input_fidelity")
        if str(fields["n"]) != "1" or fields["background"] != "opaque" or fields["output_format"] != "png":
            raise self.refusal("field", "n, background or output_format is wrong")
        size = self._size(str(fields["model"]), str(fields["size"]))
        return size, [str(fields["prompt"]).encode(), *(f[2] for f in taken.files)]

    def _size(self, model: str, text: str) -> tuple[int, int]:
        width, height = (int(n) for n in text.split("x"))
        if not re.match(r"gpt-image-[2-9]", model):
            if text not in ("1024x1024", "1536x1024", "1024x1536"):
                raise self.refusal("field", f"Invalid value: {text}")
        elif width % 16 or height % 16 or not 1 / 3 <= width / height <= 3 or max(width, height) > 3840:
            raise self.refusal("field", f"Invalid size: {text}")
        return width, height

    def refusal(self, what: str, words: str = "") -> Refusal:
        status, code, kind, said = {
            "key": (401, "invalid_api_key", "invalid_request_error", f"Incorrect API key provided: {words}."),
            "refused": (
                400, "moderation_blocked", "image_generation_user_error",
                "Your request was rejected by the safety system. safety_violations=[violence].",
            ),
            "busy": (429, "rate_limit_exceeded", "requests", "Rate limit reached for images per minute."),
            "spent": (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
            "broken": (500, "", "server_error", "The server had an error while processing your request."),
            "gave up": (504, "", "", "upstream request timeout"),
            "redirect": (307, "", "", ""),
            "field": (400, "invalid_value", "invalid_request_error", words),
        }[what]  # fmt: skip
        headers = {"busy": {"Retry-After": self.after}, "redirect": {"Location": "http://127.0.0.1:9/"}}.get(what)
        return Refusal(status, {"error": {"message": said, "type": kind, "param": None, "code": code or None}}, headers)

    def picture(self, content: bytes, taken: Taken, fault: str) -> tuple[bytes, dict[str, str]]:
        data = [] if fault == "no picture" else [{"b64_json": base64.b64encode(content).decode()}]
        usage = {"input_tokens": 50, "output_tokens": 1056, "total_tokens": 1106, "input_tokens_details": {}}
        answer = json.dumps({"created": 1, "data": data, "usage": usage}).encode()
        return answer, {"Content-Type": "application/json", "x-request-id": "req_stand_in"}


class StabilityServer(PictureServer):
    """POST /v2beta/stable-image/generate/core, /ultra and /sd3, always with a form."""

    _TAKES = frozenset({"prompt", "negative_prompt", "seed", "output_format"})
    _RATIOS = frozenset({"16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"})

    _CONTROLS: ClassVar[dict[str, tuple[tuple[str, ...], set[str]]]] = {
        "style": (("image",), {"fidelity", "aspect_ratio"}),
        "structure": (("image",), {"control_strength"}),
        "sketch": (("image",), {"control_strength"}),
        "style-transfer": (
            ("init_image", "style_image"), {"style_strength", "composition_fidelity", "change_strength"},
        ),
    }  # fmt: skip
    """The pictures and the fields of each control call."""

    def read(self, taken: Taken) -> tuple[tuple[int, int], list[bytes]]:
        fields, model = taken.fields, taken.path.rpartition("/")[2]
        if taken.path.startswith("/v2beta/stable-image/control/"):
            return self._controlled(taken, model)
        if taken.path != f"/v2beta/stable-image/generate/{model}" or model not in ("core", "ultra", "sd3"):
            raise Refusal(404, {"id": "x", "name": "not_found", "errors": ["no such path"]})
        shape = bool(taken.files) and model == "sd3"
        allowed = self._TAKES | {"core": {"aspect_ratio"}, "ultra": {"aspect_ratio", "strength"}}.get(
            model, {"model", "mode", "cfg_scale", "strength" if shape else "aspect_ratio"}
        )
        if set(fields) - allowed or not taken.headers["content-type"].startswith("multipart/form-data"):
            raise self.refusal("field", f"unknown: {sorted(set(fields) - allowed)}")
        if fields.get("model") == "sd3.5-large-turbo" and "negative_prompt" in fields:
            raise self.refusal("field", "negative_prompt: not with this model")
        if any(f[0] != "image" for f in taken.files) or bool(taken.files) != ("strength" in fields):
            raise self.refusal("field", "image and strength go together")
        if (model == "core" and taken.files) or taken.headers.get("accept") != "application/json":
            raise self.refusal("field", "image: not with core")
        if model == "sd3" and fields["mode"] != ("image-to-image" if taken.files else "text-to-image"):
            raise self.refusal("field", "mode")
        if not 0 <= int(fields["seed"]) <= 4294967294 or fields["output_format"] != "png":
            raise self.refusal("field", "seed")
        if shape:
            with Image.open(io.BytesIO(taken.files[0][2])) as image:
                size = image.size
        else:
            size = self._shape(fields)
        told = [str(fields.get(n, "")).encode() for n in ("prompt", "negative_prompt", "seed", "cfg_scale", "strength")]
        return size, [*told, *(f[2] for f in taken.files)]

    def _shape(self, fields: dict[str, Any]) -> tuple[int, int]:
        if fields["aspect_ratio"] not in self._RATIOS:
            raise self.refusal("field", "aspect_ratio")
        width, height = (int(n) for n in fields["aspect_ratio"].split(":"))
        # a quarter of the service's sizes: the tests are about shapes, and small pictures are quick
        return round(256 * (width / height) ** 0.5), round(256 * (height / width) ** 0.5)

    def _controlled(self, taken: Taken, call: str) -> tuple[tuple[int, int], list[bytes]]:
        if call not in self._CONTROLS:
            raise Refusal(404, {"id": "x", "name": "not_found", "errors": ["no such path"]})
        pictures, own = self._CONTROLS[call]
        fields = taken.fields
        if set(fields) - self._TAKES - own or tuple(f[0] for f in taken.files) != pictures:
            raise self.refusal("field", f"{call}: {sorted(fields)}, {[f[0] for f in taken.files]}")
        if any(not 0 <= float(fields[n]) <= 1 for n in own - {"aspect_ratio"}):
            raise self.refusal("field", "a strength is out of range")
        if float(fields.get("change_strength", 1)) < 0.1 or taken.headers.get("accept") != "application/json":
            raise self.refusal("field", "change_strength")
        for _, _, content, _ in taken.files:
            with Image.open(io.BytesIO(content)) as image:
                long, short = max(image.size), min(image.size)
            if short < 64 or long * short > 9_437_184 or long > 2.5 * short:
                raise self.refusal("field", "the size of a picture")
        with Image.open(io.BytesIO(taken.files[0][2])) as image:
            size = self._shape(fields) if call == "style" else image.size
        return size, [*(f"{n}={fields[n]}".encode() for n in sorted(fields)), *(f[2] for f in taken.files)]

    def refusal(self, what: str, words: str = "") -> Refusal:
        status, name, said = {
            "key": (401, "unauthorized", f"The key {words} is not known."),
            "refused": (403, "content_moderation", "Your request was flagged by our content moderation system."),
            "busy": (429, "rate_limit_exceeded", "You have exceeded the rate limit of 150 requests in 10 seconds."),
            "spent": (402, "payment_required", "You lack sufficient credits to make this request."),
            "broken": (500, "internal_error", "An internal error occurred."),
            "gave up": (504, "timeout", "upstream request timeout"),
            "redirect": (308, "", ""),
            "field": (400, "bad_request", words),
        }[what]
        headers = {"busy": {"Retry-After": self.after}, "redirect": {"Location": "http://127.0.0.1:9/"}}.get(what)
        return Refusal(status, {"id": "5f4a", "name": name, "errors": [said]}, headers)

    def picture(self, content: bytes, taken: Taken, fault: str) -> tuple[bytes, dict[str, str]]:
        reason = "CONTENT_FILTERED" if fault == "filtered" else "SUCCESS"
        body: dict[str, Any] = {"finish_reason": reason, "seed": int(taken.fields["seed"])}
        if fault != "no picture":
            body["image"] = base64.b64encode(content).decode()
        return json.dumps(body).encode(), {"Content-Type": "application/json"}


def drawn(size: tuple[int, int], shown: list[bytes]) -> bytes:
    """A PNG of that size: slopes whose colours come from what is shown, the same each time."""
    digest = hashlib.sha256(b"\0".join(shown)).digest()
    across = np.linspace(40, 200, size[0], dtype=np.float32)[None, :]
    down = np.linspace(0, 50, size[1], dtype=np.float32)[:, None]
    planes = [np.clip((across + down) * (0.4 + digest[i] / 425), 0, 255).astype(np.uint8) for i in range(3)]
    out = io.BytesIO()
    Image.fromarray(np.dstack(planes)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header says that size, with hardly any content."""
    small = io.BytesIO()
    Image.new("RGB", (1, 1)).save(small, "PNG")

    data = bytearray(small.getvalue())
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


def _read_form(taken: Taken, body: bytes, kind: str) -> None:
    """Take a form apart (RFC 7578): the parts lie between lines with the boundary, each a head, a blank line, bytes."""
    boundary = re.search(r'boundary="?([^";]+)', kind)
    assert boundary is not None, kind
    mark = b"\r\n--" + boundary[1].encode()
    parts = (b"\r\n" + body).split(mark)
    assert parts[0] == b"" and parts[-1].startswith(b"--"), "the form does not begin or end as one"
    for part in parts[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        told = dict(re.findall(r'(\w+)="([^"]*)"', lines["Content-Disposition"]))
        if "filename" in told:
            taken.files.append((told["name"], told["filename"], content, lines.get("Content-Type", "")))
        else:
            assert told["name"] not in taken.fields, "a field came twice"
            taken.fields[told["name"]] = content.decode()

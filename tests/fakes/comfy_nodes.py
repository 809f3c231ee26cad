"""What the stand-in's nodes do. Those that pass pictures on do what ComfyUI's do, to the byte; all others pretend."""

from __future__ import annotations

import hashlib
import io
import json
import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

Picture = NDArray[np.uint8]
FILTERS = {
    "bilinear": Image.Resampling.BILINEAR, "area": Image.Resampling.BOX,
    "bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS,
}  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Pictures of one size, made when they are asked for."""

    size: int
    frame: Callable[[int], Picture]

    @classmethod
    def of(cls, picture: Picture) -> Batch:
        return cls(1, lambda _: picture)


@dataclass(frozen=True)
class Clip:
    """What CreateVideo gives."""

    pictures: Batch
    rate: Fraction
    sound: bool = False


@dataclass(frozen=True)
class Pretend:
    """What a node gives that needs a model: the size of the result, its seed, and the picture it starts from."""

    width: int = 64
    height: int = 64
    frames: int = 1
    seed: int = 0
    start: Batch | None = None

    def pictures(self) -> Batch:
        """Pictures of that size: the start picture first, then noise that its seed decides."""
        first = None if self.start is None else scaled(self.start, "lanczos", self.width, self.height, "center")

        def frame(number: int) -> Picture:
            if number == 0 and first is not None:
                return first.frame(0)
            noise = np.random.default_rng([self.seed, number]).integers(0, 256, (8, 8, 3), np.uint8)
            return np.asarray(Image.fromarray(noise).resize((self.width, self.height), Image.Resampling.BICUBIC))

        return Batch(self.frames, frame)


@dataclass
class Folders:
    """The server's folders, and the letters of this start's preview files."""

    root: Path
    letters: str = ""

    def __post_init__(self) -> None:
        self.letters = "".join(random.choices(string.ascii_lowercase, k=5))
        for name in ("input", "output", "temp"):
            (self.root / name).mkdir(parents=True, exist_ok=True)

    def next_file(self, folder: str, prefix: str, ending: str) -> tuple[Path, dict[str, str]]:
        """The next free file of that prefix ("sub/name" → sub/name_00001_.png) and how the server names it."""
        sub, _, name = prefix.rpartition("/")
        where = self.root / folder / sub
        where.mkdir(parents=True, exist_ok=True)
        taken = [p.stem.removeprefix(f"{name}_").strip("_") for p in where.glob(f"{name}_*_.*")]
        number = 1 + max((int(t) for t in taken if t.isdigit()), default=0)
        file = f"{name}_{number:05}_.{ending}"
        return where / file, {"filename": file, "subfolder": sub, "type": folder}


@dataclass(frozen=True)
class Call:
    """One node's turn. `step` reports a sampler's steps; `hidden` is what is saved into files."""

    kind: str
    inputs: Mapping[str, Any]
    outputs: int
    folders: Folders
    hidden: Mapping[str, Any]
    step: Callable[[int, int], None]


Result = tuple[tuple[Any, ...], dict[str, Any] | None]
"""What a node gives, and what it shows."""


def picture_path(folders: Folders, name: str) -> Path:
    """Where LoadImage looks: "sub/name", maybe with " [output]" behind it."""
    folder = "input"
    for one in ("input", "output", "temp"):
        if name.endswith(f" [{one}]"):
            name, folder = name.removesuffix(f" [{one}]"), one
    return folders.root / folder / name


def scaled(batch: Batch, method: str, width: int, height: int, crop: str) -> Batch:
    """ImageScale."""
    cache: dict[int, Picture] = {}

    def frame(number: int) -> Picture:
        if number not in cache:
            cache.clear()
            source = batch.frame(number)
            tall, wide = source.shape[:2]
            w, h = width or max(1, round(wide * height / tall)), height or max(1, round(tall * width / wide))
            if crop == "center":
                x = round((wide - wide * (w / h) / (wide / tall)) / 2) if wide / tall > w / h else 0
                y = round((tall - tall * (wide / tall) / (w / h)) / 2) if wide / tall < w / h else 0
                source = source[y : tall - y, x : wide - x]
            if method == "nearest-exact":
                rows, columns = (
                    ((np.arange(n) + 0.5) * m / n).astype(int) for n, m in zip((h, w), source.shape[:2], strict=True)
                )
                cache[number] = source[rows][:, columns]
            else:
                cache[number] = np.asarray(Image.fromarray(source).resize((w, h), FILTERS[method]))
        return cache[number]

    return Batch(batch.size, frame)


def run(call: Call) -> Result:
    """Do what the node does. Whatever it raises is the node's error."""
    known = _KNOWN.get(call.kind)
    return known(call) if known else _pretend(call)


def _load_image(call: Call) -> Result:
    with Image.open(picture_path(call.folders, call.inputs["image"])) as opened:
        picture = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
    return (Batch.of(picture), None), None


def _load_mask(call: Call) -> Result:
    """LoadImageMask: one channel of a picture, 0 to 1; of the alpha channel the opposite."""
    with Image.open(picture_path(call.folders, call.inputs["image"])) as opened:
        band = opened.convert("RGBA").getchannel(call.inputs["channel"][0].upper())
    mask = np.asarray(band, np.float64) / 255
    return (1 - mask if call.inputs["channel"] == "alpha" else mask,), None


def _composite(call: Call) -> Result:
    """ImageCompositeMasked: the mask is as large as the source, which lies over the destination."""
    i = call.inputs
    tall, wide = i["source"].frame(0).shape[:2]
    mask = (
        np.asarray(Image.fromarray((i["mask"] * 255).astype(np.uint8)).resize((wide, tall), FILTERS["bilinear"])) / 255
    )

    def frame(number: int) -> Picture:
        below: Picture = i["destination"].frame(number).copy()
        over = i["source"].frame(number)
        part = below[i["y"] : i["y"] + tall, i["x"] : i["x"] + wide]
        part[:] = np.round(part * (1 - mask[..., None]) + over * mask[..., None]).astype(np.uint8)
        return below

    return (Batch(i["destination"].size, frame),), None


def _encode(call: Call) -> Result:
    pixels = call.inputs["pixels"]
    if not isinstance(pixels, Batch):
        return _pretend(call)
    tall, wide = pixels.frame(0).shape[:2]
    return (Pretend(wide, tall, pixels.size),), None


def _empty_image(call: Call) -> Result:
    i = call.inputs
    colour = [i["color"] >> 16 & 255, i["color"] >> 8 & 255, i["color"] & 255]
    picture = np.full((i["height"], i["width"], 3), colour, np.uint8)
    return (Batch(i["batch_size"], lambda _: picture),), None


def _image_scale(call: Call) -> Result:
    i = call.inputs
    return (scaled(i["image"], i["upscale_method"], i["width"], i["height"], i["crop"]),), None


def _load_video(call: Call) -> Result:
    """ComfyUI reads frames as RGB with the decoder's own conversion."""
    with av.open(str(picture_path(call.folders, call.inputs["file"]))) as container:
        stream = container.streams.video[0]
        frames = [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(stream)]
        rate = Fraction(stream.average_rate or 24)
    return (Clip(Batch(len(frames), lambda n: frames[n]), rate),), None


def _components(call: Call) -> Result:
    clip: Clip = call.inputs["video"]
    return (clip.pictures, None, float(clip.rate))[: call.outputs], None


def _upscale(call: Call) -> Result:
    """A model that makes four pixels a side of one."""
    batch: Batch = call.inputs["image"]
    return (Batch(batch.size, lambda n: batch.frame(n).repeat(4, axis=0).repeat(4, axis=1)),), None


def _between(call: Call) -> Result:
    """ComfyUI-Frame-Interpolation: the pictures given, mixtures between each two of them, and the last."""
    batch: Batch = call.inputs["frames"]
    times = int(call.inputs["multiplier"])

    def frame(number: int) -> Picture:
        first, part = divmod(number, times)
        if not part:
            return batch.frame(first)
        one, two = (batch.frame(n).astype(np.float32) for n in (first, first + 1))
        return np.asarray((one + (two - one) * part / times + 0.5).astype(np.uint8), np.uint8)

    return (Batch((batch.size - 1) * times + 1, frame),), None


def _repeat(call: Call) -> Result:
    batch: Batch = call.inputs["image"]
    return (Batch(batch.size * call.inputs["amount"], lambda n: batch.frame(n % batch.size)),), None


def _from_batch(call: Call) -> Result:
    batch: Batch = call.inputs["image"]
    first = min(batch.size - 1, call.inputs["batch_index"])
    return (Batch(min(batch.size - first, call.inputs["length"]), lambda n: batch.frame(first + n)),), None


def _create_video(call: Call) -> Result:
    rate = Fraction(round(call.inputs["fps"] * 1000), 1000)
    return (Clip(call.inputs["images"], rate, call.inputs.get("audio") is not None),), None


def _save_video(call: Call) -> Result:
    clip: Clip = call.inputs["video"]
    path, named = call.folders.next_file("output", call.inputs["filename_prefix"], "mp4")
    hidden = {key: json.dumps(value) for key, value in call.hidden.items()}
    with av.open(path, "w", options={"movflags": "use_metadata_tags"}) as out:
        out.metadata.update(hidden)
        height, width = clip.pictures.frame(0).shape[:2]
        stream = out.add_stream("h264", rate=clip.rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        sound = out.add_stream("aac", rate=48000) if clip.sound else None
        for number in range(clip.pictures.size):
            frame = av.VideoFrame.from_ndarray(clip.pictures.frame(number), format="rgb24")
            out.mux(stream.encode(frame.reformat(format="yuv420p")))
        out.mux(stream.encode(None))
        if sound is not None:
            samples = round(clip.pictures.size * 48000 / clip.rate)
            tone = (np.sin(np.arange(samples) / 20) / 4).astype(np.float32)
            out.mux(sound.encode(_sounding(np.stack([tone, tone]))))
            out.mux(sound.encode(None))
    return (), {"images": [named], "animated": [True]}


def _sounding(samples: NDArray[np.float32]) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
    frame.sample_rate = 48000
    return frame


def _save_image(call: Call, folder: str = "output", prefix: str = "") -> Result:
    batch: Batch = call.inputs["images"]
    hidden, files = PngInfo(), []
    for key, value in call.hidden.items():
        hidden.add_text(key, json.dumps(value))
    for number in range(batch.size):
        path, named = call.folders.next_file(folder, prefix or call.inputs["filename_prefix"], "png")
        Image.fromarray(batch.frame(number)).save(path, pnginfo=hidden, compress_level=4)
        files.append(named)
    return (), {"images": files}


def _preview_image(call: Call) -> Result:
    return _save_image(call, "temp", f"ComfyUI_temp_{call.folders.letters}")


def _empty_latent(call: Call) -> Result:
    i = call.inputs
    return (Pretend(i["width"], i["height"], i["batch_size"]),), None


def _sampler(call: Call) -> Result:
    i = call.inputs
    steps = int(i.get("steps", 20))
    for number in range(1, steps + 1):
        call.step(number, steps)
    seed = int(i.get("seed", i.get("noise_seed", 0))) % 2**32
    return (replace(i["latent_image"], seed=seed),), None


def _decode(call: Call) -> Result:
    return (call.inputs["samples"].pictures(),), None


def _pretend(call: Call) -> Result:
    """Anything else: what comes in goes on, with the size and length that the node asks for."""
    given = [v for v in call.inputs.values() if isinstance(v, Pretend)]
    carried = max(given, key=lambda v: (v.frames, v.width * v.height), default=Pretend())
    sizes = {k: v for k, v in call.inputs.items() if isinstance(v, int) and not isinstance(v, bool)}
    start = call.inputs.get("start_image", call.inputs.get("image"))
    made = replace(
        carried, width=sizes.get("width", carried.width), height=sizes.get("height", carried.height),
        frames=sizes.get("length", carried.frames),
        start=start if isinstance(start, Batch) else carried.start,
    )  # fmt: skip
    return (made,) * call.outputs, None


_KNOWN: dict[str, Callable[[Call], Result]] = {
    "LoadImage": _load_image, "LoadImageMask": _load_mask, "ImageCompositeMasked": _composite, "VAEEncode": _encode,
    "EmptyImage": _empty_image, "ImageScale": _image_scale, "RepeatImageBatch": _repeat,
    "ImageFromBatch": _from_batch, "CreateVideo": _create_video, "SaveVideo": _save_video, "SaveImage": _save_image,
    "PreviewImage": _preview_image, "EmptyLatentImage": _empty_latent, "KSampler": _sampler,
    "KSamplerAdvanced": _sampler, "LoadVideo": _load_video, "GetVideoComponents": _components,
    "ImageUpscaleWithModel": _upscale, "RIFE VFI": _between, "VAEDecode": _decode, "VAEDecodeTiled": _decode,
}  # fmt: skip


def preview(step: int, steps: int) -> bytes:
    """A sampler's preview as JPEG."""
    out = io.BytesIO()
    shade = 255 * step // max(1, steps)
    Image.new("RGB", (64, 48), (shade, 128, 255 - shade)).save(out, "JPEG")
    return out.getvalue()


def content(path: Path) -> str:
    """What a picture is told from another by, so that a changed file is loaded anew."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

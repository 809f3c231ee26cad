"""Every delivery is what it says: counted, of its codec and format, within its size; and the user's own lie over."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy
import pytest
from PIL import Image

from domain.delivery import SHIPPED, Delivery, film_delivery, parse_bytes
from domain.errors import BadInput, MediaFailed
from domain.film import SheetCell
from domain.project import Picked
from infrastructure.media import FileDeliveries, MediaTools
from infrastructure.media.conform import Picture
from infrastructure.media.encoders import Wish, choose, works
from tests.infrastructure.media import synth
from tests.infrastructure.media.reels import Stock, made, through_worker

BY_ID = {delivery.id: delivery for delivery in SHIPPED}


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    clip = synth.make_clip(tmp_path_factory.mktemp("clips") / "a.mp4", 36, width=256, height=144)
    return Stock().shot("a", 36, [(clip, 0, 36)])


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("web", "h264", "yuv420p"), ("hevc-4k", "hevc", "yuv420p10le"), ("prores", "prores", "yuv422p10le"),
        ("dnxhr", "dnxhd", "yuv422p"), ("vertical", "h264", "yuv420p"),
    ],
)  # fmt: skip
def test_films_are_what_the_table_says(stock: Stock, tmp_path: Path, name: str, codec: str, pixels: str) -> None:
    delivery = BY_ID[name]
    if delivery.width is not None:  # the same in small: the encoders are the point here, not their patience
        delivery = delivery.replace(width=256, height=256 if name == "vertical" else 144)
    width, height = delivery.size(256, 144)
    target = tmp_path / f"film{delivery.ending}"
    found = made(stock, target, width=width, height=height, delivery=delivery)
    assert (found.info.frames, found.info.pix_fmt) == (36, pixels)
    with av.open(str(target)) as film:
        video, audio = film.streams.video[0], film.streams.audio[0]
        assert video.codec_context.name.removeprefix("lib") == codec
        assert sum(1 for _ in film.decode(video)) == 36
        context = video.codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert audio.codec_context.name == ("aac" if delivery.sound == "aac" else "pcm_s24le")
        if name == "prores":
            assert video.codec_context.codec_tag == "apch", "422 HQ"
        if name == "hevc-4k":
            assert video.codec_context.codec_tag == "hvc1"
        if name == "web":
            assert video.profile == "High"
    if delivery.bit_rate is not None:
        assert found.info.bit_rate >= 10_000_000, "padded, for a picture this simple needs less"
    if delivery.ending == ".mp4":
        assert b"moov" in target.read_bytes()[:4096]


@pytest.mark.parametrize("name", ["gif", "webp"])
def test_previews_are_small_and_short(stock: Stock, tmp_path: Path, name: str) -> None:
    delivery = BY_ID[name].replace(seconds=1)
    width, height = delivery.size(256, 144)
    assert delivery.size(1920, 1080)[0] == BY_ID[name].width and delivery.size(64, 36) == (64, 36)
    found = through_worker(stock, tmp_path / f"film{delivery.ending}", width=width, height=height, delivery=delivery)
    assert found.info.frames == 13, "one second at 12.5 frames a second, rounded half up"
    with Image.open(tmp_path / f"film{delivery.ending}") as image:
        assert image.size == (width, height) and getattr(image, "n_frames", 1) == 13
        image.seek(12)
        bright = numpy.asarray(image.convert("L"))
    shown = 12 * 24 * 2 // 25
    step = bright.shape[1] / synth.BITS
    bars = [bright[40:100, int(b * step + step / 4) : int((b + 1) * step - step / 4)].mean() for b in range(synth.BITS)]
    assert sum(1 << bit for bit, bar in enumerate(bars) if bar > 128) == shown


def test_stills_are_numbered_and_exact(tmp_path: Path) -> None:
    levels = [60, 120, 180]
    clip = synth.lossless(tmp_path / "a.mp4", [synth.grey(level) for level in levels])
    stock = Stock().shot("a", 3, [(clip, 0, 3)])
    target = tmp_path / "stills"
    found = through_worker(stock, target, delivery=BY_ID["png"])
    assert [path.name for path in sorted(target.iterdir())] == ["000001.png", "000002.png", "000003.png"]
    assert found.info.frames == 3
    for path, level in zip(sorted(target.iterdir()), levels, strict=True):
        rgb = synth.pixels(path)
        assert numpy.abs(rgb.astype(float) - (level - 16) * 255 / 219).max() <= 1
    with pytest.raises(BadInput, match="no empty folder"):
        through_worker(stock, target, delivery=BY_ID["png"])
    assert len(list(target.iterdir())) == 3


def test_a_limit_is_kept_by_a_computed_rate(tmp_path: Path) -> None:
    rng = numpy.random.default_rng(1)
    noise = [synth.grey(rng.integers(16, 235, (72, 128)).repeat(2, 0).repeat(2, 1)) for _ in range(48)]
    clip = synth.lossless(tmp_path / "noise.mp4", noise)
    stock = Stock().shot("a", 48, [(clip, 0, 48)])
    for delivery in (film_delivery("fast"), BY_ID["web"].replace(width=256, height=144)):
        free = made(stock, tmp_path / "free.mp4", width=256, height=144, delivery=delivery, may_copy=False)
        limit = 200_000
        assert free.info.size > 2 * limit
        small = delivery.within(limit, Fraction(2))
        kept = made(stock, tmp_path / "kept.mp4", width=256, height=144, delivery=small)
        assert limit / 3 < kept.info.size <= limit
    with pytest.raises(BadInput, match="cannot be limited"):
        BY_ID["prores"].within(10**9, Fraction(10))
    with pytest.raises(BadInput, match="do not fit"):
        BY_ID["web"].within(100_000, Fraction(264))
    roomy = BY_ID["web"].within(500_000_000, Fraction(264))
    assert roomy == BY_ID["web"].replace(limit=500_000_000), "12 Mbit/s of 264 s are 396 MB"
    assert [parse_bytes(text) for text in ("500 MB", "1.5GB", "20480", "2MiB")] == [
        500_000_000, 1_500_000_000, 20_480, 2 * 2**20,
    ]  # fmt: skip
    for bad in ("", "lots", "5 XB", "-3MB", "1"):
        with pytest.raises(BadInput):
            parse_bytes(bad)


def test_a_mix_is_written_as_long_as_the_picture(stock: Stock, tmp_path: Path) -> None:
    tone = tmp_path / "mix.wav"
    with wave.open(str(tone), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        samples = (numpy.sin(numpy.arange(8000) * 2 * numpy.pi * 440 / 8000) * 16000).astype("<i2")
        file.writeframes(samples.tobytes())  # one second of the one and a half
    for delivery in (film_delivery("fast"), BY_ID["prores"]):
        target = tmp_path / f"film{delivery.ending}"
        made(stock, target, width=256, height=144, delivery=delivery, sound=tone)
        with av.open(str(target)) as film:
            assert film.streams.audio[0].duration is not None
            length = film.streams.audio[0].duration * film.streams.audio[0].time_base  # type: ignore[operator]
            assert abs(length - Fraction(3, 2)) < Fraction(1, 24)
            resampler = av.AudioResampler(format="fltp", layout="stereo", rate=48000)
            heard = numpy.concatenate(
                [f.to_ndarray() for frame in film.decode(audio=0) for f in resampler.resample(frame)], axis=1
            )
        assert numpy.abs(heard[:, 5000:40000]).max() > 0.3
        assert numpy.abs(heard[:, 52000:70000]).max() < 0.01, "where the mix ended there is silence"


def test_hardware_is_taken_only_where_it_works() -> None:
    assert works("libx264", 256, 144, "yuv420p")
    assert not works("h264_nothing", 256, 144, "yuv420p")
    wish = Wish(BY_ID["web"], Picture(256, 144), Fraction(24))
    assert choose(wish, False) == "libx264"
    chosen = choose(wish, True)
    assert chosen == "libx264" or works(chosen, 256, 144, "yuv420p")


def test_own_deliveries_lie_over_the_shipped_ones(tmp_path: Path) -> None:
    folder = tmp_path / "deliveries"
    known = FileDeliveries(folder)
    assert known.all() == list(SHIPPED) and known.problems() == []
    folder.mkdir()
    (folder / "client.toml").write_text('title = "For the client"\nbased_on = "web"\nbit_rate = 20_000_000\n')
    (folder / "crisp.toml").write_text('id = "web"\ncodec = "h264"\ncrf = 12\n')
    (folder / "broken.toml").write_text("codec = h264")
    (folder / "odd.toml").write_text('codec = "h264"\ncrf = 10\nwidth = 101\nheight = 100\n')
    (folder / "unknown.toml").write_text('codec = "h264"\ncrf = 10\nflavour = "sweet"\n')
    (folder / "based.toml").write_text('based_on = "nothing"\n')
    found = {delivery.id: delivery for delivery in known.all()}
    assert found["client"] == BY_ID["web"].replace(id="client", title="For the client", bit_rate=20_000_000)
    assert (found["web"].crf, found["web"].title) == (12, "crisp")
    said = known.problems()
    assert len(said) == 4 and any("odd.toml" in text and "even" in text for text in said)


@pytest.mark.parametrize(
    "fields", [{"codec": "prores"}, {"codec": "h264"}, {"codec": "h264", "crf": 20, "bit_rate": 10**7}, {"codec": "h264", "crf": 20, "width": 640}]
)  # fmt: skip
def test_deliveries_that_cannot_be_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Value error"):
        Delivery.model_validate({"id": "x", "title": "x"} | fields)


def test_a_contact_sheet_has_every_shot(tmp_path: Path) -> None:
    picture = tmp_path / "k.png"
    Image.new("RGB", (320, 180), (200, 30, 30)).save(picture)
    cells = [
        SheetCell(picture=str(picture) if n % 2 else "", heading=f"{n:03d}", time="00:00:00:00", words="Wörter " * 40)
        for n in range(14)
    ]
    media = MediaTools()
    media.contact_sheet("Der Apfelbaum", cells, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        red = (numpy.asarray(sheet.convert("RGB")).astype(int) - (200, 30, 30)).__abs__().max(-1) < 12
    assert red.sum() > 7 * 300 * 100
    media.contact_sheet("Der Apfelbaum", cells, tmp_path / "sheet.pdf")
    data = (tmp_path / "sheet.pdf").read_bytes()
    assert data.startswith(b"%PDF") and data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") == 2
    with pytest.raises(BadInput, match=r"\.pdf nor a \.png"):
        media.contact_sheet("x", cells, tmp_path / "sheet.doc")
    with pytest.raises(BadInput, match="no shot"):
        media.contact_sheet("x", [], tmp_path / "sheet.pdf")


def test_a_table_of_colours_that_is_none_fails_in_a_sentence(stock: Stock, tmp_path: Path) -> None:
    from domain.cut.finish import Finish, Grade

    bad = tmp_path / "bad.cube"
    bad.write_text("no table")
    lut = Picked(path="bad.cube", sha256="0" * 64)
    reel = stock.reel(finish=Finish(grade=Grade(lut=lut)))
    with pytest.raises((MediaFailed, BadInput), match=r"bad\.cube is no colour table"):
        through_worker(
            Stock(stock.materials, stock.files | {"bad.cube": bad}),
            tmp_path / "film.mp4",
            reel=reel,
            width=256,
            height=144,
        )
    assert not (tmp_path / "film.mp4").exists()

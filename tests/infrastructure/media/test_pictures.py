"""Pictures of every mode become upright 8-bit sRGB; those that are none, or too large, are refused."""

from __future__ import annotations

import struct
import time
import zlib
from pathlib import Path

import numpy
import pytest
from PIL import Image, ImageCms

from domain.errors import MediaFailed, UnreadableMedia
from domain.fitting import Fit
from infrastructure.media import MediaTools

TOOLS = MediaTools()


def imported(path: Path) -> Image.Image:
    """The picture as `import_image` stores it."""
    target = path.with_name("imported.png")
    size = TOOLS.import_image(path, target)
    with Image.open(target) as image:
        image.load()
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", size)
        assert not image.info.get("icc_profile")
        return image


def png_header(path: Path, width: int, height: int) -> Path:
    """A tiny PNG that claims a size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize("size", [(100_000, 100_000), (20_000, 20_000), (13_000, 13_000), (2**31 - 1, 2**31 - 1)])
def test_a_huge_picture_is_refused_by_its_header(tmp_path: Path, size: tuple[int, int]) -> None:
    path = png_header(tmp_path / "huge.png", *size)
    begin = time.monotonic()
    for work in (
        lambda: TOOLS.check_image(path),
        lambda: TOOLS.import_image(path, tmp_path / "out.png"),
        lambda: TOOLS.thumbnail(path, tmp_path / "out.webp", 100),
    ):
        with pytest.raises(UnreadableMedia, match=r"huge\.png .*pixels"):
            work()
    assert time.monotonic() - begin < 1


def test_text_and_truncated_and_missing_pictures_are_refused(tmp_path: Path) -> None:
    good = tmp_path / "good.png"
    Image.fromarray(numpy.random.default_rng(1).integers(0, 256, (300, 300, 3), dtype=numpy.uint8)).save(good)
    Image.open(good).save(tmp_path / "good.jpg")
    assert TOOLS.check_image(good) == (300, 300)
    contents = {
        "text.png": b"a text", "empty.png": b"", "cut.png": good.read_bytes()[:100_000],
        "cut.jpg": (tmp_path / "good.jpg").read_bytes()[:9000],
        "vector.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    for name in (*contents, "missing.png"):
        with pytest.raises(UnreadableMedia, match=name) as caught:
            TOOLS.check_image(tmp_path / name)
        assert caught.value.cure
        with pytest.raises(UnreadableMedia):
            TOOLS.import_image(tmp_path / name, tmp_path / "out.png")
    with pytest.raises(UnreadableMedia):
        TOOLS.check_image(tmp_path)
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"])
def test_every_mode_becomes_eight_bit_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.jpg" if mode in ("CMYK", "YCbCr") else "a.tif")
    if mode in ("I;16", "I", "F"):
        kind = {"I;16": numpy.uint16, "I": numpy.int32, "F": numpy.float32}[mode]
        values = numpy.array([[0, 128 * 257, 65535]] * 3)
        Image.fromarray((values / 65535 if mode == "F" else values).astype(kind)).save(path)
        assert [imported(path).getpixel((x, 1))[0] for x in range(3)] == [0, 128, 255]  # type: ignore[index]
        return
    if mode == "LAB":
        lab = ImageCms.profileToProfile(
            Image.new("RGB", (8, 8), (255, 255, 255)), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"),
            outputMode="LAB",
        )  # fmt: skip
        assert lab is not None
        lab.save(path)
    else:
        Image.new("RGB", (8, 8), (255, 255, 255)).convert(mode).save(path)
    pixel = imported(path).getpixel((4, 4))
    assert isinstance(pixel, tuple)
    assert min(pixel) >= 252


def test_sixteen_bit_png_keeps_its_greys(tmp_path: Path) -> None:
    Image.fromarray(numpy.array([[0, 257 * 60, 65535]], numpy.uint16)).save(tmp_path / "a.png")
    assert [imported(tmp_path / "a.png").getpixel((x, 0)) for x in range(3)] == [(0,) * 3, (60,) * 3, (255,) * 3]


def test_what_is_transparent_becomes_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (200, 0, 0, 0))
    image.putpixel((1, 0), (200, 0, 0, 255))
    image.save(tmp_path / "a.png")
    assert [imported(tmp_path / "a.png").getpixel((x, 0)) for x in (0, 1)] == [(255, 255, 255), (200, 0, 0)]
    palette = Image.new("P", (2, 1))
    palette.putpalette([0, 0, 255, 0, 255, 0])
    palette.putpixel((1, 0), 1)
    palette.save(tmp_path / "b.png", transparency=0)
    assert [imported(tmp_path / "b.png").getpixel((x, 0)) for x in (0, 1)] == [(255, 255, 255), (0, 255, 0)]


def test_sideways_pictures_are_turned_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), (0, 0, 0))
    image.paste((255, 255, 255), (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to see it upright
    image.save(tmp_path / "a.jpg", exif=exif, quality=95)
    assert TOOLS.check_image(tmp_path / "a.jpg") == (20, 40)
    upright = imported(tmp_path / "a.jpg")
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5))[0] > 200  # type: ignore[index]
    assert upright.getpixel((10, 35))[0] < 50  # type: ignore[index]


def test_colour_profiles_are_applied_and_broken_ones_ignored(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (4, 4), (200, 60, 40)).save(tmp_path / "a.png", icc_profile=profile)
    assert imported(tmp_path / "a.png").getpixel((1, 1)) == (200, 60, 40)
    Image.new("RGB", (4, 4), (200, 60, 40)).save(tmp_path / "b.png", icc_profile=b"no profile at all" * 20)
    assert imported(tmp_path / "b.png").getpixel((1, 1)) == (200, 60, 40)


def test_nothing_of_the_source_but_its_picture_is_kept(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    Image.new("RGB", (4, 4)).save(tmp_path / "a.jpg", exif=exif, comment=b"secret")
    assert set(imported(tmp_path / "a.jpg").info) == set()


def test_a_target_that_cannot_be_written_is_told_and_left(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "out.png").mkdir()
    with pytest.raises(MediaFailed, match=r"out\.png"):
        TOOLS.import_image(tmp_path / "a.png", tmp_path / "out.png")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "out.png"]


# -- fitting into the film's frame ----------------------------------------------------------------------------------


def halves(tmp_path: Path) -> Path:
    """A wide picture, red on the left and blue on the right."""
    image = Image.new("RGB", (400, 100), (255, 0, 0))
    image.paste((0, 0, 255), (200, 0, 400, 100))
    image.save(tmp_path / "wide.png")
    return tmp_path / "wide.png"


@pytest.mark.parametrize(
    ("fit", "corner", "middle"),
    [
        (Fit(how="fill", x=0), (255, 0, 0), (255, 0, 0)), (Fit(how="fill", x=1), (0, 0, 255), (0, 0, 255)),
        (Fit(how="fit"), (0, 0, 0), None), (Fit(how="extend", x=0), (255, 0, 0), None),
    ],
)  # fmt: skip
def test_a_picture_is_fitted_without_distortion(
    tmp_path: Path, fit: Fit, corner: tuple[int, int, int], middle: tuple[int, int, int] | None
) -> None:
    TOOLS.fit_image(halves(tmp_path), tmp_path / "out.png", (100, 100), fit)
    with Image.open(tmp_path / "out.png") as made:
        assert made.size == (100, 100)
        colours = [made.convert("RGB").getpixel(p) for p in ((2, 2), (10, 50), (90, 50))]
    assert colours[0] == pytest.approx(corner, abs=4)
    if middle is None:
        assert colours[1] == pytest.approx((255, 0, 0), abs=4) and colours[2] == pytest.approx((0, 0, 255), abs=4)
    else:
        assert colours[1] == pytest.approx(middle, abs=4) and colours[2] == pytest.approx(middle, abs=4)

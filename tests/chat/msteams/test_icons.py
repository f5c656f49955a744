import io
import struct
import zipfile
import zlib

import pytest

from bot.chat.msteams.manifest import ICONS_FOLDER, build_package
from tests.chat import screens

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
EIGHT_BIT_RGBA = [8, 6, 0, 0, 0]
"""Bit depth, colour type, compression, filter and interlace method in a PNG header."""

Pixel = tuple[int, ...]

OPAQUE, TRANSPARENT = 255, 0
BACKGROUND: Pixel = (0x2F, 0x48, 0x58, OPAQUE)
CREAM: Pixel = (0xF4, 0xEF, 0xE6, OPAQUE)
AMBER: Pixel = (0xE0, 0xA4, 0x58, OPAQUE)


def read_chunks(png: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a PNG file by name, after a check of signature and checksums."""
    assert png.startswith(PNG_SIGNATURE)
    chunks, offset = {}, len(PNG_SIGNATURE)
    while offset < len(png):
        (size,) = struct.unpack_from(">I", png, offset)
        name, data = png[offset + 4 : offset + 8], png[offset + 8 : offset + 8 + size]
        (checksum,) = struct.unpack_from(">I", png, offset + 8 + size)
        assert checksum == zlib.crc32(name + data)
        chunks[name], offset = data, offset + 12 + size
    return chunks


def read_pixels(name: str) -> list[list[Pixel]]:
    """Return the rows of RGBA pixels of an icon, which must have unfiltered 8-bit rows."""
    chunks = read_chunks((ICONS_FOLDER / name).read_bytes())
    width, height, *pixel_format = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert pixel_format == EIGHT_BIT_RGBA
    data, row_size = zlib.decompress(chunks[b"IDAT"]), width * 4 + 1
    assert len(data) == row_size * height
    assert all(data[row * row_size] == 0 for row in range(height))
    return [
        [tuple(data[row * row_size + 1 + x * 4 :][:4]) for x in range(width)]
        for row in range(height)
    ]


@pytest.mark.parametrize(("name", "size"), [("color.png", 192), ("outline.png", 32)])
def test_an_icon_is_a_png_of_the_required_size(name: str, size: int) -> None:
    """Teams requires square PNG files of 192 and 32 pixels."""
    header = read_chunks((ICONS_FOLDER / name).read_bytes())[b"IHDR"]

    assert struct.unpack(">IIBBBBB", header) == (size, size, *EIGHT_BIT_RGBA)


def test_the_colour_icon_is_opaque() -> None:
    """Every pixel is opaque; the left ring is cream, the right one amber."""
    pixels = read_pixels("color.png")
    middle_row = pixels[96]

    assert len(pixels) == len(middle_row) == 192
    assert {pixel[3] for row in pixels for pixel in row} == {OPAQUE}
    assert CREAM in middle_row[:96]
    assert AMBER in middle_row[96:]


def test_the_colour_icon_has_a_plain_margin() -> None:
    """Outside the middle 124 pixels, which Teams may crop, is only the background."""
    pixels = read_pixels("color.png")
    margin = [row[:34] + row[-34:] for row in pixels] + pixels[:34] + pixels[-34:]

    assert {pixel for row in margin for pixel in row} == {BACKGROUND}


def test_the_outline_icon_is_white_on_transparent() -> None:
    """Every pixel is white, with an opacity from transparent to opaque."""
    pixels = read_pixels("outline.png")
    colours = {pixel for row in pixels for pixel in row}

    assert len(pixels) == len(pixels[0]) == 32
    assert {colour[:3] for colour in colours} == {(255, 255, 255)}
    assert {TRANSPARENT, OPAQUE} <= {colour[3] for colour in colours}


@pytest.mark.parametrize("name", ["color.png", "outline.png"])
def test_the_package_contains_the_icon_files(name: str) -> None:
    """The icons in the package are the committed files, byte for byte."""
    package = build_package(
        screens.CATALOGUE,
        client_id="00000000-0000-4000-8000-00000000000a",
        base_url="https://attune.example.org",
    )

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.read(name) == (ICONS_FOLDER / name).read_bytes()

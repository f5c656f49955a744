import struct
import zlib

import pytest

from bot.chat.msteams import icons


def pixels(png: bytes) -> list[list[tuple[int, ...]]]:
    """The rows of pixels in a PNG with unfiltered rows of 8-bit red, green, blue and opacity."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = {}, 8
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        (check,) = struct.unpack_from(">I", png, at + 8 + size)
        assert check == zlib.crc32(name + data)
        found[name], at = data, at + 12 + size
    width, height, *kind = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert (width, kind) == (height, [8, 6, 0, 0, 0])
    rows, each = zlib.decompress(found[b"IDAT"]), width * 4 + 1
    assert len(rows) == each * height
    assert all(rows[row * each] == 0 for row in range(height))
    return [
        [tuple(rows[row * each + 1 + x * 4 :][:4]) for x in range(width)] for row in range(height)
    ]


def test_the_coloured_icon_is_192_wide_and_has_no_hole() -> None:
    """Every pixel is opaque, and both rings are on it, the warm one on the right."""
    drawn = pixels(icons.draw_colour_icon())
    middle = drawn[96]

    assert len(drawn) == len(middle) == 192
    assert {pixel[3] for row in drawn for pixel in row} == {255}
    assert (0xF4, 0xEF, 0xE6, 255) in middle[:96]
    assert (0xE0, 0xA4, 0x58, 255) in middle[96:]


def test_the_rings_keep_to_the_part_that_teams_never_cuts() -> None:
    """Outside the middle 124 pixels there is nothing but the ground."""
    drawn = pixels(icons.draw_colour_icon())
    around = [row[:34] + row[-34:] for row in drawn] + drawn[:34] + drawn[-34:]

    assert {pixel for row in around for pixel in row} == {(0x2F, 0x48, 0x58, 255)}


def test_the_outline_is_32_wide_and_white_alone() -> None:
    """Teams takes white on nothing, and fades only at its edges."""
    drawn = pixels(icons.draw_outline_icon())
    seen = {pixel for row in drawn for pixel in row}

    assert len(drawn) == len(drawn[0]) == 32
    assert {pixel[:3] for pixel in seen} == {(255, 255, 255)}
    assert {0, 255} <= {pixel[3] for pixel in seen}


@pytest.mark.parametrize("draw", [icons.draw_colour_icon, icons.draw_outline_icon])
def test_an_icon_is_the_same_every_time(draw: object) -> None:
    """The package's bytes do not change unless something in it does."""
    assert callable(draw)
    assert draw() == draw()

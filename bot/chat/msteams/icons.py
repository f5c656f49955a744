"""The app's icons, drawn here: two rings that meet, one of them warm; no image library.

Teams shows one in colour, 192 pixels wide, and an outline of white alone, 32 wide.
"""

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot

COLOUR_SIZE, OUTLINE_SIZE = 192, 32
"""How wide each icon is, in pixels."""

Pixel = tuple[int, int, int, int]
"""Red, green, blue and opacity, each 0 to 255."""

_CLEAR: Pixel = (255, 255, 255, 0)
_WHITE: Pixel = (255, 255, 255, 255)
_DEEP_BLUE: Pixel = (0x2F, 0x48, 0x58, 255)
_PALE_CREAM: Pixel = (0xF4, 0xEF, 0xE6, 255)
_WARM_AMBER: Pixel = (0xE0, 0xA4, 0x58, 255)

_RADIUS, _STROKE = 6.0, 2.5
_LEFT_CENTRE, _RIGHT_CENTRE, _VERTICAL_CENTRE = 12.0, 20.0, 16.0
"""The rings on a square of 32, as on the practice workspace's page."""

_SAFE_SCALE, _FULL_SCALE = 0.9, 1.25
"""How large the rings are drawn: in colour within 120 pixels, for Teams may cut the rest to a
circle; the outline to its edge."""


@dataclass(frozen=True)
class _Ring:
    centre_x: float
    colour: Pixel

    def coverage_at(self, x: float, y: float, pixel_size: float) -> float:
        """How much of a pixel the ring covers, 0 to 1, by how far away its line is."""
        away = abs(hypot(x - self.centre_x, y - _VERTICAL_CENTRE) - _RADIUS) - _STROKE / 2
        return min(1.0, max(0.0, 0.5 - away / pixel_size))


def draw_colour_icon() -> bytes:
    """Return the icon that Teams shows in its store and beside messages, as a PNG."""
    rings = (_Ring(_LEFT_CENTRE, _PALE_CREAM), _Ring(_RIGHT_CENTRE, _WARM_AMBER))
    return _encode_png(COLOUR_SIZE, _draw_rings(rings, _DEEP_BLUE, COLOUR_SIZE, _SAFE_SCALE))


def draw_outline_icon() -> bytes:
    """Return the icon of the app's bar: white on nothing, as a PNG."""
    rings = (_Ring(_LEFT_CENTRE, _WHITE), _Ring(_RIGHT_CENTRE, _WHITE))
    return _encode_png(OUTLINE_SIZE, _draw_rings(rings, _CLEAR, OUTLINE_SIZE, _FULL_SCALE))


def _draw_rings(
    rings: Sequence[_Ring], background: Pixel, width: int, scale: float
) -> Callable[[int, int], Pixel]:
    """Return what colour each pixel is, for rings drawn *part* as large as the square."""
    pixel = 32 / (width * scale)

    def pixel_at(column: int, row: int) -> Pixel:
        x, y = (_VERTICAL_CENTRE + (place + 0.5 - width / 2) * pixel for place in (column, row))
        seen = background
        for ring in rings:
            seen = _blend_pixels(seen, ring.colour, ring.coverage_at(x, y, pixel))
        return seen

    return pixel_at


def _blend_pixels(under: Pixel, over: Pixel, share: float) -> Pixel:
    red, green, blue, opacity = (
        round(one + (other - one) * share) for one, other in zip(under, over, strict=True)
    )
    return red, green, blue, opacity


def _encode_png(width: int, pixel_at: Callable[[int, int], Pixel]) -> bytes:
    """Return a picture as PNG: 8 bits a channel, rows unfiltered (ISO/IEC 15948)."""
    rows = (b"\0" + b"".join(bytes(pixel_at(x, y)) for x in range(width)) for y in range(width))
    header = struct.pack(">IIBBBBB", width, width, 8, 6, 0, 0, 0)
    packed = zlib.compress(b"".join(rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_encode_chunk(*one) for one in chunks)


def _encode_chunk(name: bytes, data: bytes) -> bytes:
    size, check = struct.pack(">I", len(data)), struct.pack(">I", zlib.crc32(name + data))
    return size + name + data + check

"""Hostile values and bytes that mutations insert, and placeholders in generated inputs."""

from collections.abc import Mapping

CANARY = "quagmirebird"
"""A word that no part of the project contains, in place of what a person types."""

UNIQUE_ID = "ZUNIQUEIDZ"
"""Placeholder of an id that differs for each execution, so that no request is a repetition."""

TEAM_ID = "ZTEAMIDZ"
"""Placeholder of the id of the team, which the store assigns."""

PRODUCT_URL = "ZPRODUCTURLZ"
"""Placeholder of a URL of the product's local stand-in."""

_DEPTHS = (90, 400, 900, 930, 950, 970, 3_000)
"""Depths of nesting, some of them just below Python's recursion limit."""

JSON_FRAGMENTS: Mapping[str, str] = {
    **{f'"ZDEEPLIST{depth}Z"': "[" * depth + "]" * depth for depth in _DEPTHS},
    **{f'"ZDEEPDICT{depth}Z"': '{"a":' * depth + "1" + "}" * depth for depth in _DEPTHS},
    '"ZLONGINTEGERZ"': "9" * 5_000,
    '"ZOVERFLOWZ"': "1e999",
    '"ZCONTROLZ"': '"\t\n\x00"',
}
"""Texts in place of a string of serialized JSON that no Python value serializes to."""

SHARP_TEXTS: tuple[str, ...] = (
    "",
    CANARY,
    "\x00",
    "\ud800",
    f"{CANARY}\udfff\x00",
    "0",
    *(fragment.strip('"') for fragment in JSON_FRAGMENTS),
)
"""Texts that most often break a parser or a store; they are drawn more often than the others."""

TEXTS: tuple[str, ...] = (
    f"<@{CANARY}> *{CANARY}*",
    f"  {CANARY.upper()}\n{CANARY}",
    " ",
    "\ufeff",
    "\u202e",
    "\N{PILE OF POO}",
    "e\N{COMBINING ACUTE ACCENT}" * 50,
    "a" * 3_001,
    f"{CANARY} " * 1_000,
    "<at>" * 25_000,
    "~" * 3_000,
    "\N{ROUND PUSHPIN}",
    "\N{HOUSE}",
    "{0.__class__}",
    "{team}",
    "%s%n%(a)s",
    "../../etc",
    "'; --",
    "-1",
    "1e9",
    "9" * 400,
    "\N{SUPERSCRIPT TWO}",
    "\N{ARABIC-INDIC DIGIT THREE}",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-06-29",
    "2026-W99:S99",
    "2026-Q9",
    "24:00",
    "23:59",
    "99:99",
    "09:00:00",
    "Mars/Base",
    "../UTC",
    "America/St_Johns",
    "fr-CA",
    "xx-" + "y" * 100,
    ":",
    "::::",
    ";;=;",
    ",",
    "#",
    "=",
    ".",
    "T",
    "E1GRID",
    "true",
    "null",
    "new",
)

SCALARS: tuple[object, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    7,
    2**31,
    2**63,
    -(2**64),
    10**400,
    0.5,
    -0.0,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": None},
    {"id": None},
    {"id": CANARY},
    {"type": CANARY},
    [CANARY],
)

BYTES: tuple[bytes, ...] = (
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\r\n",
    b"%00",
    b"%ED%A0%80",
    b"%",
    b"&" * 120,
    b"&payload=",
    b"payload={}",
    b"+",
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"'",
    b'"""',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\\uD83D\\uDE00",
    b"NaN",
    b"Infinity",
    b"9" * 5_000,
    b"[" * 3_000,
    b"[[team]]\n",
    b"[[card]]\n",
    b"[[same]]\n",
    b"[team.checkin]\n",
    b"= ",
    b".",
    b"#",
    b"\x1f",
    b"\x7f",
    CANARY.encode(),
)

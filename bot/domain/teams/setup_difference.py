"""Encode what a previewed set-up changes, so that its form carries the difference alone."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain.answers import Answers
from bot.domain.teams import holiday_regions
from bot.domain.teams.setup_changes import PEOPLE_FIELDS, SetupChange, compare_setups
from bot.domain.teams.setup_submission import SetupSubmission, parse_setup
from bot.domain.teams.setup_undo import encode_setup
from bot.errors import UnknownAnswerError

MAX_CHANGE_CHARACTERS = 1_900
"""Maximum characters of an encoded change: the data of a button has 2,000 at most."""

_DIGEST_BYTES = 12

_DIRECTORY_ID_PATTERN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The ids of people on Teams: 16 bytes in hexadecimal digits."""

_DIRECTORY_ID_PARTS = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))

_PACKED_MARK = "."
"""Prefix of a directory id in base64, which is shorter; no id of a person has a full stop."""


@dataclass(frozen=True)
class PreviewedChange:
    """A change of a set-up that was previewed: of which team, from which set-up to which one.

    The digests are those of the two set-ups, see :func:`digest_setup`. ``difference`` has the
    changed fields only; it describes who is taken off a list by their positions in that list, so
    that it is read with the set-up of ``before_digest`` alone.
    """

    team_id: str
    before_digest: str
    after_digest: str
    difference: str

    @property
    def digests(self) -> frozenset[str]:
        """The digests of the stored set-ups to which the change applies: a repetition has both."""
        return frozenset({self.before_digest, self.after_digest})


def digest_setup(setup: SetupSubmission) -> str:
    """Return a digest of a set-up, whatever the order of its people and days: 16 characters."""
    canonical = replace(
        setup,
        clinicians=tuple(sorted(setup.clinicians)),
        supervisors=tuple(sorted(setup.supervisors)),
        tip_days=tuple(sorted(setup.tip_days)),
    )
    content = encode_setup(canonical).encode()
    digest = hashlib.blake2b(content, digest_size=_DIGEST_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


def encode_change(team_id: str, before: SetupSubmission, after: SetupSubmission) -> str:
    """Encode the change from *before* to *after* as form data, see :func:`parse_change`.

    It is longer than :data:`MAX_CHANGE_CHARACTERS` where too many people are added at once.
    """
    answers = _describe_answers(after)
    difference = {
        change.field_id: _encode_people(before, change)
        if change.field_id in PEOPLE_FIELDS
        else answers[change.field_id]
        for change in compare_setups(before, after)
    }
    body = json.dumps(difference, ensure_ascii=False, separators=(",", ":"))
    return f"{team_id} {digest_setup(before)} {digest_setup(after)} {body}"


def parse_change(data: str) -> PreviewedChange:
    """Parse form data; UnknownAnswerError for data of another release or of a forged request."""
    parts = data.split(" ", 3)
    if len(parts) != 4:  # noqa: PLR2004 - the team, two digests and the difference
        raise UnknownAnswerError
    return PreviewedChange(*parts)


def apply_change(
    change: PreviewedChange,
    stored: SetupSubmission,
    languages: tuple[str, ...],
    words: LanguagePack,
) -> SetupSubmission | None:
    """Return the set-up that *change* makes of the *stored* one; ``None`` for another one than its.

    A set-up that the change has made already stays as it is. Raises
    :class:`bot.errors.UnknownAnswerError` for values that the set-up form does not offer: a Teams
    client can submit any.
    """
    digest = digest_setup(stored)
    if digest == change.after_digest:
        return stored
    if digest != change.before_digest:
        return None
    changed = _decode_difference(change.difference, stored)
    # A practice of the operator's file may have a name that the form refuses.
    answers = {**_describe_answers(stored), "practice": (), **changed}
    result = parse_setup(answers, languages, words)
    if isinstance(result, InvalidAnswers):
        raise UnknownAnswerError
    return result if "practice" in changed else replace(result, practice=stored.practice)


def _describe_answers(setup: SetupSubmission) -> dict[str, tuple[str, ...]]:
    """Return the answers of the set-up form that describe *setup*."""
    return {
        "channel": (setup.channel,),
        "name": (setup.name,),
        "clinicians": setup.clinicians,
        "supervisors": setup.supervisors,
        "day": (str(setup.checkin_rule.weekday),),
        "time": (f"{setup.checkin_rule.local_time:%H:%M}",),
        "tip_days": tuple(map(str, setup.tip_days)),
        "tip_time": (f"{setup.tip_time:%H:%M}",),
        "language": (setup.language,),
        "zone": (setup.zone,),
        "holidays": (setup.holiday_region or holiday_regions.NO_REGION_CODE,),
        "practice": (setup.practice,) if setup.practice else (),
        "question": (setup.question,),
        "open": ("yes" if setup.open_to_team else "no",),
    }


def _encode_people(before: SetupSubmission, change: SetupChange) -> tuple[str, str]:
    """Encode who is taken off as bits of the sorted list, and who is added by id."""
    listed = sorted(getattr(before, change.field_id))
    bits = sum(1 << listed.index(person_id) for person_id in change.removed)
    return f"{bits:x}", ",".join(map(_pack_id, change.added))


def _decode_people(listed: Iterable[str], bits: str, added: str) -> tuple[str, ...]:
    number = int(bits, 16)
    remaining = [
        person_id for index, person_id in enumerate(sorted(listed)) if not number >> index & 1
    ]
    return (*remaining, *map(_unpack_id, filter(None, added.split(","))))


def _decode_difference(difference: str, stored: SetupSubmission) -> dict[str, tuple[str, ...]]:
    """Decode the changed fields as answers of the form; UnknownAnswerError for other content."""
    try:
        fields = json.loads(difference)
        answers: Answers = {
            str(field_id): tuple(map(str, values)) for field_id, values in fields.items()
        }
        return {
            field_id: _decode_people(getattr(stored, field_id), *values)
            if field_id in PEOPLE_FIELDS
            else values
            for field_id, values in answers.items()
        }
    except (ValueError, TypeError, AttributeError):
        raise UnknownAnswerError from None


def _pack_id(person_id: str) -> str:
    """Shorten a directory id to 23 characters; other ids stay as they are."""
    if not _DIRECTORY_ID_PATTERN.fullmatch(person_id):
        return person_id
    packed = base64.urlsafe_b64encode(bytes.fromhex(person_id.replace("-", "")))
    return f"{_PACKED_MARK}{packed.decode().rstrip('=')}"


def _unpack_id(packed_id: str) -> str:
    if not packed_id.startswith(_PACKED_MARK):
        return packed_id
    digits = base64.urlsafe_b64decode(f"{packed_id.removeprefix(_PACKED_MARK)}==").hex()
    return "-".join(digits[start:end] for start, end in _DIRECTORY_ID_PARTS)

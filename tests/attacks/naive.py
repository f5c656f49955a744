"""A counter without protections: an attack has to succeed on it to prove anything."""

import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class NaiveCounter:
    """One row for each debrief, with the person's id, and exact counts for any reader.

    With ``min_people``, the usual threshold: no counts are shown where fewer people filed.
    """

    min_people: int = 0
    rows: list[tuple[str, str]] = field(default_factory=list)

    def file_debrief(self, person: str, form: str = "away") -> None:
        """Store a debrief."""
        self.rows.append((person, form))

    def withdraw_debriefs(self, person: str) -> None:
        """Delete all debriefs of *person*."""
        self.rows = [row for row in self.rows if row[0] != person]

    def count_forms(self, *people: str) -> Counter[str] | None:
        """Return the count of each form, of all people or of *people*; None below the threshold."""
        rows = [row for row in self.rows if not people or row[0] in people]
        if len({person for person, _ in rows}) < self.min_people:
            return None
        return Counter(form for _, form in rows)


def hash_person(person: str) -> bytes:
    """Return the most common pseudonym: an unkeyed digest that any reader can compute."""
    return hashlib.sha256(person.encode()).digest()


def hash_person_with_key(person: str, key: bytes) -> bytes:
    """Return the next most common: a keyed digest whose key is in the same database."""
    return hmac.new(key, person.encode(), hashlib.sha256).digest()

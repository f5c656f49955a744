"""What a bot does that thought less about it: each attack has to succeed here to count."""

import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class NaiveCounter:
    """One row a debrief, with the person's id, and exact counts for whoever asks.

    With ``least``, the usual threshold: nothing is shown where fewer people filed.
    """

    min_people: int = 0
    rows: list[tuple[str, str]] = field(default_factory=list)

    def file_debrief(self, person: str, form: str = "away") -> None:
        """Keep a debrief."""
        self.rows.append((person, form))

    def withdraw_debriefs(self, person: str) -> None:
        """Take all of somebody's debriefs back."""
        self.rows = [row for row in self.rows if row[0] != person]

    def count_forms(self, *people: str) -> Counter[str] | None:
        """How often each form was chosen, by everybody or by those named; None below the least."""
        rows = [row for row in self.rows if not people or row[0] in people]
        if len({person for person, _ in rows}) < self.min_people:
            return None
        return Counter(form for _, form in rows)


def hash_person(person: str) -> bytes:
    """The pseudonym that is met most: a digest that anybody can make again."""
    return hashlib.sha256(person.encode()).digest()


def hash_person_with_key(person: str, key: bytes) -> bytes:
    """The next one: a keyed digest, its key beside it in the same database."""
    return hmac.new(key, person.encode(), hashlib.sha256).digest()

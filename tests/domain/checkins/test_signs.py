"""The sign of a person and a week: always the same, and as good as random."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.conversation import Person
from bot.domain.checkins.signs import sign_of_week

SIGNS = load_catalogue().get_pack("en").signs
KEY = b"a made-up key of 32 bytes or so."
MARIE = Person("slack:T0PRACTICE", "U0CLIN1")
MONDAY = date(2026, 6, 29)

persons = st.builds(Person, st.text(), st.text())
weeks = st.dates(date(2026, 1, 1), date(2035, 12, 31)).map(lambda day: f"{day:%G-W%V}")


@given(person=persons, week=weeks, key=st.binary(max_size=40))
def test_a_person_and_week_have_one_sign(person: Person, week: str, key: bytes) -> None:
    """The sign is one of those offered, and the same whenever it is asked for."""
    sign = sign_of_week(SIGNS, key, person, week)

    assert sign in SIGNS
    assert sign_of_week(SIGNS, key, person, week) == sign


def test_the_signs_of_many_weeks_are_spread_evenly() -> None:
    """Over a thousand rounds no sign comes up more than twice as often as its share."""
    weeks = [f"{MONDAY + timedelta(weeks=number):%G-W%V}" for number in range(40)]
    persons = [Person(MARIE.workspace, f"U{number}") for number in range(25 * len(SIGNS))]

    counts = Counter(
        sign_of_week(SIGNS, KEY, person, week).code for person in persons for week in weeks
    )

    assert set(counts) == {sign.code for sign in SIGNS}
    assert max(counts.values()) < 2 * len(persons) * len(weeks) / len(SIGNS)


def test_another_key_deals_other_signs() -> None:
    """Without the key a person's sign cannot be predicted."""
    weeks = [f"{MONDAY + timedelta(weeks=number):%G-W%V}" for number in range(40)]

    first, second = (
        [sign_of_week(SIGNS, key, MARIE, week).code for week in weeks] for key in (KEY, b"other")
    )

    assert first != second


def test_two_people_cannot_share_an_encoding() -> None:
    """A person id that continues the workspace's is another person."""
    weeks = [f"{MONDAY + timedelta(weeks=number):%G-W%V}" for number in range(40)]

    first, second = (
        [sign_of_week(SIGNS, KEY, person, week).code for week in weeks]
        for person in (Person("slack:T1", "2U"), Person("slack:T", "12U"))
    )

    assert first != second

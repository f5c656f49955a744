"""Intentions: what a person wants to try and be reminded of; stored for two weeks at most."""

from dataclasses import replace

from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.store.repositories.team_slots import TeamSlots


class Intentions:
    """Repository of intentions: one per person at most, the latest, in the person's slot.

    A person without a home team has none.
    """

    def __init__(self, slots: TeamSlots) -> None:
        """Use the *slots* of the transaction."""
        self._slots = slots

    def save_intention(self, person: Person, intention: Intention) -> None:
        """Save *person*'s intention; it replaces an earlier one."""
        self._slots.change_slot(person, lambda slot: replace(slot, intention=intention))

    def get_intention(self, person: Person) -> Intention | None:
        """Return the intention of *person*; ``None`` without one."""
        slot = self._slots.get_slot(person)
        return slot.intention if slot else None

    def get_intention_in(self, person: Person, team_id: str) -> Intention | None:
        """Return the intention of *person* in the record of their home team, ``""`` for none."""
        slot = self._slots.get_slot_in(person, team_id)
        return slot.intention if slot else None

    def delete_intention(self, person: Person) -> None:
        """Delete the intention of *person*, if any."""
        self._slots.change_slot(person, lambda slot: replace(slot, intention=None))

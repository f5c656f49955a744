"""Repository of intentions, in the encrypted slots of team records; they expire in two weeks."""

from dataclasses import replace

from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.store.repositories.team_slots import TeamSlots


class Intentions:
    """Repository of at most one intention per person, in the slot of their home team's record.

    A person without a home team or a readable record has no slot: then nothing is stored.
    """

    def __init__(self, slots: TeamSlots) -> None:
        """Use *slots*, and with them the record cache of the transaction."""
        self._slots = slots

    def save_intention(self, person: Person, intention: Intention) -> None:
        """Set the intention in *person*'s slot; it replaces a stored one."""
        self._slots.change_slot(person, lambda slot: replace(slot, intention=intention))

    def get_intention(self, person: Person) -> Intention | None:
        """Return the intention of *person*; ``None`` without one."""
        slot = self._slots.get_slot(person)
        return slot.intention if slot else None

    def get_intention_in(self, person: Person, team_id: str) -> Intention | None:
        """Return the intention of *person* in *team_id*, their home team or ``""``."""
        slot = self._slots.get_slot_in(person, team_id)
        return slot.intention if slot else None

    def delete_intention(self, person: Person) -> None:
        """Delete the intention in *person*'s slot; the record is rewritten in any case."""
        self._slots.change_slot(person, lambda slot: replace(slot, intention=None))

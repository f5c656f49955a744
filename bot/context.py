"""Dependencies passed to handlers, schedules and the operator's commands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.content.catalogue import Catalogue
from bot.conversation import Outlet
from bot.store.store import Store


@dataclass(frozen=True)
class Context:
    """The store, the content catalogue, the clock and the chat outlets; data only, no methods.

    ``now`` returns an aware datetime in UTC. ``outlets`` is keyed by product, the part of a
    workspace key before its colon.
    """

    store: Store
    catalogue: Catalogue
    now: Callable[[], datetime]
    outlets: Mapping[str, Outlet]

"""What lies to hand for whoever serves a person: handlers, schedules and the operator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.content.catalogue import Catalogue
from bot.conversation import Outlet
from bot.store.store import Store


@dataclass(frozen=True)
class Context:
    """The store, the words, the time and the products; no methods, nothing else.

    ``now`` gives an aware instant in UTC. ``outlets`` are keyed by product, the part of
    a workspace before its colon.
    """

    store: Store
    catalogue: Catalogue
    now: Callable[[], datetime]
    outlets: Mapping[str, Outlet]

"""Dependencies passed to handlers, schedules and the operator's commands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.content.catalogue import Catalogue
from bot.conversation import Outlet, parse_product
from bot.store.store import Store


@dataclass(frozen=True)
class Context:
    """The store, the content catalogue, the clock and the chat outlets.

    ``now`` returns an aware datetime in UTC. ``outlets`` is keyed by product and contains the
    configured products only; the store may also contain people of a product that was configured
    before. :meth:`find_outlet` is the one lookup.
    """

    store: Store
    catalogue: Catalogue
    now: Callable[[], datetime]
    outlets: Mapping[str, Outlet]
    releases_folder: Path | None = None
    """Folder of the published tables' files; ``None`` to write none."""

    def find_outlet(self, workspace: str) -> Outlet | None:
        """Return the outlet of the workspace's product; ``None`` if that is not configured."""
        return self.outlets.get(parse_product(workspace))

    def is_configured(self, workspace: str) -> bool:
        """Return whether the workspace's product is configured, so that messages can be sent."""
        return self.find_outlet(workspace) is not None

"""Load the content that people are served: the deployment's, and what is a workspace's own.

The parser of the workspaces file takes megabytes, and few deployments have one.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from bot.admin.account_references import lowercase_microsoft_id, workspace_key
from bot.content.catalogue import Catalogue, load_catalogue
from bot.context import Context
from bot.errors import Fault
from bot.outlet import Outlet
from bot.settings import Settings
from bot.stated_retention import state_retention
from bot.store.store import Store


def load_served_content(settings: Settings) -> Catalogue:
    """Return the deployment's content, with its cards, safety texts and retention periods."""
    content = load_catalogue(settings.cards_folder, settings.safety_texts)
    return state_retention(content, settings.retention)


def build_context(
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    outlets: Mapping[str, Outlet],
    shared: Catalogue | None = None,
) -> Context:
    """Return the context of a process, with the content of each workspace.

    *shared* is the deployment's content, where it is loaded already. Raises as
    :func:`load_own_catalogues` does.
    """
    content = shared or load_served_content(settings)
    own = load_own_catalogues(settings, content)
    return Context(store, content, now, outlets, settings.archive_folder, own_catalogues=own)


def check_workspaces_file(settings: Settings) -> None:
    """Raise :class:`bot.errors.FaultyInputError` for a faulty workspaces file."""
    if settings.workspaces_file is not None:
        from bot.admin.workspaces_file import read_workspaces  # noqa: PLC0415 - is that parser

        read_workspaces(settings.workspaces_file, settings.retention)


def load_own_catalogues(settings: Settings, shared: Catalogue) -> Mapping[str, Catalogue]:
    """Return the content of each workspace with an entry in the workspaces file, by its key.

    *shared* is the deployment's content, which is returned for an entry that changes nothing. A
    fault of a workspace's cards is in its catalogue's ``faults``, and concerns no other workspace.
    Raises :class:`bot.errors.FaultyInputError` for any other fault of the file.
    """
    if settings.workspaces_file is None:
        return MappingProxyType({})
    from bot.own_content import read_own_catalogues  # noqa: PLC0415 - imports that parser

    return read_own_catalogues(settings, settings.workspaces_file, shared)


def load_content_of(settings: Settings, workspace: str) -> Catalogue:
    """Return the content of the workspace with an id as in the workspaces file.

    It is the deployment's for a blank id, and for one without an entry. Raises as
    :func:`load_own_catalogues` does.
    """
    shared = load_served_content(settings)
    key = workspace_key(lowercase_microsoft_id(workspace))
    return load_own_catalogues(settings, shared).get(key, shared)


def list_card_faults(catalogues: Iterable[Catalogue]) -> tuple[Fault, ...]:
    """Return the faults of the custom cards of all *catalogues*; those of a shared folder once."""
    faults = {
        (fault.location, fault.key, *fault.facts.items()): fault
        for catalogue in catalogues
        for fault in catalogue.faults
    }
    return tuple(faults.values())

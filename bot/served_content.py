"""Load the content catalogues of a process: the deployment's, and those of single workspaces.

The parser of the workspaces file takes megabytes of memory, so that its module is imported only if
the setting ``WORKSPACES_FILE`` has a value.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from bot.admin.account_references import build_workspace_key, lowercase_microsoft_id
from bot.content.catalogue import Catalogue, load_catalogue
from bot.context import Context
from bot.errors import Fault
from bot.outlet import Outlet
from bot.settings import Settings
from bot.stated_retention import replace_retention
from bot.store.store import Store


def load_served_content(settings: Settings) -> Catalogue:
    """Load the deployment's catalogue: custom cards, safety texts and retention periods included.

    Faults of the cards folder are in the catalogue's ``faults``.
    """
    content = load_catalogue(settings.cards_folder, settings.safety_texts)
    return replace_retention(content, settings.retention)


def build_context(
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    outlets: Mapping[str, Outlet],
    shared: Catalogue | None = None,
) -> Context:
    """Build the context of a process from the settings, with the catalogue of each workspace.

    *shared* is the deployment's catalogue; by default it is loaded. Raises as
    :func:`load_workspace_catalogues` does.
    """
    content = shared or load_served_content(settings)
    return Context(
        store,
        content,
        now,
        outlets,
        settings.archive_folder,
        workspace_catalogues=load_workspace_catalogues(settings, content),
    )


def check_workspaces_file(settings: Settings) -> None:
    """Validate the workspaces file, if one is set; raise :class:`bot.errors.FaultyInputError`."""
    if settings.workspaces_file is not None:
        from bot.admin.workspaces_file import read_workspaces  # noqa: PLC0415 - is that parser

        read_workspaces(settings.workspaces_file, settings.retention)


def load_workspace_catalogues(settings: Settings, shared: Catalogue) -> Mapping[str, Catalogue]:
    """Load the catalogue of each entry of the workspaces file; return a dict by workspace key.

    The dict is empty without a file. *shared* is the deployment's catalogue, and the same object is
    the value of an entry that changes nothing. Faults of custom cards are in the catalogue's
    ``faults`` and affect no other workspace; any other fault of the file raises
    :class:`bot.errors.FaultyInputError`.
    """
    if settings.workspaces_file is None:
        return MappingProxyType({})
    from bot.workspace_content import read_workspace_catalogues  # noqa: PLC0415 - imports that parser

    return read_workspace_catalogues(settings, settings.workspaces_file, shared)


def load_workspace_content(settings: Settings, workspace: str) -> Catalogue:
    """Load the catalogue of one *workspace*, whose id is as in the workspaces file.

    For ``""`` and for an id without an entry it is the deployment's. Raises as
    :func:`load_workspace_catalogues` does.
    """
    shared = load_served_content(settings)
    key = build_workspace_key(lowercase_microsoft_id(workspace))
    return load_workspace_catalogues(settings, shared).get(key, shared)


def list_card_faults(catalogues: Iterable[Catalogue]) -> tuple[Fault, ...]:
    """Return the faults of custom cards in all *catalogues*; those of a shared folder once."""
    faults = {
        (fault.location, fault.key, *fault.facts.items()): fault
        for catalogue in catalogues
        for fault in catalogue.faults
    }
    return tuple(faults.values())

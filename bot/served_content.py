"""Load the content that people are served: the deployment's, and what is a workspace's own.

A workspace without an entry in the workspaces file shares the deployment's content, and entries
that do not differ share theirs, so that memory grows with what differs alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from bot.admin.team_file import lowercase_microsoft_id, workspace_key
from bot.admin.workspaces_file import WorkspaceEntry, read_workspaces
from bot.content.catalogue import Catalogue, load_catalogue
from bot.content.custom_cards import CARDS_LOCATION
from bot.context import Context
from bot.errors import Fault
from bot.outlet import Outlet
from bot.retention_periods import RetentionPeriods
from bot.settings import Settings
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


def load_own_catalogues(settings: Settings, shared: Catalogue) -> Mapping[str, Catalogue]:
    """Return the content of each workspace with an entry in the workspaces file, by its key.

    *shared* is the deployment's content, which is returned for an entry that changes nothing. A
    fault of a workspace's cards is in its catalogue's ``faults``, and concerns no other workspace.
    Raises :class:`bot.errors.FaultyInputError` for any other fault of the file.
    """
    if settings.workspaces_file is None:
        return MappingProxyType({})
    loader = _OwnContentLoader(settings, shared)
    return {
        workspace: catalogue
        for entry in read_workspaces(settings.workspaces_file, settings.retention)
        for catalogue in [loader.load_content(entry)]
        for workspace in entry.workspaces
    }


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


def state_retention(content: Catalogue, retention: RetentionPeriods) -> Catalogue:
    """Return *content* that states *retention* in every language.

    The retention duty uses the periods that people read, see
    :attr:`bot.context.Context.retention`.
    """
    packs = {tag: replace(pack, retention=retention) for tag, pack in content.packs_by_tag.items()}
    return replace(content, packs_by_tag=packs)


class _OwnContentLoader:
    """Loads the content of entries: each folder of cards once, and equal content once."""

    def __init__(self, settings: Settings, shared: Catalogue) -> None:
        """Use the settings wherever an entry has nothing of its own."""
        self._settings = settings
        self._by_folder: dict[Path | None, Catalogue] = {}
        deployment = (settings.cards_folder, *settings.safety_texts.items(), settings.retention)
        self._loaded: dict[tuple[object, ...], Catalogue] = {deployment: shared}

    def load_content(self, entry: WorkspaceEntry) -> Catalogue:
        """Return the content of the workspaces of *entry*."""
        folder = entry.cards_folder or self._settings.cards_folder
        texts = entry.safety_texts or self._settings.safety_texts
        identity = (folder, *texts.items(), entry.retention)
        if identity not in self._loaded:
            if folder not in self._by_folder:
                self._by_folder[folder] = _locate_faults(load_catalogue(folder), entry.location)
            content = self._by_folder[folder].add_safety_texts(texts)
            self._loaded[identity] = state_retention(content, entry.retention)
        return self._loaded[identity]


def _locate_faults(content: Catalogue, location: str) -> Catalogue:
    """Return *content* whose faults of the whole folder name *location* in the setting's place."""
    faults = tuple(
        replace(fault, location=location) if fault.location == CARDS_LOCATION else fault
        for fault in content.faults
    )
    return replace(content, faults=faults)

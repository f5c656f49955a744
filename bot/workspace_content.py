"""Load the catalogues of the workspaces file, cached so that equal entries share one object.

The memory of a process thus grows with the number of different entries, not of workspaces.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.admin.workspaces_file import WorkspaceEntry, read_workspaces
from bot.content.catalogue import Catalogue, load_catalogue
from bot.content.custom_cards import CARDS_LOCATION
from bot.settings import Settings
from bot.stated_retention import replace_retention


def read_workspace_catalogues(
    settings: Settings, file: Path, shared: Catalogue
) -> Mapping[str, Catalogue]:
    """Parse the workspaces file at *file* and return the catalogue of each entry by workspace key.

    See :func:`bot.served_content.load_workspace_catalogues`.
    """
    loader = _WorkspaceContentLoader(settings, shared)
    return {
        workspace: catalogue
        for entry in read_workspaces(file, settings.retention)
        for catalogue in [loader.load_content(entry)]
        for workspace in entry.workspaces
    }


class _WorkspaceContentLoader:
    """Builds the catalogues of entries; parses each cards folder once, and caches by content."""

    def __init__(self, settings: Settings, shared: Catalogue) -> None:
        """Use *settings* where an entry has nothing of its own, and *shared* if none differs."""
        self._settings = settings
        self._by_folder: dict[Path | None, Catalogue] = {}
        deployment = (settings.cards_folder, *settings.safety_texts.items(), settings.retention)
        self._loaded: dict[tuple[object, ...], Catalogue] = {deployment: shared}

    def load_content(self, entry: WorkspaceEntry) -> Catalogue:
        """Return the catalogue of *entry*, from the cache if an earlier entry is equal.

        Faults of a cards folder have the location of the first entry with it.
        """
        folder = entry.cards_folder or self._settings.cards_folder
        texts = entry.safety_texts or self._settings.safety_texts
        identity = (folder, *texts.items(), entry.retention)
        if identity not in self._loaded:
            if folder not in self._by_folder:
                self._by_folder[folder] = _load_folder(folder, entry)
            content = self._by_folder[folder].add_safety_texts(texts)
            self._loaded[identity] = replace_retention(content, entry.retention)
        return self._loaded[identity]


def _load_folder(folder: Path | None, entry: WorkspaceEntry) -> Catalogue:
    """Load the cards of *folder*, which is the deployment's unless *entry* names one."""
    content = load_catalogue(folder)
    return _replace_fault_location(content, entry.location) if entry.cards_folder else content


def _replace_fault_location(content: Catalogue, location: str) -> Catalogue:
    """Return *content* whose faults of the whole folder have *location*, not the setting's name."""
    faults = tuple(
        replace(fault, location=location) if fault.location == CARDS_LOCATION else fault
        for fault in content.faults
    )
    return replace(content, faults=faults)

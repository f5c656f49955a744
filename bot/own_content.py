"""Load the content that workspaces have of their own, by the workspaces file.

A workspace without an entry shares the deployment's content, and entries that do not differ share
theirs, so that memory grows with what differs alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.admin.workspaces_file import WorkspaceEntry, read_workspaces
from bot.content.catalogue import Catalogue, load_catalogue
from bot.content.custom_cards import CARDS_LOCATION
from bot.settings import Settings
from bot.stated_retention import state_retention


def read_own_catalogues(
    settings: Settings, file: Path, shared: Catalogue
) -> Mapping[str, Catalogue]:
    """Return the content of each workspace with an entry in *file*, by its key.

    As :func:`bot.served_content.load_own_catalogues`, which calls this where there is a file.
    """
    loader = _OwnContentLoader(settings, shared)
    return {
        workspace: catalogue
        for entry in read_workspaces(file, settings.retention)
        for catalogue in [loader.load_content(entry)]
        for workspace in entry.workspaces
    }


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

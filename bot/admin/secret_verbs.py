"""Commands ``secret rotate`` and ``workspace rotate-keys``: rotate a pepper or an encryption key.

Peppers encrypt the stored tokens; the row of an installation also needs a key of its own.
"""

from dataclasses import dataclass

from bot.admin.account_references import build_workspace_key, lowercase_microsoft_id
from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.errors import Fault, FaultyInputError
from bot.workflows import secret_rotation
from bot.workflows.secret_rotation import RestartNeededError, SealCounts, StepCallback

_COMPLETION_SUFFIXES = {0: "generated", 1: "single"}
"""Suffix of the catalogue key for a complete rotation, by the number of configured peppers."""


@dataclass(frozen=True)
class RotationReport:
    """Result of a rotation; ``pepper_count`` is that of the settings, 0 for a generated pepper.

    ``changed_count`` is the number of rows that were sealed again, or would be without
    ``is_dry_run``; ``counts`` are those at the end. With ``is_restart_needed`` nothing was
    changed, as running processes may still seal with the generated pepper.
    """

    pepper_count: int
    changed_count: int
    counts: SealCounts
    is_dry_run: bool = False
    is_restart_needed: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether no row, and no process that was not restarted, needs an earlier pepper."""
        return not self.counts.outdated_count and not self.is_restart_needed

    def render_lines(self, words: LanguagePack) -> list[str]:
        """Render the result, and whether an earlier pepper is still needed, as a list of lines."""
        opened_count = self.counts.row_count - self.counts.lost_count
        if self.is_dry_run:
            lines = [words.translate("operator.secret.dry_run", count=self.changed_count)]
        elif self.is_restart_needed:
            lines = [words.translate("operator.secret.generated_in_use")]
        elif not self.is_complete:
            count = self.counts.outdated_count
            lines = [words.translate("operator.secret.still_needed", count=count)]
        else:
            sealed = words.translate("operator.secret.sealed", count=self.changed_count)
            suffix = _COMPLETION_SUFFIXES.get(self.pepper_count, "spare")
            lines = [sealed, words.translate(f"operator.secret.{suffix}", count=opened_count)]
        if self.counts.lost_count:
            lines.append(words.translate("operator.secret.lost", count=self.counts.lost_count))
        return lines


async def has_earlier_secret(context: Context, pepper_count: int) -> bool:
    """Whether there is an earlier pepper than the newest configured one; ``False`` for count 0.

    It is configured too, or the key store has a generated one, which is read in a worker thread.
    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    if pepper_count != 1:
        return pepper_count > 1
    return await secret_rotation.has_generated_pepper(context.store)


async def rotate_secret(
    context: Context, pepper_count: int, on_step: StepCallback, *, is_dry_run: bool
) -> RotationReport:
    """Encrypt every sealed row with the newest pepper; destroy a generated one that none needs.

    *pepper_count* is the number of peppers in the settings; for 0 a new one is generated first.
    Rows are written in small transactions, between which a running bot writes; *on_step* is called
    with the number of rows written and the total. With *is_dry_run* rows are only counted. The next
    call completes an interrupted rotation. Raises :class:`bot.errors.StoreBusyError`,
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError` and
    :class:`bot.store.key_removal.KeyStoreInUseError`.
    """
    if is_dry_run:
        counts = await secret_rotation.count_seals(context.store)
        opened_count = counts.row_count - counts.lost_count
        changed_count = counts.outdated_count if pepper_count else opened_count
        return RotationReport(pepper_count, changed_count, counts, is_dry_run=True)
    try:
        changed_count, counts = await secret_rotation.rotate_pepper(
            context.store, context.now(), is_configured=bool(pepper_count), on_step=on_step
        )
    except RestartNeededError:
        counts = await secret_rotation.count_seals(context.store)
        return RotationReport(pepper_count, 0, counts, is_restart_needed=True)
    return RotationReport(pepper_count, changed_count, counts)


async def rotate_installation_key(context: Context, reference: str) -> None:
    """Replace the key of an installation's row by a new one, and destroy the earlier key.

    *reference* is the id of its workspace. The next call completes an interrupted rotation. Raises
    :class:`bot.errors.FaultyInputError` for a workspace without an installation of its own, and
    what :func:`bot.workflows.secret_rotation.rotate_installation_key` raises.
    """
    workspace = build_workspace_key(lowercase_microsoft_id(reference))
    if not await secret_rotation.rotate_installation_key(context.store, workspace, context.now()):
        raise FaultyInputError((Fault("WORKSPACE", "operator.workspace.without_key"),))

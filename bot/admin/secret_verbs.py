"""The operator's rotation of the secret that seals tokens, and of one workspace's key."""

from dataclasses import dataclass

from bot.admin.account_references import lowercase_microsoft_id, workspace_key
from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.errors import Fault, FaultyInputError
from bot.workflows import secret_rotation
from bot.workflows.secret_rotation import RestartNeededError, SealCounts, StepCallback

_PROOFS = {0: "generated", 1: "single"}
"""The sentence that says which secret is needed, by the number of peppers in the settings."""


@dataclass(frozen=True)
class RotationReport:
    """What a rotation found and left; ``pepper_count`` is that of the settings, 0 for generated.

    ``changed_count`` rows were sealed again, or would be in a dry run. ``is_restart_needed``:
    nothing was changed, as running processes may need the generated pepper.
    """

    pepper_count: int
    changed_count: int
    after: SealCounts
    is_dry_run: bool = False
    is_restart_needed: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing needs an earlier secret any more."""
        return not self.after.outdated_count and not self.is_restart_needed

    def render_lines(self, words: LanguagePack) -> list[str]:
        """Return what was done, and whether an earlier secret is still needed."""
        opened_count = self.after.row_count - self.after.lost_count
        if self.is_dry_run:
            lines = [words.translate("operator.secret.dry_run", count=self.changed_count)]
        elif self.is_restart_needed:
            lines = [words.translate("operator.secret.generated_in_use")]
        elif not self.is_complete:
            count = self.after.outdated_count
            lines = [words.translate("operator.secret.still_needed", count=count)]
        else:
            sealed = words.translate("operator.secret.sealed", count=self.changed_count)
            proof = _PROOFS.get(self.pepper_count, "spare")
            lines = [sealed, words.translate(f"operator.secret.{proof}", count=opened_count)]
        if self.after.lost_count:
            lines.append(words.translate("operator.secret.lost", count=self.after.lost_count))
        return lines


async def has_earlier_secret(context: Context, pepper_count: int) -> bool:
    """Whether running processes may have an earlier pepper than the newest of the settings alone.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    if pepper_count != 1:
        return pepper_count > 1
    return await secret_rotation.has_generated_pepper(context.store)


async def rotate_secret(
    context: Context, pepper_count: int, on_step: StepCallback, *, is_dry_run: bool
) -> RotationReport:
    """Seal everything with the newest pepper, and destroy a generated one that nothing needs.

    *pepper_count* is the number of peppers in the settings; without any a new one is generated.
    With *is_dry_run* rows are counted alone. Raises :class:`bot.errors.StoreBusyError`,
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError` and
    :class:`bot.store.key_removal.KeyStoreInUseError`; the next call completes the rotation then.
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


async def rotate_workspace_key(context: Context, reference: str) -> None:
    """Give the installation that *reference* names a new key; the earlier one is destroyed.

    Raises :class:`bot.errors.FaultyInputError` for a workspace without an installation of its own,
    and what :func:`bot.workflows.secret_rotation.rotate_installation_key` does.
    """
    workspace = workspace_key(lowercase_microsoft_id(reference))
    if not await secret_rotation.rotate_installation_key(context.store, workspace, context.now()):
        raise FaultyInputError((Fault("WORKSPACE", "operator.workspace.without_key"),))

"""The peppers of a process, among them a generated one that another process may replace."""

from bot.store.keys.key_id import PepperKeyId
from bot.store.keys.key_replacement import read_both_keys
from bot.store.keys.key_store import KeyStore, KeyStoreUnavailableError


class PepperSource:
    """The peppers, newest first: the newest encrypts, and each decrypts.

    Those of the settings are the same until the process ends. A generated one is read again where
    the ones that are known do not decrypt, and before anything is encrypted: a process that runs
    since before a rotation of the operator's secret then finds the new one. Earlier ones stay known
    until the process ends, for what was read just before it was sealed again.
    """

    def __init__(self, peppers: tuple[bytes, ...], key_store: KeyStore | None = None) -> None:
        """Know *peppers*; with a *key_store* they are the generated ones there, read anew."""
        self._peppers = peppers
        self._key_store = key_store

    @property
    def known_peppers(self) -> tuple[bytes, ...]:
        """The peppers that were last read, newest first."""
        return self._peppers

    def read_newest(self) -> bytes:
        """Return the pepper that encrypts, read anew; at least one is known.

        While the key store cannot be read it is the one that was read last: tokens that a product
        has just renewed cannot be fetched again.
        """
        try:
            return self.reload()[0]
        except KeyStoreUnavailableError:
            return self._peppers[0]

    def reload(self) -> tuple[bytes, ...]:
        """Return the peppers, read anew where they may have changed.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        if self._key_store is not None:
            stored = read_both_keys(self._key_store, PepperKeyId())
            self._peppers = tuple(dict.fromkeys((*stored, *self._peppers)))
        return self._peppers

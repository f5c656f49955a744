"""The secret keys of the digests by which a repeated request is recognized."""

import logging

from bot.logs import log_error
from bot.store.keys.key_id import IdempotencyKeyId
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.sealed_records import KeySource

logger = logging.getLogger("attune.idempotency")


class RequestKeys:
    """The key that the key store holds for all digests, and those that it held before.

    One key serves a whole deployment, created with the claim. It depends on nothing that
    may differ between two deliveries of one request: neither on the person's team, whose record
    has a key of its own that may be replaced, nor on the pepper, which the operator may change.
    It is in no copy of the database, so that a digest in a copy cannot be recognized, with the
    pepper or without: see :func:`bot.domain.counts.pseudonyms.derive_idempotency_key`.

    A key that was lost is created anew. The process remembers the earlier ones, so that only a
    request that is repeated after both the loss and a restart is processed twice.
    """

    def __init__(self) -> None:
        """Know no key yet."""
        self._known_keys: tuple[bytes, ...] = ()

    def load_keys(self, key_store: KeySource) -> tuple[bytes, ...]:
        """Return the current key, read anew, followed by the earlier ones of this process.

        *key_store* is that of the transaction, which creates nothing where its claim is missing.
        Only one thread may call it. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`, which is logged: without
        the key the same request could be processed twice, or be recognized in a copy.
        """
        key_id = IdempotencyKeyId()
        try:
            key = key_store.get(key_id) or key_store.get_or_create(key_id)
        except KeyStoreUnavailableError as error:
            log_error(logger, "idempotency.key_store_unavailable", error)
            raise
        earlier_keys = (known_key for known_key in self._known_keys if known_key != key)
        self._known_keys = (key, *earlier_keys)
        return self._known_keys

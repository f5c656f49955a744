"""The error of a key store that cannot be used."""


class KeyStoreUnavailableError(Exception):
    """The key store cannot be read or written; the key may exist.

    It is raised in the place of a new key wherever an existing key may be unreadable: with two
    keys for one period, what the first one sealed would be lost.
    """

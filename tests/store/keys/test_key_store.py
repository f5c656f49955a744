"""What every key store guarantees, in a folder and in a database."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from multiprocessing.connection import Connection as Pipe

import pytest

from bot.store.keys.claim import CloseAttempts, KeyStoreClaim
from bot.store.keys.key_id import IdempotencyKeyId, PepperKeyId, PeriodKeyId, TeamKeyId
from bot.store.keys.key_replacement import finish_replacement
from bot.store.keys.key_store import KeyStore, KeyStoreHealth, KeyStoreUnavailableError
from bot.store.keys.open_key_store import open_key_store, resolve_peppers
from tests.killed_processes import get_fork_context

PERIOD = PeriodKeyId("slack:T1", 1_775_000_000)
LATER = PeriodKeyId("slack:T1", 1_783_000_000)
TEAM = TeamKeyId("north")
CLAIM = KeyStoreClaim(1, "original", 0, {PERIOD.file_name: CloseAttempts(3, 1_775_100_000)})
RACES = 20
PROCESSES = 2


def test_missing_key_is_none(key_store: KeyStore) -> None:
    """A key that was never created is `None`."""
    assert key_store.get(PERIOD) is None


def test_key_is_the_same_in_every_store_of_a_location(key_store: KeyStore, location: str) -> None:
    """A created key is 32 bytes, and another process that opens the location reads it."""
    key = key_store.get_or_create(PERIOD)

    assert len(key) == 32
    with closing(open_key_store(location)) as other_store:
        assert (other_store.get(PERIOD), other_store.get_or_create(PERIOD)) == (key, key)


def test_ids_have_different_keys(key_store: KeyStore) -> None:
    """Periods that end at different instants, and teams, have keys of their own."""
    assert len({key_store.get_or_create(key_id) for key_id in (PERIOD, LATER, TEAM)}) == 3


def test_deleted_key_is_gone(key_store: KeyStore) -> None:
    """A deleted key is `None`, and other keys stay."""
    key_store.get_or_create(PERIOD)
    later_key = key_store.get_or_create(LATER)

    key_store.delete(PERIOD)

    assert (key_store.get(PERIOD), key_store.get(LATER)) == (None, later_key)


def test_delete_is_idempotent(key_store: KeyStore) -> None:
    """Deleting a key twice, or one that was never created, raises nothing."""
    key_store.get_or_create(PERIOD)

    key_store.delete(PERIOD)
    key_store.delete(PERIOD)
    key_store.delete(TEAM)

    assert key_store.is_empty()


def test_key_after_a_deletion_is_another(key_store: KeyStore) -> None:
    """A key created after a deletion differs from the destroyed one."""
    destroyed_key = key_store.get_or_create(PERIOD)
    key_store.delete(PERIOD)

    assert key_store.get_or_create(PERIOD) != destroyed_key


def test_listed_key_can_be_deleted_without_the_database(key_store: KeyStore) -> None:
    """The list contains each key's kind and end, and a listed key can be deleted as it is."""
    for key_id in (PERIOD, LATER, TEAM, PepperKeyId(), IdempotencyKeyId()):
        key_store.get_or_create(key_id)
    stored_keys = key_store.list_ids()

    for stored_key in stored_keys:
        if stored_key.closes_at == PERIOD.closes_at:
            key_store.delete(stored_key)

    assert {(key.kind, key.closes_at) for key in stored_keys} == {
        ("period", PERIOD.closes_at),
        ("period", LATER.closes_at),
        ("team", None),
    }
    assert [key_store.get(key_id) is None for key_id in (PERIOD, LATER, TEAM)] == [
        True,
        False,
        False,
    ]


def test_stored_key_is_not_replaced_by_another(key_store: KeyStore) -> None:
    """A given key is stored durably under a free name; one that is there stays."""
    key_store.put(PERIOD, b"a" * 32)
    key_store.put(PERIOD, b"b" * 32)

    assert key_store.get(PERIOD) == b"a" * 32
    assert key_store.get_or_create(PERIOD) == b"a" * 32


def test_pepper_alone_leaves_the_store_empty(key_store: KeyStore) -> None:
    """The generated pepper does not count as a key of a period or a team."""
    assert key_store.is_empty()
    key_store.get_or_create(PepperKeyId())
    assert key_store.is_empty()
    key_store.get_or_create(TEAM)
    assert not key_store.is_empty()


def test_healthy_store_is_writable_and_unchanged(key_store: KeyStore) -> None:
    """The check-up of a usable store passes and leaves no key behind."""
    assert key_store.check_health() == KeyStoreHealth(is_writable=True, is_private=True)
    assert key_store.is_empty()


def test_replaced_pepper_stays_the_older_one_until_the_end(key_store: KeyStore) -> None:
    """Both are in use meanwhile, and at the end the new one is under the name of the old one."""
    (old,) = resolve_peppers((), key_store)
    new = key_store.get_or_create(PepperKeyId().next_id)
    during = resolve_peppers((), key_store)
    results = [finish_replacement(key_store, PepperKeyId()) for _ in range(2)]

    assert during == (new, old)
    assert results == [True, False]
    assert resolve_peppers((), key_store) == (new,)
    assert key_store.get(PepperKeyId()) == new


def test_generated_pepper_is_the_oldest(key_store: KeyStore) -> None:
    """Without a configured pepper one is generated, and stays valid behind one set later."""
    (generated,) = resolve_peppers((), key_store)

    assert len(generated) == 32
    assert resolve_peppers((), key_store) == (generated,)
    assert resolve_peppers((b"n" * 32,), key_store) == (b"n" * 32, generated)


def test_configured_pepper_creates_nothing(key_store: KeyStore) -> None:
    """With a configured pepper none is generated."""
    assert resolve_peppers((b"n" * 32,), key_store) == (b"n" * 32,)
    assert key_store.get(PepperKeyId()) is None


def test_racing_threads_get_one_key(location: str) -> None:
    """Of many threads that create the same key at once, all get the same one."""
    with ExitStack() as stack, ThreadPoolExecutor(4) as executor:
        stores = [stack.enter_context(closing(open_key_store(location))) for _ in range(4)]
        for closes_at in range(RACES):
            key_id = PeriodKeyId("slack:T1", closes_at)
            keys = executor.map(lambda s, wanted=key_id: s.get_or_create(wanted), stores)
            assert len(set(keys)) == 1


def create_keys(location: str, pipe: Pipe) -> None:
    """Create the keys whose ends are received, and send each key back."""
    key_store = open_key_store(location)
    while True:
        pipe.send_bytes(key_store.get_or_create(PeriodKeyId("slack:T1", pipe.recv())))


def test_racing_processes_get_one_key(location: str) -> None:
    """Of two processes that create the same key at once, both get the same one."""
    context = get_fork_context()
    pipes, processes = [], []
    for _ in range(PROCESSES):
        pipe, child_pipe = context.Pipe()
        processes.append(context.Process(target=create_keys, args=(location, child_pipe)))
        processes[-1].start()
        pipes.append(pipe)

    keys_by_race = []
    for closes_at in range(RACES):
        for pipe in pipes:
            pipe.send(closes_at)
        keys_by_race.append({pipe.recv_bytes() for pipe in pipes})
    for process in processes:
        process.kill()
        process.join()

    assert [len(keys) for keys in keys_by_race] == [1] * RACES


@pytest.mark.parametrize("unreachable", ["/proc/attune-keys", "postgresql+psycopg:///x?host=/proc"])
def test_unreachable_location_raises(unreachable: str) -> None:
    """A store that cannot be written raises for a new key, and its check-up says so."""
    with closing(open_key_store(unreachable)) as key_store:
        with pytest.raises(KeyStoreUnavailableError):
            key_store.get_or_create(PERIOD)
        assert not key_store.check_health().is_writable


def test_claim_is_replaced(key_store: KeyStore) -> None:
    """The last claim written is read, and is no key."""
    assert key_store.read_claim() is None
    key_store.create_claim(CLAIM)
    for mark in (1_775_000_000, 1_783_000_000):
        key_store.replace_claim(replace(CLAIM, mark=mark))
        assert key_store.read_claim() == replace(CLAIM, mark=mark)
    assert key_store.is_empty()


def test_first_claim_stays(key_store: KeyStore) -> None:
    """A second database that creates a claim at the same moment reads that of the first one."""
    assert key_store.create_claim(CLAIM) == CLAIM
    assert key_store.create_claim(replace(CLAIM, database_id=2)) == CLAIM
    assert key_store.read_claim() == CLAIM

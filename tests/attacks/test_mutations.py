from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table

from bot.conversation import Profile
from bot.domain.counts import exposure, membership, release_rule, unit_class
from bot.domain.counts.membership import PeriodFacts
from bot.domain.counts.unit_class import UnitClass
from bot.store import sealing, upsert
from bot.store.period import Period
from bot.store.repositories import period_closing
from bot.store.repositories.ledger import Ledger
from bot.store.repositories.period_closing import PeriodClosing
from bot.store.sealed_records import SealedRecords
from bot.store.store import Store
from tests.attacks import game_runner
from tests.attacks.database_copies import fetch_releases, open_instance
from tests.attacks.environment import open_environment, read_newest_release
from tests.attacks.guessing_game import PeriodCase
from tests.attacks.http_set_ups import claim_forms_exceed_no_bound
from tests.attacks.list_games import (
    claim_apps_are_on_no_list,
    claim_mover_is_in_one_table,
    claim_shrunk_list_counts_everybody,
)
from tests.attacks.set_up_games import (
    claim_exposure_follows_people,
    claim_list_length_selects_no_other_span,
)
from tests.attacks.test_dumps import (
    claim_close_destroys_records,
    claim_dump_links_no_one,
    claim_tokens_are_unlinkable,
)
from tests.attacks.test_frozen import claim_table_is_unchanged, close_again
from tests.sample_team import CLINICIANS, MARIE, SUPERVISOR, TEAM, set_up_team

Claim = Callable[[Path], Awaitable[None]]
Mutation = Callable[[pytest.MonkeyPatch], None]


async def claim_cap_limits_one_person(folder: Path) -> None:
    """Claim that one person who files forty moves the total no further than noise would."""
    async with open_instance(folder / "cap") as instance:
        await set_up_team(instance.context)
        await instance.give_agreement(SUPERVISOR)
        await instance.file_debriefs(*[MARIE] * 40)
        await instance.close_period()
        band, _ = await read_newest_release(instance.context, TEAM.id)
    assert band in {release_rule.Band.FEW, release_rule.Band.TEN}


async def claim_band_edge_is_blurred(folder: Path) -> None:
    """Claim that a count at a band's edge does not reveal whether one more was filed."""
    histories = [(PeriodCase((9, 0, 0, 0), 9),)] * 4
    async with open_environment(9, len(histories), folder) as environment:
        score = await game_runner.play_on_bot(environment, histories, 12)
    assert score.lower_bound <= 0.66


async def claim_table_is_frozen(folder: Path) -> None:
    """Claim that a second close changes no published table, in three periods out of three.

    So much is filed that the table of an emptied record would be another one: of one debrief each
    it is the same in one period of four.
    """
    for number in range(3):
        await claim_table_is_unchanged(folder / str(number), close_again, debriefs_each=3)


async def claim_small_team_is_not_published(folder: Path) -> None:
    """Claim that a team small enough to identify a person is neither stored nor published."""
    async with open_instance(folder / "small") as instance:
        await set_up_team(instance.context, clinicians=CLINICIANS[:4])
        await instance.file_debriefs(*CLINICIANS[:4])
        assert await instance.fetch_rows("ledger_record") == []
        assert await fetch_releases(instance) == []


async def claim_reading_writes_as_filing_does(folder: Path) -> None:
    """Claim that a guide that is only read leaves the traces of a filed debrief."""
    async with open_instance(folder / "alike") as instance:
        await set_up_team(instance.context)
        before = await instance.fetch_rows("ledger_record")
        await instance.submit_form("guide", MARIE, {"form": "away", "status": "working"})
        after = await instance.fetch_rows("ledger_record")
        assert not set(before) & set(after)
        assert len(await instance.fetch_rows("inbox")) == 1


CLAIMS = (
    claim_reading_writes_as_filing_does,
    claim_cap_limits_one_person,
    claim_band_edge_is_blurred,
    claim_table_is_frozen,
    claim_small_team_is_not_published,
    claim_tokens_are_unlinkable,
    claim_close_destroys_records,
    claim_dump_links_no_one,
    claim_mover_is_in_one_table,
    claim_shrunk_list_counts_everybody,
    claim_apps_are_on_no_list,
    claim_list_length_selects_no_other_span,
    claim_exposure_follows_people,
    claim_forms_exceed_no_bound,
)


def remove_cap(patch: pytest.MonkeyPatch) -> None:
    """Count every debrief, however many one person files, with the same noise as before."""
    select_terms = release_rule.select_terms

    def select_uncapped_terms(ledger: str, size: int) -> release_rule.CountingTerms:
        terms = select_terms(ledger, size)
        return replace(terms, cap=100, epsilon=100 / terms.noise_scale)

    patch.setattr(release_rule, "select_terms", select_uncapped_terms)


def remove_noise(patch: pytest.MonkeyPatch) -> None:
    """Publish exact counts."""
    patch.setattr(release_rule, "sample_laplace", lambda _generator, _scale: 0)


def reuse_token_key(patch: pytest.MonkeyPatch) -> None:
    """Use the same token key for every period and both ledgers."""
    derive_subkey = sealing.derive_subkey

    def derive_some_subkey(key: bytes, label: bytes, *context: bytes) -> bytes:
        is_token = label == sealing.TOKEN_LABEL
        return derive_subkey(b"", label) if is_token else derive_subkey(key, label, *context)

    patch.setattr(sealing, "derive_subkey", derive_some_subkey)


def remove_encryption(patch: pytest.MonkeyPatch) -> None:
    """Store records as they are."""
    patch.setattr(sealing, "seal", lambda _key, plaintext, *_data: plaintext)
    patch.setattr(sealing, "open_sealed", lambda _key, body, *_data: body)


def skip_resealing(patch: pytest.MonkeyPatch) -> None:
    """Write a record only where a form changed it."""
    patch.setattr(Ledger, "reseal_periods", lambda *_: None)


def skip_record_deletion(patch: pytest.MonkeyPatch) -> None:
    """Leave records in the table after their period."""
    patch.setattr(SealedRecords, "delete_record", lambda *_: None)


def skip_key_removal(patch: pytest.MonkeyPatch) -> None:
    """Leave the key in its folder after its period."""

    async def skip(_store: Store, _now: datetime) -> int:
        return 0

    patch.setattr(Store, "remove_unused_keys", skip)


def skip_checkpoint(patch: pytest.MonkeyPatch) -> None:
    """Leave destroyed rows in the write-ahead log."""

    async def skip(_store: Store) -> bool:
        return True

    patch.setattr(Store, "checkpoint", skip)


def remove_freeze(patch: pytest.MonkeyPatch) -> None:
    """Close an ended period again on every run, and overwrite its table."""

    def overwrite_rows(connection: object, table: Table, rows: list[dict[str, object]]) -> int:
        for row in rows:
            upsert.upsert_row(connection, table, row)  # type: ignore[arg-type]  # passed through
        return len(rows)

    def empty_record(repository: PeriodClosing, period: Period) -> None:
        open_record = repository._records.load_records([period])[period]
        repository._records.replace_record(period, replace(open_record.record, slots=()))

    patch.setattr(period_closing, "insert_missing_rows", overwrite_rows)
    patch.setattr(PeriodClosing, "destroy_period", empty_record)


def remove_size_rule(patch: pytest.MonkeyPatch) -> None:
    """Publish the table of a team of any size."""
    patch.setattr(release_rule, "MIN_UNIT_SIZE", 1)


def count_in_present_team(patch: pytest.MonkeyPatch) -> None:
    """Count each person where their present team counts, as before lists were frozen."""

    def select_fed(facts_by_period: Mapping[Period, PeriodFacts]) -> tuple[Period, ...]:
        return tuple(period for period, facts in facts_by_period.items() if facts.is_fed)

    patch.setattr(membership, "select_counted", select_fed)


def accept_any_account(patch: pytest.MonkeyPatch) -> None:
    """Take every account that the product reports for a person's."""
    patch.setattr(Profile, "may_be_listed", True)


def count_closed_accounts(patch: pytest.MonkeyPatch) -> None:
    """Publish a table however few people of the list have an account left."""
    patch.setattr(membership, "has_enough_people", lambda _reasons: True)


def select_class_at_each_opening(patch: pytest.MonkeyPatch) -> None:
    """Select the terms of every period from the size that is declared when it opens."""

    def select_present(_current: UnitClass | None, size: int, opens: date) -> UnitClass:
        return UnitClass(size, opens)

    patch.setattr(unit_class, "select_class", select_present)


def remove_exposure_bound(patch: pytest.MonkeyPatch) -> None:
    """Open and publish periods whatever the people on their lists were in before."""
    patch.setattr(exposure, "is_exceeded", lambda *_: False)


MUTATIONS: tuple[tuple[Mutation, Claim], ...] = (
    (remove_cap, claim_cap_limits_one_person),
    (remove_noise, claim_band_edge_is_blurred),
    (reuse_token_key, claim_tokens_are_unlinkable),
    (remove_encryption, claim_dump_links_no_one),
    (skip_resealing, claim_reading_writes_as_filing_does),
    (skip_record_deletion, claim_close_destroys_records),
    (skip_key_removal, claim_close_destroys_records),
    (skip_checkpoint, claim_close_destroys_records),
    (remove_freeze, claim_table_is_frozen),
    (remove_size_rule, claim_small_team_is_not_published),
    (count_in_present_team, claim_mover_is_in_one_table),
    (count_in_present_team, claim_shrunk_list_counts_everybody),
    (accept_any_account, claim_apps_are_on_no_list),
    (count_closed_accounts, claim_apps_are_on_no_list),
    (select_class_at_each_opening, claim_list_length_selects_no_other_span),
    (remove_exposure_bound, claim_exposure_follows_people),
    (remove_exposure_bound, claim_forms_exceed_no_bound),
)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
async def test_each_claim_holds_for_the_unmodified_bot(tmp_path: Path, claim: Claim) -> None:
    """Every claim that a mutation below breaks is true of the bot as it is."""
    await claim(tmp_path)


@pytest.mark.parametrize(
    ("mutate", "claim"), MUTATIONS, ids=[f"{m.__name__} {c.__name__}" for m, c in MUTATIONS]
)
async def test_removing_a_protection_breaks_a_claim(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mutate: Mutation, claim: Claim
) -> None:
    """Without any one of cap, noise, keys, destruction, freeze, lists or bound a claim fails."""
    mutate(monkeypatch)

    with pytest.raises(AssertionError):
        await claim(tmp_path)

"""What the rows of the permission table may say."""

from bot.domain.delivery_kind import DeliveryKind
from bot.domain.permission_table import MESSAGES, PERMISSION_TABLE, Subject
from bot.domain.permissions import GRANTS, AccessRole, Grant, Right

REFUSALS = {Grant.NEVER, Grant.REASON}


def list_subjects(role: AccessRole, *, in_channel: bool = False) -> set[Subject]:
    """Return what *role* may get of all ways in, with posts in a channel or without them."""
    return {
        permission.subject
        for rows in PERMISSION_TABLE.values()
        for permission in rows.values()
        if in_channel or permission.right is not Right.CHANNEL
        if GRANTS[permission.right][role] not in REFUSALS
    }


def test_an_admin_gets_settings_and_never_results() -> None:
    """An admin of the workspace reads set-ups and what is their own, and no published table."""
    assert list_subjects(AccessRole.ADMIN) == {Subject.CONTENT, Subject.OWN_DATA, Subject.SETTINGS}


def test_another_organisation_gets_content_and_withdraws() -> None:
    """A person of another organisation gets published content, and can delete what is their own."""
    assert list_subjects(AccessRole.EXTERNAL) == {Subject.CONTENT, Subject.OWN_DATA}


def test_a_member_on_no_list_gets_no_results() -> None:
    """A member without a role gets neither tables nor health; a set-up only after their own one."""
    subjects = list_subjects(AccessRole.MEMBER)

    assert subjects == {Subject.CONTENT, Subject.OWN_DATA, Subject.SETTINGS}
    assert {
        permission.right
        for rows in PERMISSION_TABLE.values()
        for permission in rows.values()
        if permission.subject is Subject.SETTINGS and permission.right is not Right.CHANNEL
        if GRANTS[permission.right][AccessRole.MEMBER] not in REFUSALS
    } == {Right.SETTER}


def test_health_is_for_the_operator_alone() -> None:
    """No role of the chat gets anything of the bot's health."""
    assert [role for role in AccessRole if Subject.HEALTH in list_subjects(role)] == [
        AccessRole.OPERATOR
    ]


def test_only_a_post_shows_results_in_a_channel() -> None:
    """Of the messages in a channel only what a supervisor shares can contain results."""
    posts = {
        kind
        for kind, permission in MESSAGES.items()
        if permission.right is Right.CHANNEL and permission.subject is Subject.RESULTS
    }

    assert posts == {DeliveryKind.SHARE}


def test_every_right_is_required_by_a_way_in() -> None:
    """The matrix has no right that nothing requires."""
    required = {row.right for rows in PERMISSION_TABLE.values() for row in rows.values()}

    assert required == set(Right)

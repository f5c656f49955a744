"""Table of Slack's documented error codes, classified by subject.

It has the codes of ``chat.postMessage``, ``.postEphemeral``, ``conversations.open``, ``.history``,
``views.open``, ``.push``, ``.publish`` and ``.update``, ``users.info``, ``auth.test`` and the token
refresh, with those that every method may return.
https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from collections.abc import Mapping

from bot.chat.error_subjects import Subject

_CODES_BY_SUBJECT: Mapping[Subject, tuple[str, ...]] = {
    Subject.PERSON: (
        "cannot_dm_bot",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    ),
    Subject.CHAT: (
        "channel_not_found",
        "ekm_access_denied",
        "is_archived",
        "not_in_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    ),
    # The subject of these is ambiguous, so they suspend nothing: access_denied ("a resource"),
    # app_access_restricted ("the user", without saying which), no_permission ("make sure your app
    # is a member of the conversation"), restricted_action ("a workspace preference").
    # user_is_bot and user_is_restricted concern the caller.
    Subject.REQUEST: (
        "access_denied",
        "app_access_restricted",
        "as_user_not_supported",
        "attachment_payload_limit_exceeded",
        "cannot_reply_to_message",
        "channel_is_limited_access",
        "deprecated_endpoint",
        "draft_already_deleted",
        "draft_already_sent",
        "draft_has_conflict",
        "draft_not_found",
        "duplicate_channel_not_found",
        "duplicate_external_id",
        "duplicate_message_not_found",
        "exchanged_trigger_id",
        "expired_trigger_id",
        "hash_conflict",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_cursor",
        "invalid_form_data",
        "invalid_json",
        "invalid_metadata_filter_keys",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "invalid_trigger_id",
        "invalid_ts_latest",
        "invalid_ts_oldest",
        "invalid_user_combination",
        "is_bot",
        "json_not_object",
        "markdown_text_conflict",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "method_deprecated",
        "method_not_supported_for_channel_type",
        "missing_file_data",
        "missing_post_type",
        "missing_profile_id",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_permission",
        "no_text",
        "not_enabled",
        "not_enough_users",
        "not_found",
        "not_implemented",
        "push_limit_reached",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "send_on_behalf_not_allowed",
        "slack_connect_canvas_sharing_blocked",
        "slack_connect_file_link_sharing_blocked",
        "slack_connect_lists_sharing_blocked",
        "team_not_found",
        "too_many_attachments",
        "too_many_contact_cards",
        "too_many_users",
        "unknown_method",
        "user_is_bot",
        "user_is_restricted",
        "user_not_in_channel",
        "users_list_not_supplied",
        "view_too_large",
    ),
    Subject.WORKSPACE: (
        "accesslimited",
        "account_inactive",
        "bad_client_secret",
        "enterprise_is_restricted",
        "invalid_auth",
        "invalid_client_id",
        "invalid_refresh_token",
        "messages_tab_disabled",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    ),
    Subject.TRANSIENT: (
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    ),
}

SUBJECT_BY_CODE: Mapping[str, Subject] = {
    code: subject for subject, codes in _CODES_BY_SUBJECT.items() for code in codes
}
"""Lookup table from error code to subject; the default for an unknown code is ``REQUEST``."""

AMBIGUOUS_CODES = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
)
"""Transient codes after which, by Slack's documentation, the call may have succeeded in part.

A send is then ``UNKNOWN`` and not retried blindly.
"""

MISSING_CHAT_CODES = frozenset({"channel_not_found", "not_in_channel"})
"""Codes after which a message to a person is retried once with ``conversations.open``."""

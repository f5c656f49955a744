"""Documented error codes of the Bot Connector service by subject: what each of them is about.

https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from collections.abc import Mapping

from bot.chat.error_subjects import Subject

_CODES_BY_SUBJECT: Mapping[Subject, tuple[str, ...]] = {
    Subject.PERSON: (
        "BotDisabledByUser",
        "ForbiddenOperationException",
        "MessageWritesBlocked",
    ),
    Subject.CHAT: (
        "BotNotInConversationRoster",
        "ConversationBlockedByUser",
        "ConversationNotFound",
    ),
    # BotDisabledByAdmin is worded for the tenant and documented for one user ("allow the app for
    # the user inside of app policies"): neither may be put out because of the other, so it ends
    # nothing. ServiceError comes with a 5xx status too, which decides then.
    Subject.REQUEST: (
        "ActivityNotFoundInConversation",
        "BadArgument",
        "BadFormat",
        "BadRequest",
        "BadSyntax",
        "BotDisabledByAdmin",
        "Conflict",
        "Forbidden",
        "InvalidActivity",
        "InvalidBotApiHost",
        "InvalidRecipient",
        "MemberNotFoundInConversation",
        "MessageSizeTooBig",
        "MethodNotAllowed",
        "MissingProperty",
        "NotEnoughPermissions",
        "NotFound",
        "RequestEntityTooLarge",
        "ServiceError",
        "UnsupportedMediaType",
    ),
    Subject.WORKSPACE: (
        "BotNotRegistered",
        "TenantNotAllowed",
    ),
    Subject.TRANSIENT: (
        "PreconditionFailed",
        "Throttled",
        "TooManyRequests",
        "Unauthorized",
    ),
}

SUBJECT_BY_CODE: Mapping[str, Subject] = {
    code: subject for subject, codes in _CODES_BY_SUBJECT.items() for code in codes
}
"""The subject of each code in a response with a 4xx status; an unlisted one is ``REQUEST``."""

TOO_MANY_REQUESTS_STATUS = 429
"""HTTP status of a rate limit: the message is retried, and later ones are sent at half the rate."""

TRANSIENT_STATUSES = frozenset({408, 412, TOO_MANY_REQUESTS_STATUS})
"""HTTP statuses of transient rejections, whatever the code: a write conflict, or a rate limit."""

UNAUTHORIZED_STATUS = 401
"""HTTP status of a token that is not accepted yet, unless the code is about the whole bot."""

NOT_FOUND_STATUS = 404
"""HTTP status which, without a code, may also mean that the conversation is gone."""

MISSING_CHAT_CODES = frozenset({"ConversationNotFound", f"http_{NOT_FOUND_STATUS}"})
"""Codes after which a person's private chat is opened anew before their messages end."""

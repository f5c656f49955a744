"""The kinds of planned deliveries, as rules, store and schedules name them."""

from enum import StrEnum


class DeliveryKind(StrEnum):
    """Kind of a delivery, which selects the composer of its message; the value is stored."""

    CHECKIN = "checkin"
    LAST_NOTE = "lastnote"
    TIP = "tip"
    INTRODUCTION = "intro"
    SHARE = "share"
    CLOSE_NOTICE = "close"
    SUPERVISOR_ASSIGNMENT = "naming"

"""Why events are refused, in groups that people can act on. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Reason:
    """A group of refusals: what is wrong, what to do; ``waits`` when a retry alone may do."""

    code: str
    pattern: str
    label: Promise
    advice: Promise
    waits: bool = False


REASONS = (
    Reason(
        "no_account",
        "names neither account nor user",
        _("No customer named"),
        _("Send the customer's id as “account” with each event."),
    ),
    Reason(
        "no_single_customer",
        "belongs to no single customer",
        _("The user's customer is not known"),
        _("Send “account” too, or make the user known with identify; then try again."),
        waits=True,
    ),
    Reason(
        "ahead",
        "a day ahead",
        _("Time lies in the future"),
        _("Check the sender's clock, and the unit of its times."),
        waits=True,
    ),
    Reason(
        "before_1970",
        "before 197[01]",
        _("Time lies before 1971"),
        _("Check the unit of the sender's times, and whether an empty time is sent as 0."),
    ),
    Reason(
        "time",
        "RFC3339|with a timezone|Expected `datetime",
        _("Time cannot be read"),
        _("Write times as 2025-03-05T10:00:00+09:00, with their zone."),
    ),
    Reason(
        "too_large",
        "larger than|of length <=",
        _("Too large"),
        _("Send less text with the event; the reason says the limit."),
    ),
    Reason(
        "nested",
        "nested",
        _("Nested too deeply"),
        _("Send properties as a flat list of names and values."),
    ),
    Reason(
        "unknown_field",
        "unknown field",
        _("Unknown field"),
        _("Put what the event carries into “properties”, or correct the field's name."),
    ),
    Reason(
        "missing_field",
        "missing required field|is needed",
        _("A field is missing"),
        _("Add the field that the reason names."),
    ),
    Reason(
        "blank",
        "is blank|of length >=",
        _("A field is blank"),
        _("Fill the field that the reason names."),
    ),
    Reason(
        "characters",
        "NUL character|not UTF-8|surrogate|Invalid escape|invalid unicode",
        _("Characters that cannot be kept"),
        _("Send UTF-8 without NUL characters."),
    ),
    Reason(
        "unknown_kind",
        "is not kept; track",
        _("Call of another kind"),
        _("track, identify and group are kept; switch the others off at the sender."),
    ),
    Reason(
        "scope",
        "lacks the scope",
        _("The key may not do this"),
        _("Give the API key the scope that the reason names."),
        waits=True,
    ),
    Reason(
        "malformed",
        "malformed|truncated|trailing|cannot be kept as JSON|surrounding array",
        _("Not JSON"),
        _("Correct the sender; here the text can be corrected by hand."),
    ),
    Reason(
        "wrong_type",
        "Expected `",
        _("Value of another kind"),
        _("Send the kind of value that the reason names."),
    ),
    Reason("other", "", _("Another reason"), _("The reason stands beside the event.")),
)
BY_CODE = {reason.code: reason for reason in REASONS}
_PATTERNS = [(reason.code, re.compile(reason.pattern, re.IGNORECASE)) for reason in REASONS]


def code_of(said: str) -> str:
    """The group of a reason as the wire words it."""
    return next(code for code, pattern in _PATTERNS if pattern.search(said))

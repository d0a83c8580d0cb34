"""A filter as its reader sees it: the inputs of its row, and the sentence on its chip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.know.accounts.columns import Column, Kind
from banso.know.accounts.filters import MINE, NOBODY, TEAM
from banso.know.accounts.rules import (
    BETWEEN,
    EMPTY,
    FILLED,
    HAS,
    IS,
    NEXT,
    QUIET,
    Filter,
    day,
    number,
    whole_number,
)

WAY_NAMES: Mapping[str, str | Promise] = {
    IS: gettext_lazy("is"),
    HAS: gettext_lazy("contains"),
    BETWEEN: gettext_lazy("between"),
    NEXT: gettext_lazy("within the next … days"),
    QUIET: gettext_lazy("not within the last … days"),
    EMPTY: gettext_lazy("is empty"),
    FILLED: gettext_lazy("is not empty"),
}
OWNER_GROUPS: Sequence[tuple[str, str | Promise]] = (
    (MINE, gettext_lazy("Me")),
    (TEAM, gettext_lazy("My team")),
    (NOBODY, gettext_lazy("Nobody")),
)


@dataclass(frozen=True)
class FilterRow:
    """What the template of one filter needs; ``inputs`` names the shape of its inputs."""

    asked: Filter
    column: Column
    owners: Mapping[int, str]

    @property
    def key(self) -> str:
        return self.asked.key

    @property
    def label(self) -> str:
        return str(self.column.label)

    @property
    def how(self) -> str:
        return self.asked.how if self.asked.how in self.column.ways else self.column.ways[0]

    @property
    def ways(self) -> list[tuple[str, str]]:
        return [(way, str(WAY_NAMES[way])) for way in self.column.ways]

    @property
    def inputs(self) -> str:
        if self.how in (EMPTY, FILLED):
            return "none"
        if self.how in (NEXT, QUIET):
            return "days"
        if self.how == BETWEEN:
            return "dates" if self.column.kind == Kind.DATE else "numbers"
        return "choices" if self.column.kind in (Kind.CHOICE, Kind.OWNER) else "text"

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """(value, label, chosen) of all that can be chosen, and of what was chosen besides."""
        offered = {value: str(label) for value, label in self._offered()}
        missing = {value: value for value in self.asked.values if value not in offered}
        return [
            (value, label, value in self.asked.values)
            for value, label in (offered | missing).items()
        ]

    def _offered(self) -> Sequence[tuple[str, Any]]:
        if self.column.kind == Kind.OWNER:
            return [*OWNER_GROUPS, *((str(pk), name) for pk, name in self.owners.items())]
        return self.column.choices() if self.column.choices else ()

    def _limit(self, text: str) -> str:
        """A limit as its reader writes it; what cannot be read stays as it was typed."""
        if self.column.kind == Kind.DATE:
            on = day(text)
            return date_format(on, "SHORT_DATE_FORMAT") if on else text
        limit = number(text)
        return text if limit is None else number_format(limit, use_l10n=True, force_grouping=True)

    @property
    def sentence(self) -> str:
        """The filter in words, without the column's name."""
        if self.inputs == "none":
            return str(WAY_NAMES[self.how])
        if self.inputs == "days":
            days = whole_number(self.asked.value) or 0
            if self.how == NEXT:
                return ngettext("within %(days)s day", "within %(days)s days", days) % {
                    "days": days
                }
            return ngettext("not for %(days)s day", "not for %(days)s days", days) % {"days": days}
        if self.how == BETWEEN:
            return _between(self._limit(self.asked.low), self._limit(self.asked.high))
        chosen = [label for _value, label, is_chosen in self.choices if is_chosen]
        said = any_of(chosen if self.inputs == "choices" else self.asked.values)
        return _("contains “%(text)s”") % {"text": said} if self.how == HAS else said


def any_of(words: Sequence[str]) -> str:
    """“A or B or C” in the reader's language."""
    return reduce(
        lambda one, other: _("%(one)s or %(other)s") % {"one": one, "other": other}, words
    )


def _between(low: str, high: str) -> str:
    if low and high:
        return f"{low} – {high}"
    if low:
        return _("%(low)s or more") % {"low": low}
    return _("%(high)s or less") % {"high": high}

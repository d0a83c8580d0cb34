"""Measures, values and scores as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.measure.health import rules
from banso.measure.metrics.models import MetricDefinition, Unit
from banso.shared.figures import figure

GROUP_NAMES: Mapping[str, str | Promise] = {
    rules.USAGE: gettext_lazy("Usage"),
    rules.VALUE: gettext_lazy("Value reached"),
    rules.CONTACT: gettext_lazy("Contact"),
}
BAND_NAMES: Mapping[str, str | Promise] = {
    rules.GOOD: gettext_lazy("Going well"),
    rules.WATCH: gettext_lazy("Needs watching"),
    rules.STRUGGLING: gettext_lazy("Struggling"),
}
MISSING_NAMES: Mapping[str, str | Promise] = {
    rules.NO_VALUE: gettext_lazy("no value yet"),
    rules.STALE: gettext_lazy("no events arrive, so the value would be old"),
    rules.NOT_EXPECTED: gettext_lazy("not expected with tech touch"),
    rules.NO_MARKS: gettext_lazy("its marks are not set yet"),
}
# the measures every model begins with, before the first events have defined their metrics
NOT_DEFINED_YET: Mapping[str, str | Promise] = {
    "active_users_28d": gettext_lazy("Active users (28 days)"),
    "usage_28d": gettext_lazy("Usage (28 days)"),
    "usage_trend_28d": gettext_lazy("Change of usage (28 days)"),
    "days_to_first_value": gettext_lazy("Days to first value"),
}
IN_PERCENT = (Unit.SHARE, Unit.CHANGE)


@dataclass(frozen=True)
class Naming:
    """How measures are called and counted in the reader's language."""

    definitions: Mapping[str, MetricDefinition]

    def name(self, key: str) -> str:
        if key == rules.CONTACT_DAYS:
            return _("Days since the last contact")
        definition = self.definitions.get(key)
        return definition.name if definition else str(NOT_DEFINED_YET.get(key, key))

    def title(self, key: str) -> str:
        """The name over a field for its marks, which says when they are in percent."""
        return f"{self.name(key)} (%)" if self.scale(key) == 100 else self.name(key)

    def unit(self, key: str) -> str:
        if key == rules.CONTACT_DAYS:
            return Unit.DAYS
        definition = self.definitions.get(key)
        return definition.unit if definition else ""

    def scale(self, key: str) -> int:
        """Shares and changes are written in percent."""
        return 100 if self.unit(key) in IN_PERCENT else 1

    def value(self, key: str, value: float) -> str:
        unit = self.unit(key)
        if unit in IN_PERCENT:
            sign = "+" if unit == Unit.CHANGE and value > 0 else ""
            return f"{sign}{figure(100 * value, grouped=False)}%"
        decimals = 0 if value == int(value) or abs(value) >= 100 else 1
        number = figure(value, decimals)
        if unit == Unit.DAYS:
            return ngettext("%(n)s day", "%(n)s days", round(value)) % {"n": number}
        if unit == Unit.USERS:
            return ngettext("%(n)s user", "%(n)s users", round(value)) % {"n": number}
        if unit == Unit.TIMES:
            return ngettext("%(n)s time", "%(n)s times", round(value)) % {"n": number}
        return number

    def part_value(self, key: str, part: Mapping[str, Any]) -> str:
        """A part's value; one that is not reached yet says so."""
        text = self.value(key, part["v"])
        return _("not yet (%(value)s so far)") % {"value": text} if part.get("c") else text

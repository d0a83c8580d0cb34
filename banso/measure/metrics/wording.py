"""What a metric means, in sentences of the reader's language, and its values as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from banso.listen.events.reads import labels
from banso.measure.metrics.evaluation import CORE, Defined
from banso.measure.metrics.models import MetricDefinition, Unit
from banso.measure.metrics.shape import Phrases
from banso.measure.metrics.shapes import shapes


@dataclass
class Words:
    """Labels of events and names of metrics in the reader's language, read once."""

    events: Mapping[str, str] = field(default_factory=labels)
    metrics: Mapping[str, str] = field(
        default_factory=lambda: {d.key: d.name for d in MetricDefinition.with_retired.all()}
    )

    def event(self, name: str, *, quoted: bool) -> str:
        if not name:
            return _("any event")
        if name == CORE:
            return _("a core action")
        label = self.events.get(name, name)
        return _("“%(event)s”") % {"event": label} if quoted else label

    def noun(self, name: str, *, quoted: bool) -> str:
        if not name:
            return _("event")
        return _("core action") if name == CORE else self.event(name, quoted=quoted)

    def phrases(self, params: Mapping[str, Any], *, quoted: bool = True) -> Phrases:
        """The parameters as words; English titles name events without quotation marks."""
        return Phrases(
            event=self.event(str(params.get("event", "")), quoted=quoted),
            noun=self.noun(str(params.get("event", "")), quoted=quoted),
            role=str(params.get("role", "")),
            other_role=str(params.get("other_role", "")),
            days=int(params.get("days", 28)),
            prop=str(params.get("property", "")),
            top=self.metrics.get(str(params.get("top", "")), "?"),
            bottom=self.metrics.get(str(params.get("bottom", "")), "?"),
        )


def sentence(definition: Defined, words: Words | None = None) -> str:
    """What the metric is, generated from its definition."""
    return shapes()[definition.shape].explain((words or Words()).phrases(definition.params))


def title(shape: str, params: Mapping[str, Any], words: Words | None = None) -> str:
    """A name for a metric that nobody named yet."""
    japanese = (get_language() or "").startswith("ja")
    text = shapes()[shape].title((words or Words()).phrases(params, quoted=japanese))
    return text if japanese else text[:1].upper() + text[1:]


def shown(value: float | None, unit: str) -> str:
    """A value with its unit; a dash where there is none."""
    if value is None:
        return "—"
    if unit in (Unit.SHARE, Unit.CHANGE):
        sign = "+" if unit == Unit.CHANGE and value > 0 else ""
        return f"{sign}{_number(value * 100, 0 if abs(value) >= 0.1 or value == 0 else 1)}%"
    number = _number(value, _decimals(value, unit))
    if unit == Unit.DAYS:
        return ngettext("%(number)s day", "%(number)s days", _plural(value)) % {"number": number}
    if unit == Unit.USERS:
        return ngettext("%(number)s user", "%(number)s users", _plural(value)) % {"number": number}
    if unit == Unit.TIMES:
        return ngettext("%(number)s time", "%(number)s times", _plural(value)) % {"number": number}
    return number


def _decimals(value: float, unit: str) -> int:
    """Days, users and times are counted: decimals between two of them say nothing."""
    if value == round(value) or (abs(value) >= 10 and unit in (Unit.DAYS, Unit.USERS, Unit.TIMES)):
        return 0
    return 1 if abs(value) >= 10 or unit in (Unit.DAYS, Unit.USERS, Unit.TIMES) else 2


def _plural(value: float) -> int:
    return 1 if value == 1 else 2


def _number(value: float, decimals: int) -> str:
    return number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True)

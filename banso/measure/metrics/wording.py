"""What a metric means, in sentences of the reader's language, and its values as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from banso.listen.events.reads import feature_labels, hidden_properties, labels
from banso.measure.metrics.evaluation import CORE, FEATURE, STEPS
from banso.measure.metrics.models import MetricDefinition, MetricVersion, Unit
from banso.measure.metrics.shape import Parameter, Phrases
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.world import Reason
from banso.shared.figures import figure

COUNTED = (Unit.DAYS, Unit.WEEKS, Unit.USERS, Unit.TIMES)
NUMBERS = {
    "at_least": gettext_lazy("%(prop)s is at least %(value)s"),
    "at_most": gettext_lazy("%(prop)s is at most %(value)s"),
}
TEXTS = {
    "is": gettext_lazy("%(prop)s is %(value)s"),
    "is_not": gettext_lazy("%(prop)s is not %(value)s"),
    "one_of": gettext_lazy("%(prop)s is one of %(value)s"),
    "exists": gettext_lazy("%(prop)s has a value"),
}

REASONS = {
    Reason.TOO_SHORT: gettext_lazy("not watched long enough yet"),
    Reason.BEGAN_BEFORE: gettext_lazy(
        "sign-up is not known, or lies more than 30 days before the first event"
    ),
    Reason.NOT_CHOSEN: gettext_lazy("no core action or feature is marked under Events yet"),
    Reason.NEVER: gettext_lazy("it has never happened"),
    Reason.NOTHING_BEFORE: gettext_lazy("nothing happened before that it could be compared with"),
    Reason.NO_CHANGE: gettext_lazy("the past was the same all the time"),
    Reason.NO_USE: gettext_lazy("nothing of it was used"),
    Reason.NOBODY: gettext_lazy("there is no such user"),
    Reason.NO_SEATS: gettext_lazy("no contract in force says how many seats"),
    Reason.NO_PART: gettext_lazy("one of the two metrics has no value"),
}


@dataclass
class Words:
    """Labels of events and names of metrics in the reader's language, read once."""

    events: Mapping[str, str] = field(default_factory=labels)
    metrics: Mapping[str, str] = field(
        default_factory=lambda: {d.key: d.name for d in MetricDefinition.with_retired.all()}
    )
    features: Mapping[str, str] = field(default_factory=feature_labels)
    hidden: frozenset[str] = field(default_factory=hidden_properties)

    def event(self, name: str, *, quoted: bool) -> str:
        if not name:
            return _("any event")
        if name == CORE:
            return _("a core action")
        if name.startswith(FEATURE):
            key = name.removeprefix(FEATURE)
            label = self.features.get(key, key)
        else:
            label = self.events.get(name, name)
        return _quoted(label) if quoted else label

    def noun(self, name: str, *, quoted: bool) -> str:
        if not name:
            return _("event")
        return _("core action") if name == CORE else self.event(name, quoted=quoted)

    def parts(self, names: Sequence[str]) -> str:
        """Several features or events; the features of the organisation where none is chosen."""
        found = [self.event(name, quoted=True) for name in names]
        found = found or [_quoted(label) for label in self.features.values()]
        return _listed(found) or _("the features of the product (none is named yet)")

    def conditions(self, where: Sequence[Mapping[str, Any]], *, quoted: bool = True) -> str:
        """A filter in words: all of its conditions."""
        told = [
            _("a hidden property meets a condition")
            if kept["prop"] in self.hidden
            else _condition(kept, quoted=quoted)
            for kept in where
        ]
        return reduce(_both, told) if told else ""

    def phrases(self, params: Mapping[str, Any], *, quoted: bool = True) -> Phrases:
        """The parameters as words; English titles name events without quotation marks."""

        def event(key: str) -> str:
            return self.event(str(params.get(key, "")), quoted=quoted)

        def noun(key: str) -> str:
            return self.noun(str(params.get(key, "")), quoted=quoted)

        def filtered(text: str) -> str:
            where = self.conditions(params.get("where", ()), quoted=quoted)
            told = {"event": text, "filter": where}
            return _("%(event)s where %(filter)s") % told if where else text

        return Phrases(
            event=filtered(event("event")),
            noun=filtered(noun("event")),
            after=event("after"),
            after_noun=noun("after"),
            steps=" → ".join(event(key) for key in STEPS if params.get(key)),
            parts=self.parts(params.get("parts", ())),
            role=str(params.get("role", "")),
            other_role=str(params.get("other_role", "")),
            days=int(params.get("days", 28)),
            prop=str(params.get("property", "")),
            top=self.metrics.get(str(params.get("top", "")), "?"),
            bottom=self.metrics.get(str(params.get("bottom", "")), "?"),
            within=int(params.get("within", 14)),
            windows=int(params.get("windows", 8)),
            period=str(params.get("period", "")),
            way=str(params.get("way", "")),
        )


def sentence(definition: MetricDefinition, words: Words | None = None) -> str:
    """What the metric's values are: generated from the version that serves."""
    kept = served(definition)
    return explained(kept.shape, kept.params, words or Words())


def served(definition: MetricDefinition) -> MetricDefinition | MetricVersion:
    """The choices behind the values: those of the version before, while it still serves."""
    if definition.serving_version in (0, definition.version):
        return definition
    old = MetricVersion.objects.filter(definition=definition, version=definition.serving_version)
    return old.first() or definition


def served_unit(definition: MetricDefinition) -> str:
    """The unit of the values, which may be another than that of a version to come."""
    shape, kept = shapes()[definition.shape], served(definition)
    is_own = definition.unit != shape.unit_of(definition.params)
    return definition.unit if is_own else shape.unit_of(kept.params)


def explained(shape: str, params: Mapping[str, Any], words: Words) -> str:
    """What a metric of the shape is; a filter that no event of the sentence carries comes last."""
    text = shapes()[shape].explain(words.phrases(params))
    where = words.conditions(params.get("where", ()))
    if not where or _names_an_event(shape):
        return text
    return _("%(sentence)s Only events where %(filter)s count.") % {
        "sentence": text,
        "filter": where,
    }


def title(shape: str, params: Mapping[str, Any], words: Words | None = None) -> str:
    """A name for a metric that nobody named yet."""
    words = words or Words()
    japanese = is_japanese()
    text = shapes()[shape].title(words.phrases(params, quoted=japanese))
    where = words.conditions(params.get("where", ()), quoted=japanese)
    if where and not _names_an_event(shape):
        text = _("%(title)s, where %(filter)s") % {"title": text, "filter": where}
    return text if japanese else text[:1].upper() + text[1:]


def changes(
    shape: str, before: Mapping[str, Any], after: Mapping[str, Any], words: Words
) -> list[str]:
    """What is another choice, in words."""
    told = []
    for parameter in shapes()[shape].parameters:
        old, new = (_chosen(parameter, params, words) for params in (before, after))
        if old != new:
            told.append((str(parameter.label), old, new))
    old, new = (words.conditions(params.get("where", ())) for params in (before, after))
    if old != new:
        told.append((_("Filter"), old or _("none"), new or _("none")))
    return [
        _("%(what)s: %(old)s → %(new)s") % {"what": what, "old": old, "new": new}
        for what, old, new in told
    ]


def _chosen(parameter: Parameter, params: Mapping[str, Any], words: Words) -> str:
    value = params.get(parameter.key, parameter.default)
    if parameter.kind == "event":
        is_step = parameter.key in STEPS
        return _("none") if is_step and not value else words.event(str(value), quoted=True)
    if parameter.kind == "parts":
        return words.parts(value or ())
    if parameter.kind == "metric":
        return words.metrics.get(str(value), "?")
    if parameter.kind == "choice":
        return str(dict(parameter.choices).get(str(value), value))
    return str(value) or _("Every role")


def _names_an_event(shape: str) -> bool:
    return any(parameter.key == "event" for parameter in shapes()[shape].parameters)


def _condition(kept: Mapping[str, Any], *, quoted: bool) -> str:
    prop = _quoted(kept["prop"]) if quoted else kept["prop"]
    if kept["op"] in NUMBERS:
        value = number_format(kept["value"], use_l10n=True, force_grouping=True)
        return str(NUMBERS[kept["op"]]) % {"prop": prop, "value": value}
    texts = kept.get("value", "")
    listed = texts if isinstance(texts, list) else [texts]
    value = _listed([_quoted(text) if quoted else text for text in listed])
    return str(TEXTS[kept["op"]]) % {"prop": prop, "value": value}


def _both(first: str, second: str) -> str:
    return _("%(first)s and %(second)s") % {"first": first, "second": second}


def _quoted(label: str) -> str:
    return _("“%(event)s”") % {"event": label}


def _listed(words: Sequence[str]) -> str:
    return ("、" if is_japanese() else ", ").join(words)


def is_japanese() -> bool:
    return (get_language() or "").startswith("ja")


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
    if unit == Unit.WEEKS:
        return ngettext("%(number)s week", "%(number)s weeks", _plural(value)) % {"number": number}
    if unit == Unit.USERS:
        return ngettext("%(number)s user", "%(number)s users", _plural(value)) % {"number": number}
    if unit == Unit.TIMES:
        return ngettext("%(number)s time", "%(number)s times", _plural(value)) % {"number": number}
    return number


def _decimals(value: float, unit: str) -> int:
    """Days, users and times are counted: decimals between two of them say nothing."""
    if value == round(value) or (abs(value) >= 10 and unit in COUNTED):
        return 0
    return 1 if abs(value) >= 10 or unit in COUNTED else 2


def _plural(value: float) -> int:
    return 1 if value == 1 else 2


def _number(value: float, decimals: int) -> str:
    return figure(value, decimals)

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Last, number_in
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return (Last(given.match, given.prop),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    found = world.last(Last(given.match, given.prop))
    return Values.of(found, (Reason.NEVER, ~np.isnan(found)))


def explain(phrases: Phrases) -> str:
    return _("The latest “%(prop)s” that came with %(event)s.") % phrases.words


def title(phrases: Phrases) -> str:
    return _("Latest %(prop)s of %(event)s") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    found = [
        (e.ts_us, value)
        for e in case.before(given.match)
        if (value := number_in(e.props, given.prop)) is not None
    ]
    return (max(found)[1] if found else None), False


def history(given: Given) -> int:
    return 1


SHAPE = Shape(
    key="property_last",
    name=gettext_lazy("Latest value of a property"),
    about=gettext_lazy("The latest number that came with an event, such as seats or storage."),
    example=gettext_lazy("Storage that is used now"),
    icon="gauge",
    unit="amount",
    better="higher",
    parameters=(
        Parameter("event", "event", gettext_lazy("Event")),
        Parameter("property", "property", gettext_lazy("Property")),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)

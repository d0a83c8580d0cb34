"""What was known when customers began, held against how long they stayed (Cox's model).

Only what was known then: a value that was changed since may be the result of what happened.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.know.subscriptions.rules import contract_of
from banso.measure.revenue.memory import memory
from banso.measure.revenue.reads import Book
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.concordance import concordance_interval
from banso.prove.engine.covariates import Covariate, Terms, terms
from banso.prove.engine.cox import (
    EVENTS_PER_COLUMN,
    MINIMUM_EVENTS,
    CoxFit,
    fit_cox,
    hazard_ratio,
)
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.proportional import Halves, halves
from banso.prove.engine.regression import SingularDesignError
from banso.prove.lifetime.groups import CONTRACT, EMPLOYEES, OWN, PLAN, first_plans
from banso.prove.lifetime.lives import Lives
from banso.prove.lifetime.reads import first_money
from banso.prove.lifetime.telling import BEYOND, WhyNot, why_not
from banso.shared.fields.models import FieldDefinition, Kind, KnownWhen
from banso.shared.fields.reads import fields_of

AMOUNT = "amount"
MOST_FOR_HALVES = 20_000
UNKNOWN = "?"


Untold = dict[WhyNot, list[str]]


@dataclass(frozen=True)
class Line:
    """One column of the model. key: the factor; level: its value ("" for a number, "?" unknown),
    against the reference; unit: "", "twice" or "sd" (of so much); customers, left: of that level.
    """

    key: str
    level: str
    reference: str
    unit: str
    sd: float
    customers: int
    left: int
    ratio: Answer | NoAnswer
    q: float | None
    halves: Halves | NoAnswer


@dataclass(frozen=True)
class Factors:
    """The fitted model: names of factors by key, its lines, how well it orders customers, and the
    names of what was left out: for too few who left, or because it may have changed since.
    untold: the names of what tells nothing, or too much, by why.
    """

    names: dict[str, str]
    lines: list[Line]
    concordance: Answer | NoAnswer
    customers: int
    left: int
    without_room: list[str]
    changed: list[str]
    untold: Untold


@dataclass(frozen=True)
class Refused:
    """Why there is no model: too_few_events, no_factors or not_separable; untold as of Factors."""

    found: NoAnswer
    untold: Untold


def factors(found: Book, some: Lives, currency: str) -> Factors | Refused:
    """The model of these customers."""
    stamped = Account.objects.aggregate(last=Max("updated_at"))["last"]
    asked = ("factors", stamped, currency, some.cut, len(some.account), get_language())
    return memory.of(found.version, asked, lambda: _factors(found, some, currency))


def _factors(found: Book, some: Lives, currency: str) -> Factors | Refused:
    left = int(some.left.sum())
    if left < MINIMUM_EVENTS:
        few = {"events": left, "events_needed": MINIMUM_EVENTS}
        return Refused(NoAnswer("too_few_events", few), {})
    own = fields_of("account")
    known, untold = _told_apart(_columns(found, some, currency, own), some)
    names = {key: name for key, name, _covariate in known}
    made = terms([covariate for *_told, covariate in known], len(some.account))
    kept, without_room = _room(made, [key for key, *_told in known], left // EVENTS_PER_COLUMN)
    nothing = Refused(NoAnswer("no_factors", {"factors": len(known)}), untold)
    if not kept:
        return nothing
    x = made.x[:, kept]
    try:
        fit = fit_cox(x, some.days, some.left, some.entry, clusters=some.account)
    except SingularDesignError:
        return nothing
    if not fit.converged:
        return Refused(NoAnswer("not_separable", {"events": left}), untold)
    score = x[:, list(fit.kept)] @ fit.coef
    changed = [_("Segment"), _("Touch model")]
    changed += [str(f.label) for f in own if f.known_when != KnownWhen.START]
    return Factors(
        names,
        _lines(made, kept, known, fit, some),
        concordance_interval(some.days, some.left, score),
        len(some.account),
        left,
        [names[key] for key in without_room],
        changed,
        untold,
    )


Known = tuple[str, str, Covariate]


def _columns(
    found: Book, some: Lives, currency: str, own: Sequence[FieldDefinition]
) -> list[Known]:
    """Key, name and values of each factor, in the order in which they are given up."""
    who = some.account
    plans = first_plans()
    told: list[Known] = [
        _kind(CONTRACT, _("Contract"), [contract_of(int(months)) for months in some.months]),
        _kind(PLAN, _("Plan"), [plans.get(int(pk)) for pk in who]),
    ]
    paid = first_money(found, some, currency)
    if len([n for n in found.payers if n]) == 1:
        amount = np.where(paid > 0, paid, np.nan)
        told.append((AMOUNT, _("Monthly amount at first"), Covariate(AMOUNT, "number", amount)))
    rows = Account.objects.order_by("pk").values_list(
        "pk", "industry", "country", "employees", "custom"
    )
    by_id = {pk: rest for pk, *rest in rows.iterator(chunk_size=20_000)}
    values = [by_id.get(int(pk), ["", "", None, {}]) for pk in who]
    told.append(_kind("industry", _("Industry"), [v[0] for v in values]))
    for field in own:
        if field.known_when == KnownWhen.START and field.kind != Kind.DATE:
            mine = [v[3].get(field.key) for v in values]
            make = _number if field.kind == Kind.NUMBER else _kind
            told.append(make(f"{OWN}{field.key}", str(field.label), mine))
    told.append(_number(EMPLOYEES, _("Employees"), [v[2] for v in values]))
    told.append(_kind("country", _("Country"), [v[1] for v in values]))
    return told


def _told_apart(known: Sequence[Known], some: Lives) -> tuple[list[Known], Untold]:
    """The factors there are, and the names of the others by why they are none."""
    kept: list[Known] = []
    untold: Untold = {}
    for key, name, covariate in known:
        why = why_not(covariate, some.left)
        if why is None:
            kept.append((key, name, covariate))
        else:
            untold.setdefault(why, []).append(name)
    return kept, untold


def _kind(key: str, name: str, values: Sequence[object]) -> Known:
    return key, name, Covariate(key, "nominal", [str(v) if v else None for v in values])


def _number(key: str, name: str, values: Sequence[object]) -> Known:
    numbers = [float(v) if isinstance(v, int | float) else math.nan for v in values]
    column = np.array(numbers, dtype=np.float64)
    column[np.abs(column) > BEYOND] = math.nan
    return key, name, Covariate(key, "number", column)


def _room(made: Terms, keys: Sequence[str], most: int) -> tuple[list[int], list[str]]:
    """Columns of as many factors as so many columns have room for, and the keys of the others."""
    kept: list[int] = []
    without: list[str] = []
    for place in dict.fromkeys(made.belongs):
        mine = [j for j, owner in enumerate(made.belongs) if owner == place]
        if len(kept) + len(mine) <= most:
            kept += mine
        else:
            without.append(keys[place])
    return kept, without


def _lines(
    made: Terms, kept: list[int], known: Sequence[Known], fit: CoxFit, some: Lives
) -> list[Line]:
    x = made.x[:, kept]
    units = [_unit(made, j) for j in kept]
    step = -(-len(x) // MOST_FOR_HALVES)
    checked = halves(
        x[::step], some.days[::step], some.left[::step], some.entry[::step],
        units=[size for _name, size in units],
    )  # fmt: skip
    ratios = [hazard_ratio(fit, i, unit=size) for i, (_name, size) in enumerate(units)]
    p = [ratio.p for ratio in ratios if isinstance(ratio, Answer) and ratio.p is not None]
    q = iter(benjamini_hochberg(p).tolist() if p else ())
    lines = []
    for i, j in enumerate(kept):
        key, _name, covariate = known[made.belongs[j]]
        level = made.names[j].partition(" = ")[2]
        mine = x[:, i] > 0 if level else np.ones(len(x), dtype=np.bool_)
        lines.append(
            Line(
                key,
                level,
                _reference(covariate),
                units[i][0],
                float(made.plain[:, j].std()),
                int(mine.sum()),
                int(some.left[mine].sum()),
                ratios[i],
                float(next(q)) if isinstance(ratios[i], Answer) else None,
                checked[i],
            )
        )
    return lines


def _unit(made: Terms, j: int) -> tuple[str, float]:
    """How a column's hazard ratio is told: a level against another, per doubling, or per SD."""
    if made.names[j].partition(" = ")[2]:
        return "", 1.0
    if not np.array_equal(made.x[:, j], made.plain[:, j]):
        return "twice", math.log(2.0)
    return "sd", float(made.x[:, j].std()) or 1.0


def _reference(covariate: Covariate) -> str:
    """The commonest level, against which the others are held."""
    if isinstance(covariate.values, np.ndarray):
        return ""
    names, counts = np.unique([v or UNKNOWN for v in covariate.values], return_counts=True)
    return str(names[int(counts.argmax())])

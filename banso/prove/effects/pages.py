"""What the views need besides the answer: forms by origin, the check before, the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import pyarrow as pa
from django import forms
from django.utils.translation import gettext as _

from banso.know.subscriptions.rules import GRACE_DAYS
from banso.prove.effects import reads
from banso.prove.effects.gathering import possible_covariates
from banso.prove.effects.holdouts import ENDING, MINIMUM_UNITS, Planned, planned
from banso.prove.effects.lists import Recognised, read_list
from banso.prove.effects.metric_holdouts import planned_metric
from banso.prove.effects.models import Assigned, Goal, Measure, Origin, Result
from banso.prove.effects.presenting import behind_lines, looks_told
from banso.prove.effects.sources import treatment_sources
from banso.prove.effects.wording import headline
from banso.prove.studies.wording import decimal, percent, whole
from banso.shared import clock

MOST_SHOWN = 20


def possible_origins() -> list[str]:
    """Origins that can be chosen: fields and sources only where there are some."""
    there = {
        Origin.LIST: True,
        Origin.FIELD: bool(reads.tag_fields() and reads.date_fields()),
        Origin.SOURCE: any(f.value.choices() for f in treatment_sources.fillings()),
        Origin.HOLDOUT: True,
    }
    return [origin for origin, possible in there.items() if possible]


def origin_cards() -> list[dict[str, str]]:
    told = {
        Origin.LIST: ("list-check", _("You have a list: who took part in a training, who got the "
                      "campaign, and when.")),
        Origin.FIELD: ("tag", _("A field of the customers says it, and another one has the day.")),
        Origin.SOURCE: ("plug", _("Another part of Banso wrote down who was treated and when.")),
        Origin.HOLDOUT: ("arrows-shuffle", _("Nothing was done yet. Banso draws at random who "
                         "waits: the only way to be sure.")),
    }  # fmt: skip
    return [
        {"origin": origin, "label": str(Origin(origin).label), "icon": told[Origin(origin)][0],
         "text": told[Origin(origin)][1]}
        for origin in possible_origins()
    ]  # fmt: skip


def where_given(origin: str, form: forms.Form, where: forms.Form) -> dict[str, Any]:
    """What the origin adds to the draft. Raises Unreadable for a file that is no table."""
    params = {"looked_at": form.cleaned_data.get("looked_at", [])}
    if origin != Origin.LIST:
        return {"params": params | where.params}  # type: ignore[attr-defined]
    given = where.cleaned_data
    found = read_list(
        given["file"].chunks(1 << 20), today=clock.today(), default_day=given["same_day"]
    )
    return {"params": params, "treated": found.treated, "unread": _unread(found)}


def _unread(found: Recognised) -> dict[str, Any]:
    return {
        "lines": found.lines, "counts": found.unread, "examples": found.examples,
        "customer_column": found.customer_column, "date_column": found.date_column,
        "order": found.order, "order_settled": found.order_settled,
    }  # fmt: skip


def check_page(measure: Measure, plan: Planned | None) -> dict[str, Any]:
    """What was understood, before anything is begun."""
    if plan is not None:
        return {"measure": measure, "plan": plan, "told": _plan_told(measure, plan)}
    rows = reads.treated_rows(measure)
    days = [day for _pk, _ext, _name, day in rows]
    without = reads.field_without_day(measure.params) if measure.origin == Origin.FIELD else 0
    return {
        "measure": measure, "count": len(rows), "rows": rows[:MOST_SHOWN],
        "more": max(0, len(rows) - MOST_SHOWN), "first": min(days, default=None),
        "last": max(days, default=None), "without_day": without,
    }  # fmt: skip


def plan_of(measure: Measure) -> Planned:
    """What a hold-out drawn today could show."""
    given: dict[str, Any] = {
        "segment": measure.params["segment"], "share": measure.params["share"],
        "meaningful": measure.meaningful, "today": clock.today(),
    }  # fmt: skip
    if measure.goal == Goal.METRIC:
        return planned_metric(metric_key=measure.metric_key, **given)
    return planned(**given)


def can_show(measure: Measure, plan: Planned) -> bool:
    """Whether the draw could show the difference that was said to matter."""
    return plan.possible and plan.smallest is not None and plan.smallest <= measure.meaningful


def size_told(measure: Measure, size: float | None, places: int) -> str:
    """A difference as it was agreed on: points of renewal, or standard deviations of a metric."""
    if size is None:
        return ""
    if measure.goal == Goal.METRIC:
        return _("%(size)s standard deviations of the metric") % {"size": decimal(size, 2)}
    return _("%(size)s points of renewal") % {"size": decimal(100 * size, places)}


def _plan_told(measure: Measure, plan: Planned) -> dict[str, Any]:
    share = measure.params["share"]
    units = len(plan.strata)
    held = round(share * units)
    return {
        "units": whole(units), "held_out": whole(held), "treated": whole(units - held),
        "share": percent(share), "minimum": MINIMUM_UNITS, "possible": plan.possible,
        "base": percent(plan.base_rate) if plan.base_rate is not None else "",
        "base_n": whole(plan.base_n),
        "smallest": size_told(measure, plan.smallest, 1),
        "needed": whole(round(plan.needed)) if plan.needed is not None else "",
        "wanted": size_told(measure, measure.meaningful, 0), "metric": measure.metric_key,
        "enough": can_show(measure, plan),
        "looks": looks_told(looks_kept(plan), []), "grace": GRACE_DAYS,
    }  # fmt: skip


def looks_kept(plan: Planned) -> list[dict[str, Any]]:
    """Planned looks as they are stored."""
    return [asdict(look) | {"on": look.on.isoformat()} for look in plan.looks]


def detail_page(measure: Measure, results: list[Result]) -> dict[str, Any]:
    """The part of the page that does not hang on one result."""
    if not measure.is_holdout:
        labels = dict(possible_covariates())
        seen = [labels[n].here for n in measure.params.get("looked_at", []) if n in labels]
        return {"metric": reads.metric_name(measure.metric_key), "looked_at": seen}
    holdout = measure.holdout
    looks = looks_told(holdout.looks, results)
    ended = next((r for r in results if r.verdict in ENDING), None)
    last = max((r.look or 0 for r in results), default=0)
    ahead = [] if ended else [look for look in looks if look["number"] > last]
    return {
        "answer": headline(measure, None), "holdout": holdout, "looks": looks,
        "next_look": ahead[0] if ahead else None, "ended": ended,
        "waiting": bool(ahead) and ahead[0]["on"] <= clock.today(),
        "smallest": size_told(measure, holdout.smallest, 1),
        "metric": reads.metric_name(measure.metric_key),
        "base": percent(holdout.base_rate) if holdout.base_rate is not None else "",
        "share": percent(holdout.share), "treated_n": holdout.units - holdout.held_out,
    }  # fmt: skip


def behind_header(rows: pa.Table) -> list[str]:
    """The columns of the customers behind a renewal, or behind a metric."""
    first = [_("Customer"), _("Group"), _("Time zero")]
    if "weight" in rows.column_names:
        return [*first, _("Decided on"), _("Renewed"), _("Weight")]
    return [*first, _("Mean before"), _("Mean since")]


def behind_csv(rows: pa.Table) -> Iterator[list[object]]:
    for line in behind_lines(rows):
        group = _("Treated") if line["treated"] else _("Not treated")
        told: list[object] = [line["name"], group, line["time_zero"]]
        if "weight" in line:
            renewed = _("Yes") if line["renewed"] else _("No")
            yield [*told, line["decided_on"], renewed, line["weight"]]
        else:
            yield [*told, line["before"], line["after"]]


def groups_csv(assigned: Iterable[Assigned]) -> Iterator[list[object]]:
    for row in assigned:
        group = _("Held out") if row.is_held_out else _("Treated")
        yield [row.account.external_id, row.account.name, group]

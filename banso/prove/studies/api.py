"""What goes with renewal, by HTTP: never a number without its n and interval, never a cause."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.prove.studies.metric_tables import tables_of
from banso.prove.studies.metric_words import words_of
from banso.prove.studies.models import EvidenceRun, Finding, FindingGroup, Verdict
from banso.prove.studies.presenting import DECIDED, Rate, rates_of
from banso.prove.studies.reads import findings_asked, latest_run, metric_finding, page_numbers
from banso.prove.studies.wording import (
    association_only,
    claim_name,
    headline,
    in_japanese,
    sentence,
    verdict_counts,
)
from banso.shared import clock
from banso.shared.keys.rules import EVIDENCE_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import Order, part
from banso.shared.rest.shapes import Asked, Page

router = Router(tags=["evidence"])


class Interval(BaseModel):
    """An odds ratio of renewal per standard deviation, with its 95 % interval."""

    odds_ratio: float
    low: float | None
    high: float | None


class GroupOut(BaseModel):
    """Decisions with low or high values, or of one level, and their renewal rate."""

    name: str
    n: str
    values: str
    rate: float | None = Field(description=_("Null for groups too small for a rate."))
    low: float | None
    high: float | None
    text: str


class FindingOut(BaseModel):
    id: int
    key: str
    group: FindingGroup
    name: str
    verdict: Verdict
    verdict_name: str
    level: str = Field(description=_("The step on the ladder of claims, such as L1."))
    level_name: str
    sentence: str = Field(description=_("What may be said, and no more."))
    decisions: int = Field(description=_("n: renewal decisions that it rests on."))
    customers: int
    not_renewed: int
    estimate: Interval | None = Field(description=_("Null as long as no answer is allowed."))
    p: float | None
    q: float | None
    groups: list[GroupOut]
    expected_by: date | None


class RunOut(BaseModel):
    id: int
    finished_at: datetime | None
    data_cut: date | None
    decisions: int
    not_renewed: int
    customers: int
    findings: dict[str, int] = Field(description=_("How many findings have which verdict."))
    answer: str
    note: str


class Evidence(BaseModel):
    run: RunOut | None = Field(description=_("Null before the first run."))


class FindingPage(Page[FindingOut]):
    pass


class TableOut(BaseModel):
    key: str = Field(description=_("spread, cohorts, course, quarters, or segment: and a field."))
    name: str
    note: str
    columns: list[str]
    rows: list[list[str | float | None]]


class MetricPageOut(BaseModel):
    """A metric's page: its finding, the sentences on it, and its tables."""

    finding: FindingOut
    data_cut: date | None
    partial: str = Field(description=_("What is left with other metrics and attributes held."))
    held: list[str]
    not_held: list[str] = Field(description=_("Metrics that follow from it in your order."))
    leak: str = Field(description=_("Whether it only follows the decision."))
    same: list[str] = Field(description=_("Keys of metrics that say the same."))
    tables: list[TableOut]


class FindingsAsked(Asked):
    verdict: Verdict | None = None
    group: FindingGroup | None = None


@router.get(
    "/evidence",
    response=Evidence,
    summary=_("What the newest findings rest on"),
    **needs(EVIDENCE_READ),
)
def read_evidence(request: HttpRequest) -> Evidence:
    run = latest_run()
    return Evidence(run=None if run is None else _run(run))


@router.get(
    "/evidence/findings",
    response=FindingPage,
    summary=_("List the newest findings"),
    description=_("An association is no effect: nothing here says what would help."),
    **needs(EVIDENCE_READ),
)
def list_findings(request: HttpRequest, asked: Query[FindingsAsked]) -> FindingPage:
    rows = findings_asked(latest_run(), verdict=asked.verdict, group=asked.group)
    found, cursor = part(rows, Order("position", "position"), asked)
    today = clock.today()
    return FindingPage(items=[_finding(one, today) for one in found], next_cursor=cursor)


@router.get(
    "/evidence/metrics/{slug:key}",
    response=MetricPageOut,
    summary=_("What is known of one metric and renewal"),
    description=_("The tables of the metric's page; what may not be shown yet is not there."),
    **needs(EVIDENCE_READ),
)
def read_metric_evidence(request: HttpRequest, key: str) -> MetricPageOut:
    run = latest_run()
    finding = metric_finding(run, key) if run else None
    numbers = page_numbers(finding) if finding else None
    if finding is None or numbers is None:
        raise Http404(key)
    today = clock.today()
    words = words_of(finding, numbers, today)
    return MetricPageOut(
        finding=_finding(finding, today),
        data_cut=finding.run.data_cut,
        partial=words["partial"],
        held=[*told_names(numbers, "held"), *told_names(numbers, "attributes")],
        not_held=told_names(numbers, "later"),
        leak=words["leak"],
        same=[like for like, _name, _rho in words["same"]],
        tables=[
            TableOut(
                key=table.key,
                name=table.name,
                note=table.note,
                columns=table.file_header,
                rows=[[_cell(cell) for cell in row] for row in table.file_rows],
            )
            for table in tables_of(finding, numbers).values()
        ],
    )


def told_names(numbers: dict[str, Any], which: str) -> list[str]:
    """Names of the metrics that were held, or left out because they come later."""
    at = 1 if in_japanese() else 0
    return [pair[at] for pair in (numbers["partial"] or {}).get(which, ())]


def _cell(value: object) -> str | float | None:
    return value if value is None or isinstance(value, str | float | int) else str(value)


def _run(run: EvidenceRun) -> RunOut:
    findings = list(findings_asked(run, verdict=None, group=None))
    counts = verdict_counts(findings)
    return RunOut(
        id=run.pk,
        finished_at=run.finished_at,
        data_cut=run.data_cut,
        decisions=run.decisions,
        not_renewed=run.non_renewals,
        customers=run.accounts,
        findings={verdict.value: counts[verdict] for verdict in Verdict},
        answer=headline(run, findings, clock.today()) if findings else "",
        note=association_only(),
    )


def _finding(finding: Finding, today: date) -> FindingOut:
    card, is_decided = finding.numbers, finding.verdict in DECIDED
    return FindingOut(
        id=finding.pk,
        key=finding.key,
        group=FindingGroup(finding.group),
        name=finding.label,
        verdict=Verdict(finding.verdict),
        verdict_name=str(Verdict(finding.verdict).label),
        level=finding.level,
        level_name=claim_name(finding.level),
        sentence=sentence(finding, today),
        decisions=card["n_rows"],
        customers=card["n_accounts"],
        not_renewed=card["n_events"],
        estimate=_estimate(card) if is_decided else None,
        p=card["p"] if is_decided else None,
        q=card["q"] if is_decided else None,
        groups=[_group(rate) for rate in rates_of(finding)],
        expected_by=finding.expected_by,
    )


def _estimate(card: dict[str, Any]) -> Interval | None:
    if "estimate" not in card:
        return None
    low, high = card["ci95"]
    return Interval(odds_ratio=card["estimate"]["value"], low=low, high=high)


def _group(rate: Rate) -> GroupOut:
    return GroupOut(
        name=rate.name,
        n=rate.n,
        values=rate.values,
        rate=rate.value,
        low=rate.low,
        high=rate.high,
        text=rate.text,
    )

"""What goes with renewal, by HTTP: never a number without its n and interval, never a cause."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.prove.studies.models import EvidenceRun, Finding, FindingGroup, Verdict
from banso.prove.studies.presenting import DECIDED, Rate, rates_of
from banso.prove.studies.reads import findings_asked, latest_run
from banso.prove.studies.wording import (
    association_only,
    claim_name,
    headline,
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

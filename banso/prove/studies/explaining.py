"""What was compared with what, what was checked, and what was left out: the small print, said."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.prove.studies.models import EvidenceRun, Finding, Verdict
from banso.prove.studies.presenting import DECIDED, estimate_text
from banso.prove.studies.wording import (
    CHECKS,
    LEFT_OUT,
    NOT_COMPARED,
    decimal,
    detectable,
    in_japanese,
    p_value,
    percent,
    plain,
    whole,
)


@dataclass(frozen=True)
class Told:
    """A name and what is said under it; passed None means that there was nothing to judge."""

    name: str
    text: str
    passed: bool | None = None


def facts_of(finding: Finding) -> list[Told]:
    """What the verdict rests on."""
    card, run = finding.numbers, finding.run
    facts = [
        Told(_("Decisions"), _basis(finding)),
        Told(_("Measured"), _measured(finding)),
    ]
    if finding.verdict != Verdict.SUSPICIOUS:
        facts.append(Told(_("Evened out"), _evened_out(finding)))
    if finding.verdict in DECIDED and estimate_text(card):
        facts.append(Told(_("Odds ratio of renewal"), _per_sd(finding)))
    if finding.verdict in DECIDED:
        q = {"p": p_value(card["p"]), "q": p_value(card["q"]), "size": card["family_size"]}
        facts.append(Told("p, q", _("p %(p)s, q %(q)s (%(size)s compared together)") % q))
    if finding.verdict != Verdict.SUSPICIOUS and card["mde_now"]:
        facts.append(Told(_("What could be told"), detectable(card)))
    if card["leak"] and card["leak"]["odds_ratio_late"]:
        facts.append(Told(_("Odds ratio by time"), _by_time(card["leak"])))
    if run.data_cut:
        facts.append(Told(_("Data up to"), date_format(run.data_cut, "DATE_FORMAT")))
    code = {"code": run.code_version, "data": run.data_hash[:12]}
    facts.append(Told(_("Can be repeated with"), _("code %(code)s, data %(data)s") % code))
    return facts


def _basis(finding: Finding) -> str:
    card = finding.numbers
    return _("%(n)s decisions of %(accounts)s customers, %(lost)s not renewed") % {
        "n": whole(card["n_rows"]),
        "accounts": whole(card["n_accounts"]),
        "lost": whole(card["n_events"]),
    }


def _evened_out(finding: Finding) -> str:
    if finding.key == "decision.contract":
        return _("Length of the relation, season")
    if finding.key == "decision.tenure":
        return _("Contract type, season")
    return _("Contract type, length of the relation, season")


def _measured(finding: Finding) -> str:
    if finding.key == "decision.contract":
        return _("When the contract was signed")
    return _("%(days)s days before the decision (30 for terms under three months)") % {
        "days": finding.numbers["landmark_days"]
    }


def _per_sd(finding: Finding) -> str:
    card = finding.numbers
    told = _("%(estimate)s per standard deviation") % {"estimate": estimate_text(card)}
    if card.get("transform") == "log1p":
        return told + " " + _("(of its logarithm, as it is skewed)")
    return told


def _by_time(leak: dict[str, float]) -> str:
    return _("%(landmark)s at the landmark, %(late)s in the last month") % {
        "landmark": decimal(leak["odds_ratio_landmark"]),
        "late": decimal(leak["odds_ratio_late"]),
    }


def checks_told(finding: Finding) -> list[Told]:
    """The checks in words; of a finding without answer only what gives none away."""
    told = []
    for check in finding.numbers["checks"]:
        if finding.verdict not in DECIDED and check["name"] != "share_missing":
            continue
        if check["value"] is None or check["name"] not in CHECKS:
            continue
        share = check["name"] in ("share_missing", "explained_by_shared_terms")
        value = percent(check["value"]) if share else plain(check["value"])
        told.append(Told(str(CHECKS[check["name"]]), value, check["passed"]))
    return told


def left_out_told(run: EvidenceRun) -> list[Told]:
    """Decisions that were left out, with the reason."""
    return [
        Told(str(LEFT_OUT[reason]), whole(count))
        for reason, count in run.left_out.items()
        if count and reason in LEFT_OUT
    ]


def not_compared_told(run: EvidenceRun) -> list[Told]:
    """Fields that were left aside, with the reason."""
    japanese = in_japanese()
    return [
        Told(field["label_ja" if japanese else "label_en"], str(NOT_COMPARED[field["reason"]]))
        for field in run.not_compared
    ]

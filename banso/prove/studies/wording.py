"""What may be said, in the wording of METHODS 1.1. Nothing here says why, or what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from banso.prove.studies.models import EvidenceRun, Finding, Verdict
from banso.shared.figures import figure

STALE_DAYS = 92

REASONS = {
    "too_few_events": gettext_lazy(
        "At least %(events_needed)s decisions not to renew are needed; there are %(events)s."
    ),
    "too_few_non_events": gettext_lazy(
        "At least %(events_needed)s renewals are needed; there are %(non_events)s."
    ),
    "too_few_event_accounts": gettext_lazy(
        "At least %(accounts_needed)s different customers that did not renew are needed; there are "
        "%(event_accounts)s."
    ),
    "too_few_non_event_accounts": gettext_lazy(
        "At least %(accounts_needed)s different customers that renewed are needed; there are "
        "%(non_event_accounts)s."
    ),
    "too_many_missing": gettext_lazy(
        "For %(share_missing)s of the decisions the value is unknown; %(share_allowed)s at most "
        "may be missing."
    ),
    "recorded_late": gettext_lazy(
        "The value was written down only after the decisions, so it may be their result. It counts "
        "for decisions from now on."
    ),
    "recorded_late_own": gettext_lazy(
        "The value was written down only after the decisions, so it may be their result. If it was "
        "known when the contract began and has not changed since, say so in the field's settings."
    ),
    "no_variation": gettext_lazy("All these customers have the same value so far."),
    "too_few_in_level": gettext_lazy(
        "Only %(accounts_in_level)s customers differ from the most common value; "
        "%(accounts_needed)s are needed."
    ),
    "interval_too_wide": gettext_lazy(
        "The interval is still too wide: a difference that matters and none at all both fit."
    ),
    "not_separable": gettext_lazy(
        "It cannot be told apart from contract type, length of the relation or season."
    ),
}
CLAIMS = {
    "L0": gettext_lazy("Level 0: not enough data yet"),
    "L1": gettext_lazy("Level 1: goes with renewal"),
    "L2": gettext_lazy("Level 2: candidate driver"),
    "L-": gettext_lazy("No meaningful association"),
    "LEAK": gettext_lazy("Suspicious: no level"),
}
LEAKS = {
    "outcome": gettext_lazy(
        "It says how the contract ended, or is recorded because it ended. It cannot foretell that."
    ),
    "lifetime": gettext_lazy(
        "It is a total over the whole relation: who stays longer has more of it. Measure it per "
        "month instead."
    ),
    "tenure": gettext_lazy(
        "It counts the time until now: who left has less of it. “Months as a customer” is measured "
        "before the decision and can be used instead."
    ),
    "timing": gettext_lazy(
        "It moves after the decision to leave: strong in the last month, nothing to see before "
        "the landmark. It cannot be used as a KPI."
    ),
    "auc": gettext_lazy(
        "It tells renewals from the others almost without fault, which hardly anything known "
        "beforehand does. Check when its values are recorded."
    ),
}
LEFT_OUT = {
    "undecided": gettext_lazy("ended within the last 31 days, and nobody has said how"),
    "not_watched": gettext_lazy("before we watched, or too soon after"),
    "not_due": gettext_lazy("ended early, and those that go on are not due yet"),
    "decided_before": gettext_lazy("ended or given notice before the landmark"),
    "too_young": gettext_lazy("the contract began after the landmark"),
    "trial": gettext_lazy("trials"),
}
NOT_COMPARED = {
    "date": gettext_lazy("a date"),
    "many_values": gettext_lazy("nearly every customer has another value"),
    "currencies": gettext_lazy("amounts in several currencies"),
    "intervals": gettext_lazy("monthly and longer contracts are decided at different intervals"),
}
CHECKS = {
    "share_missing": gettext_lazy("Share of decisions without a value"),
    "explained_by_shared_terms": gettext_lazy(
        "Share explained by contract type, tenure and season (R²)"
    ),
    "shared_terms_left_out": gettext_lazy("Adjustments left out for lack of data"),
    "largest_shift_by_one_account": gettext_lazy(
        "Largest move by a single customer (standard errors)"
    ),
    "leak_timing": gettext_lazy("Strength in the last month (z)"),
    "inflated_after_notice": gettext_lazy("Last month against the landmark (ratio)"),
    "auc": gettext_lazy("How well it tells renewals from the others alone (AUC)"),
    "cochran_armitage": gettext_lazy("Trend over the levels (p)"),
}


def headline(run: EvidenceRun, findings: Sequence[Finding], today: date) -> str:
    """The page's answer: how many can be judged, on how many renewals."""
    n = verdict_counts(findings)
    parts = [
        ngettext("%(n)s goes with renewal", "%(n)s go with renewal", n[Verdict.ASSOCIATED]),
        ngettext("%(n)s does not", "%(n)s do not", n[Verdict.NO_ASSOCIATION]),
        _("%(n)s cannot be judged yet"),
        ngettext("%(n)s looks suspicious", "%(n)s look suspicious", n[Verdict.SUSPICIOUS]),
    ]
    counts = (n[verdict] for verdict in Verdict)
    listed = ("、" if in_japanese() else ", ").join(
        p % {"n": whole(k)} for p, k in zip(parts, counts, strict=True)
    )
    first = ngettext(
        "Of %(total)s metric or attribute, %(parts)s.",
        "Of %(total)s metrics and attributes, %(parts)s.",
        len(findings),
    ) % {"total": whole(len(findings)), "parts": listed}
    return together(first, decided(run), _next_answer(findings, today))


def verdict_counts(findings: Sequence[Finding]) -> Counter[str]:
    """How many findings there are of each verdict."""
    return Counter(finding.verdict for finding in findings)


def _next_answer(findings: Sequence[Finding], today: date) -> str:
    ahead = [f.expected_by for f in findings if f.expected_by and f.expected_by > today]
    if not ahead or stale(findings[0].run, today):
        return ""
    return _("The next answer may come %(when)s.") % {"when": about(min(ahead))}


def in_japanese() -> bool:
    return (get_language() or "").startswith("ja")


def together(*sentences: str) -> str:
    """Sentences one after the other; Japanese puts no space between them."""
    return ("" if in_japanese() else " ").join(sentence for sentence in sentences if sentence)


def decided(run: EvidenceRun) -> str:
    return ngettext(
        "%(n)s renewal decided, %(lost)s not renewed.",
        "%(n)s renewals decided, %(lost)s not renewed.",
        run.decisions,
    ) % {"n": whole(run.decisions), "lost": whole(run.non_renewals)}


def sentence(finding: Finding, today: date) -> str:
    """The finding in plain words; its strength is the verdict's, no more."""
    card = finding.numbers
    if finding.verdict == Verdict.ASSOCIATED:
        return together(
            direction_told(finding), _remains(finding), small_told(card), association_only()
        )
    if finding.verdict == Verdict.NO_ASSOCIATION:
        return _("There seems to be no association of a size that matters.")
    if finding.verdict == Verdict.SUSPICIOUS:
        return str(LEAKS[card["leak"]["definition"] or card["leak"]["status"]])
    return together(_reason(finding), expected(finding, today))


def _remains(finding: Finding) -> str:
    """Level 2: what may be said of an association that stands with everything else held."""
    if finding.level != "L2":
        return ""
    return _("It remains when the other metrics and what is known of the customers are held: a "
             "candidate driver, not a proven one.")  # fmt: skip


def claim_name(level: str) -> str:
    """The step on the ladder of claims, in words."""
    return str(CLAIMS[level])


def association_only() -> str:
    return _("(An association, not an effect.)")


def expected(finding: Finding, today: date) -> str:
    """By when an answer may come; a date that has passed means that the data are old."""
    if finding.numbers.get("reason") in ("recorded_late", "not_separable", "no_variation"):
        return ""
    if finding.expected_by is None:
        return _("Nobody can say yet when that will change.")
    if finding.expected_by <= today or stale(finding.run, today):
        return _("Import newer renewals to know.")
    return _("Known by %(when)s.") % {"when": about(finding.expected_by)}


def stale(run: EvidenceRun, today: date) -> bool:
    """Whether nothing was recorded for so long that the pace of renewals foretells nothing."""
    return run.data_cut is not None and (today - run.data_cut).days > STALE_DAYS


def about(day: date) -> str:
    return _("about %(month)s") % {"month": date_format(day, "YEAR_MONTH_FORMAT")}


def direction_told(finding: Finding) -> str:
    """Which way an association goes."""
    name, card = {"name": finding.label}, finding.numbers
    if card["kind"] == "nominal":
        return _("The renewal rate differs by “%(name)s”.") % name
    more = card["direction"] == "more"
    if card["kind"] == "flag":
        if more:
            return _("Customers with “%(name)s” tend to renew more often.") % name
        return _("Customers with “%(name)s” tend to renew less often.") % name
    if more:
        return _("The higher “%(name)s”, the more often customers tend to renew.") % name
    return _("The higher “%(name)s”, the less often customers tend to renew.") % name


def small_told(card: dict[str, Any]) -> str:
    """Whether an association is too small to matter."""
    return _("The difference is small.") if card.get("small") else ""


def _reason(finding: Finding) -> str:
    card, reason = finding.numbers, finding.numbers["reason"]
    if reason == "recorded_late" and ".own." in finding.key:
        reason = "recorded_late_own"
    needs = {key: whole(round(value)) for key, value in card["needs"].items()}
    for key in ("share_missing", "share_allowed"):
        if key in card["needs"]:
            needs[key] = percent(card["needs"][key])
    said = str(REASONS[reason]) % needs
    if reason == "interval_too_wide" and card["mde_now"]:
        return together(said, detectable(card))
    return said


def detectable(card: dict[str, Any]) -> str:
    """The smallest difference that the data could show today."""
    if not card["mde_now"]:
        return ""
    told = {"mde": decimal(card["mde_now"])}
    if card["kind"] == "nominal":
        return _("What could be told today: an odds ratio of %(mde)s between two kinds.") % told
    return (
        _("What could be told today: an odds ratio of %(mde)s or more per standard deviation.")
        % told
    )


def level_name(key: str, label: str) -> str:
    """A level's name for readers; our own codes are translated, the organisation's stand as are."""
    known = {
        "lowest": _("Lowest third"),
        "highest": _("Highest third"),
        "monthly": _("Monthly"),
        "under_a_year": _("Under a year"),
        "annual": _("Annual"),
        "multi_year": _("Several years"),
    }
    if key == "account.touch_model":
        known |= {
            "high": _("High touch"),
            "mid": _("Mid touch"),
            "low": _("Low touch"),
            "tech": _("Tech touch"),
        }
    return " / ".join(known.get(part, part) for part in label.split(" / "))


def whole(value: int) -> str:
    return figure(value)


def decimal(value: float, places: int = 2) -> str:
    return figure(value, places)


def plain(value: float) -> str:
    """A whole number without decimals, any other with two."""
    return decimal(value, 0 if float(value).is_integer() else 2)


def percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def p_value(value: float | None) -> str:
    if value is None:
        return ""
    return "< 0.001" if value < 0.001 else decimal(value, 3)

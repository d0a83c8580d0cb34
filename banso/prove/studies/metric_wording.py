"""What is said on a metric's page: its level, what is left with others held, the leak check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.prove.studies.models import Finding, Verdict
from banso.prove.studies.wording import (
    about,
    decimal,
    in_japanese,
    p_value,
    percent,
    together,
    whole,
)

DECIDED = (Verdict.ASSOCIATED, Verdict.NO_ASSOCIATION)
REFUSED = {
    "one_outcome": gettext_lazy(
        "All decisions ended the same way, so there is nothing to compare."
    ),
    "no_variation": gettext_lazy("All these customers have the same value so far."),
    "too_many_missing": gettext_lazy(
        "For %(share_missing)s of the decisions the value is unknown; %(share_allowed)s at most "
        "may be missing."
    ),
    "nothing_to_hold": gettext_lazy(
        "There is no other metric and no attribute that could be held. Define more metrics, or "
        "import what you know about your customers."
    ),
    "too_few_events_per_parameter": gettext_lazy(
        "To hold one metric of each group and the shared terms, %(parameters)s numbers must be "
        "estimated; that asks for %(events_needed)s decisions of the rarer outcome, and there are "
        "%(events)s."
    ),
    "not_separable": gettext_lazy("It cannot be told apart from what would be held."),
}


def names_told(names: Sequence[Sequence[str]]) -> str:
    """Names in the reader's language, one after the other."""
    japanese = in_japanese()
    return ("、" if japanese else ", ").join(pair[1 if japanese else 0] for pair in names)


def partial_told(finding: Finding, partial: Mapping[str, Any] | None, today: date) -> str:
    """What is left of the association with the others held, or why that cannot be told."""
    if finding.verdict == Verdict.SUSPICIOUS:
        return _("A metric that looks suspicious is not compared with others.")
    if finding.verdict not in DECIDED or partial is None:
        return _("This is asked once the metric alone can be judged.")
    if partial["answer"] is None:
        return together(_refused(partial), _by_when(partial, today))
    answer = partial["answer"]
    told = _("With the others held the odds ratio of renewal is %(value)s (%(low)s–%(high)s) per "
             "standard deviation; n = %(n)s, %(events)s not renewed, q %(q)s.") % {
        "value": decimal(answer["value"]), "low": decimal(answer["low"]),
        "high": decimal(answer["high"]), "n": whole(answer["n"]),
        "events": whole(partial["events"]), "q": p_value(partial["q"]),
    }  # fmt: skip
    return together(told, _left(finding, partial), _attributes(partial))


def with_later_told(partial: Mapping[str, Any] | None) -> str:
    """What is left when that which follows from the metric is held as well; "" if nothing does."""
    whole_one = (partial or {}).get("with_later")
    if not whole_one:
        return ""
    if whole_one["answer"] is None:
        return _("With them held as well it cannot be told, for lack of decisions.")
    answer = whole_one["answer"]
    return _("With them held as well the odds ratio is %(value)s (%(low)s–%(high)s): what the "
             "metric adds to what follows from it, not how much it matters.") % {
        "value": decimal(answer["value"]), "low": decimal(answer["low"]),
        "high": decimal(answer["high"]),
    }  # fmt: skip


def _left(finding: Finding, partial: Mapping[str, Any]) -> str:
    value, alone = partial["answer"]["value"], finding.numbers["estimate"]["value"]
    if finding.verdict != Verdict.ASSOCIATED:
        return ""
    if partial["q"] <= finding.run.settings["q_target"]:
        if (value > 1) == (alone > 1):
            return _("The difference remains.")
        return _("It turns to the other side: look at the metrics that say the same.")
    return _("Whether any of it remains cannot be told.")


def _attributes(partial: Mapping[str, Any]) -> str:
    if partial["attributes"]:
        return ""
    return _("What is known of the customers could not be held as well, for lack of decisions: the "
             "level stays as it is.")  # fmt: skip


def _refused(partial: Mapping[str, Any]) -> str:
    needs = {name: whole(round(value)) for name, value in partial["needs"].items()}
    for name in ("share_missing", "share_allowed"):
        if name in partial["needs"]:
            needs[name] = percent(partial["needs"][name])
    return str(REFUSED[partial["reason"]]) % needs


def _by_when(partial: Mapping[str, Any], today: date) -> str:
    if partial["reason"] != "too_few_events_per_parameter":
        return ""
    if not partial["expected_by"]:
        return _("Nobody can say yet when that will change.")
    day = date.fromisoformat(partial["expected_by"])
    if day <= today:
        return _("Import newer renewals to know.")
    return _("Known by %(when)s.") % {"when": about(day)}


def leak_told(finding: Finding, leak: Mapping[str, Any] | None) -> str:
    """Whether the metric moves after the decision; odds ratios only where they may be told."""
    passed = {check["name"]: check["passed"] for check in finding.numbers["checks"]}
    if leak is None or passed.get("leak_timing") is None:
        return _("The alarm could not be run: it needs an estimate at the landmark and in the last "
                 "month.")  # fmt: skip
    times = ""
    if finding.verdict in (*DECIDED, Verdict.SUSPICIOUS) and leak["late"] is not None:
        told = {"landmark": decimal(leak["landmark"]), "late": decimal(leak["late"])}
        times = (
            _("Odds ratio of renewal per standard deviation: %(landmark)s at the landmark, "
              "%(late)s in the last month.") % told
        )  # fmt: skip
    if passed["leak_timing"] is False:
        return together(_("The alarm went off: it moves after the decision."), times)
    if finding.verdict in DECIDED and passed.get("inflated_after_notice") is False:
        inflated = _("It is much stronger in the last month, after many have decided; only the "
                     "values at the landmark count here.")  # fmt: skip
        return together(inflated, times)
    return together(_("The alarm did not go off."), times)


def split_told(split: Mapping[str, Any], q_target: float) -> str:
    """Whether the segments differ from each other, where two of them could be estimated."""
    p = split["differs_p"]
    if p is None:
        return ""
    if p <= q_target:
        return _("The segments seem to differ (p %(p)s).") % {"p": p_value(p)}
    return _("That the segments differ cannot be told (p %(p)s).") % {"p": p_value(p)}

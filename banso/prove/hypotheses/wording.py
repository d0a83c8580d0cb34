"""What may be said of a hypothesis: the claim in plain words, and what a check showed. Never why,
and never an effect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.measure.metrics.models import MetricDefinition, Unit
from banso.prove.hypotheses.measuring import Ahead
from banso.prove.hypotheses.models import Check, Direction, Hypothesis, Level, Result
from banso.prove.hypotheses.outcomes import outcome_of_claim
from banso.prove.hypotheses.rules import Plan
from banso.prove.studies.wording import (
    LEAKS,
    REASONS,
    about,
    association_only,
    decimal,
    in_japanese,
    percent,
    plain,
    together,
    whole,
)

# more decisions alone do not change these
NO_DATE = ("no_variation", "not_separable", "too_many_missing")
ABOUT_LEVELS = {
    Level.CANDIDATE: gettext_lazy("Written down; no later decisions have borne it out."),
    Level.ASSOCIATED: gettext_lazy("Found once. It must be found again on later decisions."),
    Level.REPLICATED: gettext_lazy("Found again on decisions that came later."),
    Level.RETIRED: gettext_lazy("No longer checked."),
}


def headline(found: Sequence[Hypothesis], today: date) -> str:
    """The answer of the list: how many stand on which step, and when the next check is."""
    n = Counter(hypothesis.level for hypothesis in found)
    parts = [
        ngettext("%(n)s replicated", "%(n)s replicated", n[Level.REPLICATED]),
        ngettext("%(n)s associated", "%(n)s associated", n[Level.ASSOCIATED]),
        ngettext("%(n)s candidate", "%(n)s candidates", n[Level.CANDIDATE]),
        ngettext("%(n)s retired", "%(n)s retired", n[Level.RETIRED]),
    ]
    order = (Level.REPLICATED, Level.ASSOCIATED, Level.CANDIDATE, Level.RETIRED)
    listed = [p % {"n": whole(n[level])} for p, level in zip(parts, order, strict=True) if n[level]]
    ahead = [h.next_check_on for h in found if h.retired_at is None]
    upcoming = ""
    if ahead:
        day = date_format(max(min(ahead), today), "DATE_FORMAT")
        upcoming = _("The next check is on %(day)s.") % {"day": day}
    return together(
        _("%(parts)s.") % {"parts": ("、" if in_japanese() else ", ").join(listed)}, upcoming
    )


def outcome_name(hypothesis: Hypothesis) -> str:
    known = outcome_of_claim(hypothesis)
    return str(known.name) if known else hypothesis.outcome


def missed(hypothesis: Hypothesis) -> str:
    known = outcome_of_claim(hypothesis)
    return str(known.missed) if known else _("not reached")


def threshold_text(metric: MetricDefinition, threshold: float) -> str:
    """A threshold in the metric's unit."""
    if metric.unit in (Unit.SHARE, Unit.CHANGE):
        return f"{100 * threshold:.0f}%"
    if metric.unit == Unit.DAYS:
        return _("%(n)s days") % {"n": plain(threshold)}
    return plain(threshold)


def claim(hypothesis: Hypothesis) -> str:
    """What will be compared, in one sentence made from the record."""
    told = {"metric": hypothesis.metric.name, "outcome": outcome_name(hypothesis)}
    more = hypothesis.direction == Direction.MORE
    if hypothesis.compare and hypothesis.threshold is not None:
        told["threshold"] = threshold_text(hypothesis.metric, hypothesis.threshold)
        if hypothesis.compare == "at_most":
            said = (
                _("%(outcome)s is more frequent where “%(metric)s” is at most %(threshold)s.")
                if more
                else _("%(outcome)s is less frequent where “%(metric)s” is at most %(threshold)s.")
            )
        else:
            said = (
                _("%(outcome)s is more frequent where “%(metric)s” is at least %(threshold)s.")
                if more
                else _("%(outcome)s is less frequent where “%(metric)s” is at least %(threshold)s.")
            )
    elif more:
        said = _("The higher “%(metric)s”, the more frequent: %(outcome)s.")
    else:
        said = _("The higher “%(metric)s”, the less frequent: %(outcome)s.")
    if not hypothesis.segment:
        return said % told
    return together(said % told, _("Only %(segment)s.") % {"segment": hypothesis.segment})


def points(share: float) -> str:
    return plain(round(100 * share, 1))


def said_by(check: Check | None, hypothesis: Hypothesis, today: date) -> str:
    """The newest check in plain words."""
    if check is None:
        return _("It has not been checked yet.")
    if check.result == Result.WAITING:
        return together(waiting(check, hypothesis), expected(check, today))
    return together(_looked(check, hypothesis), _next_look(check, today))


def _next_look(check: Check, today: date) -> str:
    if check.level_after == Level.RETIRED or not check.expected_by or check.expected_by <= today:
        return ""
    return _("The next look may come %(when)s.") % {"when": about(check.expected_by)}


def _looked(check: Check, hypothesis: Hypothesis) -> str:
    card = check.figures["new"]
    told = {"n": whole(card["n_rows"])}
    if check.result == Result.FOUND:
        said = _("On %(n)s decisions that came after it was written down, it came out as claimed.")
        return together(said % told, association_only())
    if check.result == Result.CONTRARY:
        return _contrary(card, hypothesis)
    if check.result == Result.LEAK:
        return _leak_told(card["leak"])
    said = _(
        "On %(n)s decisions that came after it was written down, the difference of interest and "
        "none at all both remain possible."
    )
    return said % told


def _contrary(card: dict[str, Any], hypothesis: Hypothesis) -> str:
    told = {"n": whole(card["n_rows"]), "points": points(hypothesis.smallest)}
    more = card["log_odds"] < 0
    if more == (hypothesis.direction == Direction.MORE):
        return (
            _(
                "On %(n)s decisions that came after it was written down, it goes the claimed way, "
                "but is smaller than the %(points)s points of interest."
            )
            % told
        )
    return (
        _("On %(n)s decisions that came after it was written down, it goes the other way.") % told
    )


def waiting(check: Check, hypothesis: Hypothesis) -> str:
    """How much has come, and how much is needed."""
    needs, reason = check.figures.get("plan", {}), check.figures.get("reason", "")
    came = ngettext(
        "Not enough data yet: since %(day)s %(rows)s decision has come that can count, of them "
        "%(events)s %(missed)s.",
        "Not enough data yet: since %(day)s %(rows)s decisions have come that can count, of them "
        "%(events)s %(missed)s.",
        int(needs.get("rows", 0)),
    ) % {
        "day": date_format(check.since, "DATE_FORMAT"),
        "rows": whole(int(needs.get("rows", 0))),
        "events": whole(int(needs.get("events", 0))),
        "missed": missed(hypothesis),
    }
    return together(came, _short_of(reason, needs, hypothesis))


def _short_of(reason: str, needs: dict[str, Any], hypothesis: Hypothesis) -> str:
    if reason == "too_few_for_difference":
        return _(
            "To tell a difference of %(points)s points, about %(needed)s that are %(missed)s are "
            "needed."
        ) % {
            "points": points(hypothesis.smallest),
            "needed": whole(int(needs["events_needed"])),
            "missed": missed(hypothesis),
        }
    if reason in ("too_few_events", "too_few_event_accounts"):
        return _("About %(needed)s that are %(missed)s are needed, of different customers.") % {
            "needed": whole(int(needs["events_needed"])),
            "missed": missed(hypothesis),
        }
    if reason in ("too_few_non_events", "too_few_non_event_accounts"):
        return _("At least %(needed)s of the others are needed, too.") % {
            "needed": whole(int(needs["accounts_needed"]))
        }
    if reason in REASONS:
        shown = {key: whole(round(value)) for key, value in needs.items()}
        for key in ("share_missing", "share_allowed"):
            if key in needs:
                shown[key] = percent(needs[key])
        return str(REASONS[reason]) % shown
    return ""


def expected(check: Check, today: date) -> str:
    """By when the next look may open, with the assumption it rests on."""
    needs, reason = check.figures.get("plan", {}), check.figures.get("reason", "")
    if reason in NO_DATE:
        return ""
    if check.expected_by is None and "per_month" not in needs:
        return _("Nobody can say yet when that will change.")
    if check.expected_by is None:
        return _(
            "At the present pace that takes more than 50 years: look at an outcome that comes "
            "sooner, or at a larger difference."
        )
    if check.expected_by <= today:
        return _("Import newer decisions to know.")
    known = _("Known by %(when)s.") % {"when": about(check.expected_by)}
    if "per_month" not in needs:
        return known
    basis = _("(Assumes %(pace)s decisions a month, %(rate)s of them %(missed)s.)") % {
        "pace": decimal(needs["per_month"], 1),
        "rate": percent(needs["event_rate"]),
        "missed": missed(check.hypothesis),
    }
    return together(known, basis)


def look_ahead_words(found: Ahead, plan: Plan) -> str:
    """When a first look at a hypothesis written today may come."""
    if found.basis.per_month is None:
        return _("No decision is known to come: import contracts with their ends.")
    told = {
        "pace": decimal(found.basis.per_month, 1),
        "rate": percent(found.basis.event_rate),
        "missed": found.missed,
    }
    first = _("At %(pace)s decisions a month, %(rate)s of them %(missed)s:") % told
    if plan.expected_by is None:
        return together(
            first,
            _("a first look would take more than 50 years. Choose a larger difference."),
        )
    when = {"when": about(plan.expected_by), "needed": whole(int(plan.needs["events_needed"]))}
    return together(
        first, _("a first look may come %(when)s, with about %(needed)s of these.") % when
    )


def retired_words(hypothesis: Hypothesis, check: Check | None) -> str:
    """Why it is no longer checked; check: the newest one, which says what kind of leak it was."""
    if hypothesis.retired_because == Result.CONTRARY.value:
        return _("Two looks in a row did not come out as claimed.")
    if hypothesis.retired_because == Result.LEAK.value:
        leak = ((check.figures.get("new") if check else None) or {}).get("leak")
        return _leak_told(leak or {"definition": "", "status": "timing"})
    return hypothesis.retired_because


def _leak_told(leak: dict[str, Any]) -> str:
    return str(LEAKS[leak["definition"] or leak["status"]])

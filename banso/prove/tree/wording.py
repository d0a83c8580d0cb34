"""What may be said of a tree's nodes and lines: an association, never an effect."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.measure.metrics.models import Unit
from banso.prove.studies.wording import (
    LEAKS,
    REASONS,
    about,
    association_only,
    decimal,
    p_value,
    percent,
    plain,
    together,
    whole,
)
from banso.prove.tree.goals import known_goals
from banso.prove.tree.models import EdgeState, Node

WHY_NOT = {
    "goal_below": gettext_lazy("A goal below another is not tested."),
    "goal_untested": gettext_lazy("There are no single decisions behind the figure above it."),
    "too_few_paying": gettext_lazy(
        "At least %(accounts_needed)s customers with both figures are needed; there are "
        "%(accounts)s."
    ),
    "too_few_accounts": gettext_lazy("At least 20 customers with both figures are needed."),
    "too_few_months": gettext_lazy("At least four months with both figures are needed."),
    "too_few_moved": gettext_lazy(
        "At least %(accounts_needed)s customers that paid another amount after a renewal are "
        "needed; there are %(accounts)s."
    ),
    "same_share": gettext_lazy("All these customers kept the same share of the money."),
    "no_variation": gettext_lazy(
        "It does not change from month to month for a customer. Hang it under the goal instead."
    ),
}

SCALES = {
    "panel": gettext_lazy("Change in standard deviations, a month later, within customers"),
    "money": gettext_lazy("Share of the money kept, more for one standard deviation more"),
    "decisions": gettext_lazy("Odds ratio of what stands above, per standard deviation"),
}
DECIDED = (EdgeState.SUPPORTED, EdgeState.REFUTED)
MONEY_REASONS = {
    "too_few_accounts": "too_few_paying",
    "too_few_moved": "too_few_moved",
    "same_share": "same_share",
}


def name_of(node: Node) -> str:
    if node.metric is not None:
        return node.metric.name
    goal = known_goals().get(node.goal)
    return str(goal.name) if goal else node.goal


def role_of(node: Node) -> str:
    """What a node may be called."""
    if node.is_root or node.goal:
        return _("Goal")
    return _("KPI") if node.is_kpi else _("Monitored indicator")


def headline(nodes: list[Node]) -> str:
    """The tree's answer: how many of its lines hold."""
    lines = [n for n in nodes if not n.is_root and n.state != EdgeState.NO_TEST]
    if len(nodes) <= 1:
        return _("Only the goal is drawn. Hang under it what you believe goes with it.")
    n = {state: sum(node.state == state for node in lines) for state in EdgeState.values}
    if not lines:
        return _("None of its lines can be tested.")
    first = ngettext("%(k)s of %(n)s line holds.", "%(k)s of %(n)s lines hold.", len(lines)) % {
        "k": whole(n["supported"]),
        "n": whole(len(lines)),
    }
    parts = [first]
    if n["unknown"]:
        parts.append(
            ngettext(
                "Of %(n)s nothing can be said yet.", "Of %(n)s nothing can be said yet.",
                n["unknown"],
            ) % {"n": whole(n["unknown"])}
        )  # fmt: skip
    if n["refuted"]:
        parts.append(
            ngettext("%(n)s does not hold.", "%(n)s do not hold.", n["refuted"])
            % {"n": whole(n["refuted"])}
        )
    if n["untested"]:
        parts.append(
            ngettext("%(n)s is being tested.", "%(n)s are being tested.", n["untested"])
            % {"n": whole(n["untested"])}
        )
    return together(*parts)


def claim(node: Node, parent: Node) -> str:
    """What a line says, as it is drawn."""
    told = {"child": name_of(node), "parent": name_of(parent)}
    if node.direction == "more":
        return _("The higher “%(child)s”, the higher “%(parent)s”.") % told
    return _("The higher “%(child)s”, the lower “%(parent)s”.") % told


def said(node: Node) -> str:
    """What the test of a line gave."""
    card = node.evidence
    if node.state == EdgeState.UNTESTED:
        return _("This line is being tested.")
    if node.state == EdgeState.NO_TEST:
        return str(WHY_NOT.get(card.get("reason", ""), ""))
    if node.state == EdgeState.LEAK:
        leak = card.get("leak") or {}
        return str(LEAKS.get(str(leak.get("definition") or leak.get("status")), ""))
    if node.state == EdgeState.SUPPORTED:
        above = (
            ""
            if node.is_kpi or node.goal
            else _("But a line above it does not hold, so it is no KPI yet.")
        )
        return together(_("It goes with it, the way it is drawn."), above, association_only())
    if node.state == EdgeState.REFUTED:
        if card.get("q") is not None and card["q"] <= 0.10:
            return _("It goes with it, but the other way round.")
        return _("There seems to be no association of a size that matters.")
    return together(_why_unknown(card), _when(card))


def _why_unknown(card: dict[str, Any]) -> str:
    reason, needs = card.get("reason"), card.get("needs", {})
    if card.get("kind") == "panel":
        return str(WHY_NOT.get(reason or "", REASONS["interval_too_wide"]))
    if card.get("kind") == "money" and reason in MONEY_REASONS:
        told = {key: whole(round(value)) for key, value in needs.items()}
        return str(WHY_NOT[MONEY_REASONS[reason]]) % told
    if reason in REASONS:
        shown = {key: whole(round(value)) for key, value in needs.items()}
        for key in ("share_missing", "share_allowed"):
            if key in needs:
                shown[key] = percent(needs[key])
        return str(REASONS[reason]) % shown
    return str(REASONS["interval_too_wide"])


def _when(card: dict[str, Any]) -> str:
    if card.get("reason") in ("no_variation", "not_separable", "too_many_missing"):
        return ""
    if not card.get("expected_by"):
        return _("Nobody can say yet when that will change.")
    return _("Known by %(when)s.") % {"when": about(date.fromisoformat(card["expected_by"]))}


def month_of(card: dict[str, Any]) -> str:
    """The month by which a line may be judged; "" where nobody can say."""
    day = card.get("expected_by")
    return date_format(date.fromisoformat(day), "YEAR_MONTH_FORMAT") if day else ""


def estimate_of(node: Node) -> str:
    """The estimate with its interval, of lines that are decided only."""
    card = node.evidence
    if node.state not in DECIDED or not card.get("ci95"):
        return ""
    value, (low, high) = card["estimate"]["value"], card["ci95"]
    if card.get("kind") == "money":
        told = [_points(number) for number in (value, low, high)]
        return _("%(value)s points (%(low)s to %(high)s)") % dict(
            zip(("value", "low", "high"), told, strict=True)
        )
    if low is None or high is None:
        return decimal(value)
    return f"{decimal(value)} ({decimal(low)}–{decimal(high)})"


def facts_of(node: Node) -> list[tuple[str, str]]:
    """What the test rests on."""
    card = node.evidence
    if not card.get("n_rows"):
        return []
    kind = card.get("kind")
    facts = [(str(SCALES.get(kind, SCALES["decisions"])), estimate_of(node))]
    told = {"n": whole(card["n_rows"]), "customers": whole(card.get("n_accounts") or 0)}
    if kind == "panel":
        facts.append((_("Months"), _("%(n)s months of %(customers)s customers") % told))
    else:
        told["lost"] = whole(card["n_events"])
        facts.append((_("Decisions"), _behind(kind) % told))
    decided = node.state in DECIDED
    if decided and card.get("q") is not None:
        told = {"q": p_value(card["q"]), "size": whole(card["family_size"])}
        facts.append(("q", _("%(q)s (%(size)s lines tested together)") % told))
    if decided and kind == "panel" and card.get("explained") is not None:
        facts.append((_("Share of the ups and downs it goes with"), percent(card["explained"])))
    if decided and card.get("auc"):
        text = _("%(auc)s (0.5 is a coin toss, 1 faultless)") % {"auc": decimal(card["auc"])}
        facts.append((_("How well it alone tells the two apart (AUC)"), text))
    return [(name, text) for name, text in facts if text]


def _behind(kind: str | None) -> str:
    if kind == "money":
        return _("%(n)s of %(customers)s customers, after %(lost)s of them less was paid")
    return _("%(n)s of %(customers)s customers, %(lost)s without the outcome")


def _points(share: float) -> str:
    sign = "+" if share > 0 else "−" if share < 0 else "±"
    return f"{sign}{decimal(abs(100 * share), 1)}"


def unit_of(node: Node) -> str:
    if node.metric is not None:
        return node.metric.unit
    goal = known_goals().get(node.goal)
    return goal.unit if goal else ""


def shown(node: Node, value: float) -> str:
    """A value in the unit of the node."""
    unit = unit_of(node)
    if unit in (Unit.SHARE, Unit.CHANGE):
        return f"{100 * value:.0f}%"
    return _one_decimal(value)


def _one_decimal(value: float) -> str:
    rounded = round(value, 1)
    return decimal(rounded, 0 if rounded.is_integer() else 1)


def actual_of(node: Node) -> str:
    """The actual with its interval and n."""
    found = node.standing.get("actual")
    if not found:
        return ""
    value = shown(node, found["value"])
    if found["low"] is not None:
        value = f"{value} ({shown(node, found['low'])}–{shown(node, found['high'])})"
    return f"{value}, n = {whole(found['n'])}"


def better_of(node: Node) -> str:
    if node.metric is not None:
        return node.metric.better
    goal = known_goals().get(node.goal)
    return goal.better if goal else ""


def distance_of(node: Node) -> str:
    """How far the target is."""
    found = node.standing.get("actual")
    if node.target is None or not found:
        return ""
    apart = node.target - found["value"]
    if (apart <= 0 and better_of(node) != "lower") or (apart >= 0 and better_of(node) == "lower"):
        return _("reached")
    if unit_of(node) in (Unit.SHARE, Unit.CHANGE):
        return _("%(points)s points to go") % {"points": plain(round(100 * abs(apart)))}
    return _("%(apart)s to go") % {"apart": _one_decimal(abs(apart))}


def forecast_of(node: Node) -> str:
    """Where it would be on the day of the target if its course went on."""
    ahead = node.standing.get("forecast")
    if node.target_on is None:
        return ""
    if not ahead:
        return _("Too short a course for a forecast.")
    return _("%(value)s (%(low)s–%(high)s) if its course goes on, from %(n)s points") % {
        "value": shown(node, ahead["value"]),
        "low": shown(node, ahead["low"]),
        "high": shown(node, ahead["high"]),
        "n": whole(ahead["points"]),
    }


def target_of(node: Node) -> str:
    if node.target is None:
        return ""
    if node.target_on is None:
        return shown(node, node.target)
    day = date_format(node.target_on, "DATE_FORMAT")
    return _("%(value)s by %(day)s") % {"value": shown(node, node.target), "day": day}

"""An estimate as rows of a page, a file or a sheet: every assumption and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.prove.effects.wording import LEVELS
from banso.prove.studies.wording import claim_name, decimal, percent, together, whole
from banso.prove.worth.models import Estimate, Outcome, Scenario
from banso.prove.worth.rules import IS, Asked, kept_within
from banso.prove.worth.wording import (
    caution_told,
    comparison_told,
    cost_told,
    day_told,
    money,
    points,
    question_told,
    value_told,
    verify_told,
    what_told,
)
from banso.shared.figures import figure
from banso.shared.money import CURRENCIES
from banso.shared.sheets.content import Facts, Range, Sheet, places
from banso.shared.users.reads import organisation

WIDE = 200.0
NAMES = ("kept", "mrr", "nrr", "ltv")


@dataclass(frozen=True)
class Row:
    """One figure with its ranges and the upper bound; bar: x and width of its parts in a drawing
    200 wide.
    """

    name: str
    range: Range
    full: str
    full_limits: str
    bar: dict[str, float]


def names_told() -> dict[str, str]:
    return {
        "kept": _("Customers kept"), "mrr": _("MRR kept"), "nrr": _("NRR kept"),
        "ltv": _("Value kept (LTV)"),
    }  # fmt: skip


def text_of(name: str, value: float, currency: str) -> str:
    if name == "kept":
        return figure(value, 1)
    return points(value) if name == "nrr" else money(value, currency)


def range_text(name: str, low: float, high: float, currency: str) -> str:
    if name != "nrr":
        return f"{text_of(name, low, currency)} – {text_of(name, high, currency)}"
    told = {"low": figure(100 * low, 1), "high": figure(100 * high, 1)}
    return _("%(low)s – %(high)s points") % told


def rows_of(card: Mapping[str, Any]) -> list[Row]:
    asked, names = Asked.of(card["asked"]), names_told()
    return [_row(name, names[name], card["figures"][name], asked.currency) for name in NAMES]


def _row(key: str, name: str, found: Mapping[str, float], currency: str) -> Row:
    def told(which: str) -> str:
        return text_of(key, found[which], currency)

    def both(low: str, high: str) -> str:
        return range_text(key, found[low], found[high], currency)

    drawn = Range(
        name=name, text=told("value"), inner_text=both("low80", "high80"),
        outer_text=both("low95", "high95"), value=found["value"],
        inner=(found["low80"], found["high80"]), outer=(found["low95"], found["high95"]),
    )  # fmt: skip
    far, end, near, stop, dot, zero = (round(WIDE * place, 1) for place in places(drawn))
    bar = {
        "far": far, "far_width": round(end - far, 1), "near": near,
        "near_width": round(stop - near, 1), "dot": dot, "zero": zero,
    }  # fmt: skip
    return Row(name, drawn, told("full"), both("full_low", "full_high"), bar)


def assumptions_of(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Everything that was assumed, in words."""
    asked, change = Asked.of(card["asked"]), card["change"]
    base, unit = card["baseline"], card["subject"]["unit"]
    lasting = _("until the end of %(n)s quarters, evenly") % {"n": asked.quarters}
    if asked.renewal is None:
        rate = _("%(next)s on average at the next decision of these customers. As lately: "
                 "%(rate)s (95%% interval %(low)s–%(high)s) of n = %(n)s decisions.") % {
            "next": percent(base["next"]),
            "rate": percent(base["rate"]), "low": percent(base["low"]),
            "high": percent(base["high"]), "n": whole(base["n"]),
        }  # fmt: skip
        if asked.is_effect:
            rate = together(rate, _("Decisions of customers that had it by then are left aside."))
    else:
        rate = _("%(rate)s on average at the next decision, set by hand") % {
            "rate": percent(asked.renewal)
        }
    return [
        (_("Change"), together(
            _("%(what)s: %(now)s → %(target)s.") % {
                "what": what_told(card), "now": value_told(change["now"], None, asked, unit),
                "target": value_told(asked.target, None, asked, unit),
            }, _how(card))),
        (_("Takes effect"), lasting if asked.quarters else _("at once")),
        (_("Renewal rate without it"), rate),
        _comes_across(asked),
        (_("Discount and margin"), _("%(discount)s a year, %(margin)s of revenue") % {
            "discount": percent(asked.discount), "margin": percent(asked.margin)}),
        (_("Value counted"), together(
            _("for %(years)s years from today.") % {"years": asked.years}, _afterwards(card))),
        *([(_("Cost of the measure"), money(asked.cost, asked.currency))] if asked.cost else []),
        (_("Amounts"), _("stay as they are now; no increases, no new customers")),
    ]  # fmt: skip


def _how(card: Mapping[str, Any]) -> str:
    asked, change = Asked.of(card["asked"]), card["change"]
    told = {"n": whole(round(change["changed"])), "all": whole(card["customers"]["known"])}
    if asked.is_effect:
        return _("%(n)s of %(all)s customers come to get it, whoever they are.") % told
    if asked.compare == IS:
        return _("%(n)s of %(all)s customers come to have it, whoever they are.") % told
    if asked.compare:
        return _("%(n)s of %(all)s customers come to reach it, whoever they are.") % told
    told["level"] = value_told(change["level"], None, asked, card["subject"]["unit"])
    if asked.target > change["now"]:
        return _("The %(n)s of %(all)s customers that lie below %(level)s come up to it.") % told
    return _("The %(n)s of %(all)s customers that lie above %(level)s come down to it.") % told


def _comes_across(asked: Asked) -> tuple[str, str]:
    if not asked.is_effect:
        return _("Share of the difference that comes across"), _share(asked)
    return (
        _("Lift per customer"),
        _("as measured, with its interval, at every decision within the time; only the next one "
          "was compared. Who decides monthly has it over three months."),
    )  # fmt: skip


def _share(asked: Asked) -> str:
    if asked.low == asked.high:
        return percent(asked.low)
    told = {"low": percent(asked.low), "high": percent(asked.high)}
    return _("anything from %(low)s to %(high)s, all alike likely") % told


def _afterwards(card: Mapping[str, Any]) -> str:
    if card["lifetimes"]:
        return _("After the time looked at everybody renews as the model of lifetimes says.")
    return _("After the time looked at everybody goes on renewing at their own rate as before.")


def evidence_of(card: Mapping[str, Any], today: date) -> list[tuple[str, str]]:
    """What it rests on: level, estimate, n, customers, data, and by when one could know better."""
    found, asked, people = card["evidence"], Asked.of(card["asked"]), card["customers"]
    return [
        *_rests_on(card),
        (_("Decisions"), _("n = %(n)s of %(accounts)s customers, %(lost)s not renewed") % {
            "n": whole(found["n"]), "accounts": whole(found["accounts"]),
            "lost": whole(found["events"])}),
        (_("Customers"), _("%(n)s with %(mrr)s of MRR; %(in_time)s decide in this time") % {
            "n": whole(people["n"]), "mrr": money(people["mrr"], asked.currency),
            "in_time": whole(people["in_time"])}),
        (_("Data up to"), day_told(found["data_cut"])),
        *([] if _is_drawn(card) else [(_("To know better"), verify_told(card, today))]),
        (_("Can be repeated with"), _("code %(code)s, data %(data)s, %(draws)s draws") % {
            "code": found["code"], "data": found["data"], "draws": whole(card["draws"])}),
    ]  # fmt: skip


def _is_drawn(card: Mapping[str, Any]) -> bool:
    """Whether the basis was tested by random draw: nothing tells better."""
    return bool(card.get("comparison") and card["comparison"]["drawn"])


def _rests_on(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Level and estimate: of an effect the comparison, of an association the odds ratio."""
    if card.get("comparison"):
        return [
            (_("Level"), str(LEVELS[card["level"]])),
            (_("Measured by comparison"), comparison_told(card)),
        ]
    found, asked = card["evidence"], Asked.of(card["asked"])
    per = _("reached against not") if asked.compare else _("per standard deviation")
    per = _("with it against without") if asked.compare == IS else per
    odds = _("%(value)s (%(low)s–%(high)s), %(per)s.") % {
        "value": decimal(found["odds_ratio"]), "low": decimal(found["low"]),
        "high": decimal(found["high"]), "per": per,
    }  # fmt: skip
    if found["kept_share"] < 0.995:
        odds = together(
            odds,
            _("Only %(share)s of it is used, because the best of many looks better than it is.")
            % {"share": percent(found["kept_share"])},
        )
    return [(_("Level"), claim_name(card["level"])), (_("Odds ratio of renewal"), odds)]


def sheet_of(card: Mapping[str, Any], *, answer: str, name: str, on: date, language: str) -> Sheet:
    """The page as a sheet of one page."""
    home = organisation().name
    told = {"day": date_format(on, "DATE_FORMAT"), "home": home}
    paying = cost_told(card)
    bound = _("Upper bound (whole difference)") if card["upper_bound"] else ""
    return Sheet(
        kind=_("What would it be worth? — %(name)s") % {"name": name} if name
        else _("What would it be worth?"),
        question=question_told(card),
        answer=together(answer, paying),
        caution=caution_told(card),
        header=("", _("In the middle"), _("80% range"), _("95% range"), bound),
        ranges=tuple(replace(row.range, more=row.full if bound else "") for row in rows_of(card)),
        blocks=(
            Facts(_("Assumptions"), tuple(assumptions_of(card))),
            Facts(_("What it rests on"), tuple(evidence_of(card, on))),
        ),
        footer=_("As of %(day)s · %(home)s") % told,
        language=language,
    )  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One scenario in the comparison of several."""

    scenario: Scenario
    question: str
    rows: list[Row]
    assumptions: list[tuple[str, str]]
    cost: str


def side_of(scenario: Scenario, estimate: Estimate) -> Side:
    card = estimate.figures
    return Side(scenario, question_told(card), rows_of(card), assumptions_of(card), cost_told(card))


def outcome_rows(outcome: Outcome, promise: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """What came beside what was foretold without and with the change (95 %, chance included)."""
    came, told = outcome.figures, promise["came"]
    asked = Asked.of(promise["asked"])

    def forecast(key: str, name: str) -> str:
        limits = range_text(name, told[key]["low95"], told[key]["high95"], asked.currency)
        return f"{text_of(name, told[key]['value'], asked.currency)} ({limits})"

    words = {"below": _("below"), "within": _("within"), "above": _("above")}

    def judged(value: float, key: str) -> str:
        return words[kept_within(value, told[key]["low95"], told[key]["high95"])]

    return [
        (
            _("Customers still there"), whole(came["kept"]), forecast("base", "kept"),
            judged(came["kept"], "base"), forecast("with", "kept"), judged(came["kept"], "with"),
        ),
        (
            _("Their MRR (amounts of then)"), money(came["mrr"], asked.currency),
            forecast("base_mrr", "mrr"), judged(came["mrr"], "base_mrr"),
            forecast("with_mrr", "mrr"), judged(came["mrr"], "with_mrr"),
        ),
    ]  # fmt: skip


def outcome_told(outcome: Outcome, promise: Mapping[str, Any]) -> str:
    """What came in a sentence or two; whether the change came about at all comes first."""
    came, asked = outcome.figures, Asked.of(promise["asked"])
    unit, told = promise["subject"]["unit"], promise["came"]
    if came["metric"] is None:
        first = _("Where the metric is now is not known.")
    else:
        first = _("The %(what)s is at %(came)s (n = %(n)s); it was at %(now)s and was to reach "
                  "%(target)s.") % {
            "what": what_told(promise), "came": value_told(came["metric"], None, asked, unit),
            "n": whole(came["metric_n"]), "target": value_told(asked.target, None, asked, unit),
            "now": value_told(promise["change"]["now"], None, asked, unit),
        }  # fmt: skip
    share = {"kept": whole(came["kept"]), "n": whole(came["n"])}
    then = _("Of %(n)s customers %(kept)s are still there.") % share
    without = kept_within(came["kept"], told["base"]["low95"], told["base"]["high95"])
    with_it = kept_within(came["kept"], told["with"]["low95"], told["with"]["high95"])
    if without == with_it == "within":
        last = _("That fits both what was expected without the change and with it: it does not "
                 "tell them apart.")  # fmt: skip
    elif with_it == "within":
        last = _("That fits what was expected with the change, not what was expected without it. "
                 "Other things may have changed as well.")  # fmt: skip
    elif without == "within":
        last = _("That fits what was expected without the change, not what was expected with it.")
    else:
        last = _("That fits neither what was expected without the change nor with it: something "
                 "else changed.")  # fmt: skip
    return together(first, then, last)


def csv_header() -> list[str]:
    return [
        _("Figure"), _("In the middle"), _("80% low"), _("80% high"), _("95% low"), _("95% high"),
        _("Upper bound (whole difference)"), "n",
    ]  # fmt: skip


def csv_rows(card: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    """Figures of the page (money in major units, NRR as a share), then what was assumed."""
    names, compared = names_told(), card.get("comparison")
    n = compared["n"] + compared["m"] if compared else card["evidence"]["n"]
    unit = 10 ** CURRENCIES.get(str(card["asked"].get("currency") or ""), 2)
    for key in NAMES:
        found, scale = card["figures"][key], unit if key in ("mrr", "ltv") else 1
        ranges = ("value", "low80", "high80", "low95", "high95")
        values = [round(found[k] / scale, 4) for k in ranges]
        bound = round(found["full"] / scale, 4) if card["upper_bound"] else ""
        yield [names[key], *values, bound, n]
    for name, said in assumptions_of(card):
        yield [name, said]
    if compared:
        yield from _rests_on(card)

"""What may be said of a what-if: an upper bound where the evidence is an association, "measured by
comparison" where it is an effect; and why nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.prove.effects.wording import interval
from banso.prove.effects.wording import points as signed_points
from banso.prove.engine.answer import NoAnswer
from banso.prove.studies.models import Finding
from banso.prove.studies.wording import (
    REASONS,
    about,
    in_japanese,
    percent,
    sentence,
    together,
    whole,
)
from banso.prove.worth.rules import IS, REACHED, Asked, months_after
from banso.prove.worth.subjects import Subject, unit_of
from banso.shared.figures import figure
from banso.shared.money import shown

REFUSALS: Mapping[str, Any] = {
    "no_association": gettext_lazy(
        "It shows no association with renewal of a size that matters, so there is nothing to "
        "calculate with."
    ),
    "rows_gone": gettext_lazy(
        "The decisions behind the newest evidence are not kept any longer: compute the evidence "
        "anew."
    ),
    "no_contracts": gettext_lazy("No contract is known."),
    "one_outcome": gettext_lazy(
        "All decisions ended the same way, so there is nothing to compare."
    ),
    "no_variation": gettext_lazy("All these customers have the same value so far."),
    "not_separable": gettext_lazy(
        "It cannot be told apart from contract type, length of the relation or season."
    ),
    "no_values": gettext_lazy("No customer has a value now."),
    "too_few_customers": gettext_lazy(
        "Of only %(n)s present customers the value is known; %(n_needed)s are needed."
    ),
    "no_change": gettext_lazy("That is where it is now: choose another value."),
    "outside_support": gettext_lazy(
        "Nobody was ever seen there: customers would need a value beyond every one on record. The "
        "furthest that can be calculated with is %(furthest)s."
    ),
    "against_up": gettext_lazy(
        "Customers with more of it tend to renew more often, so a fall keeps nothing. Choose a "
        "value above %(now)s."
    ),
    "against_down": gettext_lazy(
        "Customers with less of it tend to renew more often, so a rise keeps nothing. Choose a "
        "value below %(now)s."
    ),
    "effect_unclear": gettext_lazy(
        "Whether this measure worked is not judged yet, so there is no effect to calculate with."
    ),
    "effect_refused": gettext_lazy(
        "There is no fair comparison for this measure, so there is no effect to calculate with."
    ),
    "effect_none": gettext_lazy(
        "The comparison shows no difference that matters, so there is nothing to calculate with."
    ),
    "effect_candidate": gettext_lazy(
        "What was found is a candidate, not an effect: only an effect estimated from observation "
        "(level 3) or tested by random draw (level 4) is calculated with."
    ),
    "effect_worse": gettext_lazy(
        "Those who got it renewed less often: giving it to more customers keeps nothing."
    ),
    "effect_fall": gettext_lazy(
        "Giving it to fewer customers keeps nothing. Choose a value above %(now)s."
    ),
    "against_having": gettext_lazy(
        "Customers that have this tend to renew less often, so more of them would keep nothing."
    ),
    "about_leaving": gettext_lazy(
        "It says how contracts end, or happens because they end: it cannot foretell that."
    ),
    "shows_leaving": gettext_lazy(
        "Suspicious: shortly before the decision it goes with it far more strongly than earlier. "
        "That customers leave may show in it; it is not calculated with."
    ),
    "one_of_many": gettext_lazy(
        "Alone it goes with renewal, but among all that was compared it may stand out by chance. "
        "There is nothing to calculate with yet."
    ),
    "against_step": gettext_lazy(
        "Customers that reached this tend to renew less often: turn the comparison around."
    ),
}


def refusal_told(refused: NoAnswer, finding: Subject, asked: Asked, today: date) -> str:
    """Why nothing can be said, and by when it may change."""
    if isinstance(finding, Finding) and refused.reason in ("not_enough_data", "suspicious"):
        return sentence(finding, today)
    if refused.reason == "no_decisions":
        return _no_decisions(refused, today)
    if refused.reason in REFUSALS:
        told = {key: value_told(value, finding, asked) for key, value in refused.needs.items()}
        for key in ("n", "n_needed"):
            if key in refused.needs:
                told[key] = whole(int(refused.needs[key]))
        return together(str(REFUSALS[refused.reason]) % told, _known_by(refused, today))
    needs = {key: whole(round(value)) for key, value in refused.needs.items()}
    for key in ("share_missing", "share_allowed"):
        if key in refused.needs:
            needs[key] = percent(refused.needs[key])
    return together(str(REASONS[refused.reason]) % needs, _known_by(refused, today))


def _known_by(refused: NoAnswer, today: date) -> str:
    if not refused.expected_by or refused.expected_by <= today:
        return ""
    return _("Known by %(when)s.") % {"when": about(refused.expected_by)}


def _no_decisions(refused: NoAnswer, today: date) -> str:
    said = _("None of the customers that would be changed decides within that time.")
    if "months" not in refused.needs:
        return said
    when = about(months_after(today, int(refused.needs["months"])))
    return together(said, _("The first decision is due %(when)s.") % {"when": when})


def value_told(value: float, finding: Subject | None, asked: Asked, unit: str = "") -> str:
    """A mean or share in the unit of its metric."""
    unit = unit or (unit_of(finding) if finding else "")
    if asked.compare or unit in ("share", "change"):
        return f"{figure(100 * value, 1 if 0 < abs(value) < 0.1 else 0, grouped=False)}%"
    if unit in ("days", "first_days"):
        return _("%(n)s days") % {"n": figure(value, 1)}
    return figure(value, 1 if abs(value) < 100 else 0)


def edge_told(asked: Asked, unit: str) -> str:
    """The threshold of a step."""
    edge = asked.threshold or 0.0
    if unit in ("share", "change"):
        return f"{figure(100 * edge, 0)}%"
    if unit in ("days", "first_days"):
        return _("%(n)s days") % {"n": figure(edge, 0)}
    return figure(edge, 0 if float(edge).is_integer() else 2)


def what_told(card: Mapping[str, Any]) -> str:
    """What changes: the mean of a metric, or the share that reached a step."""
    asked, subject = Asked.of(card["asked"]), card["subject"]
    name = subject["label_ja" if in_japanese() else "label_en"]
    if asked.is_effect:
        return _("share of customers that get “%(name)s”") % {"name": name}
    if not asked.compare:
        return _("mean of “%(name)s”") % {"name": name}
    if asked.compare == IS:
        level = subject.get("level_ja" if in_japanese() else "level_en", asked.level)
        return _("share of customers with “%(level)s” in “%(name)s”") % {
            "name": name, "level": level,
        }  # fmt: skip
    if asked.compare == REACHED:
        return _got_there_told(name, asked)
    told = {"name": name, "edge": edge_told(asked, subject["unit"])}
    if asked.compare == "at_least":
        return _("share of customers with “%(name)s” of %(edge)s or more") % told
    return _("share of customers with “%(name)s” of %(edge)s or less") % told


def _got_there_told(name: str, asked: Asked) -> str:
    if asked.threshold is None:
        return _("share of customers that got to “%(name)s”") % {"name": name}
    told = {"name": name, "n": whole(round(asked.threshold))}
    return _("share of customers that got to “%(name)s” within %(n)s days of their start") % told


def question_told(card: Mapping[str, Any]) -> str:
    asked, unit = Asked.of(card["asked"]), card["subject"]["unit"]
    return _("What if the %(what)s went from %(now)s to %(target)s?") % {
        "what": what_told(card),
        "now": value_told(card["change"]["now"], None, asked, unit),
        "target": value_told(asked.target, None, asked, unit),
    }


def money(amount: float, currency: str) -> str:
    """An amount of an estimate: three figures are all it can bear."""
    size = abs(amount)
    scale = 10 ** max(len(str(int(size))) - 3, 0)
    return shown(round(amount / scale) * scale, currency)


def points(share: float) -> str:
    return _("%(n)s points") % {"n": figure(100 * share, 1)}


def answer_told(card: Mapping[str, Any]) -> str:
    """The answer in one sentence."""
    asked, mrr = Asked.of(card["asked"]), card["figures"]["mrr"]
    told = {
        "months": asked.horizon,
        "full": money(mrr["full"], asked.currency),
        "mrr": money(mrr["value"], asked.currency),
        "low": money(mrr["low80"], asked.currency),
        "high": money(mrr["high80"], asked.currency),
        "kept": figure(card["figures"]["kept"]["value"], 1),
    }
    if not card["upper_bound"]:
        return _("In %(months)s months %(kept)s customers and %(mrr)s of MRR would be kept (80%%: "
                 "%(low)s to %(high)s).") % told  # fmt: skip
    return _("In %(months)s months at most about %(full)s of MRR would be kept, if the whole "
             "difference came across. How much of it does, nobody knows: taking all "
             "shares alike it is %(mrr)s and %(kept)s customers in the middle (80%%: %(low)s to "
             "%(high)s).") % told  # fmt: skip


def caution_told(card: Mapping[str, Any]) -> str:
    """What must not be overread."""
    said = ""
    if card["upper_bound"]:
        said = _("An upper bound, not an effect: it is what it would be worth if customers became "
                 "like those who have such values today. Whether a change brings that is not "
                 "known; a random hold-out would tell.")  # fmt: skip
        said = together(said, _of_its_kind(Asked.of(card["asked"])))
    if card.get("comparison"):
        said = _not_more(card)
    if card["change"]["extrapolates"]:
        said = together(said, beyond_told(card))
    return said


def _of_its_kind(asked: Asked) -> str:
    """What a field and a milestone do not say; empty of a metric."""
    if asked.is_field:
        return _("A field tells what customers are: read it as another mix of customers. Writing "
                 "another value changes no customer.")  # fmt: skip
    if asked.compare == REACHED and asked.threshold is not None:
        return _("Who is past these days already is counted as if getting there late did the same.")
    return ""


def _not_more(card: Mapping[str, Any]) -> str:
    """What a measured effect does not say."""
    if card["comparison"]["drawn"]:
        return _("Measured by comparison, by random draw. It holds for customers like those that "
                 "were drawn; whether others respond alike was not measured.")  # fmt: skip
    return _("Measured by comparison, from observation: something unmeasured may have a part in "
             "it. It holds for customers like those that got it; whether others respond alike was "
             "not measured.")  # fmt: skip


def comparison_told(card: Mapping[str, Any]) -> str:
    """The estimate with its interval, and who was compared with whom."""
    found = card["comparison"]
    told = {
        "difference": signed_points(found["value"]), "interval": interval(found),
        "confidence": confidence_told(found),
        "n": whole(found["n"]), "m": whole(found["m"]),
    }  # fmt: skip
    said = _("%(difference)s points of renewal (%(confidence)s interval %(interval)s).") % told
    if found.get("confidence", 0.95) > 0.951:
        said = together(said, _("It was looked at before the planned end, so its interval is wider "
                                "than that of one look."))  # fmt: skip
    if found["drawn"]:
        return together(said, _("By random draw: n = %(n)s treated, %(m)s held out.") % told)
    others = _("n = %(n)s treated against %(m)s like them that were not treated by the same day.")
    return together(said, others % told)


def confidence_told(found: Mapping[str, Any]) -> str:
    """The confidence of an interval; what was saved before it was kept is 95%."""
    share = 100 * float(found.get("confidence", 0.95))
    places = 0 if round(share, 1).is_integer() else 1
    return f"{figure(min(share, 99.9), places)}%"


def beyond_told(card: Mapping[str, Any]) -> str:
    asked, unit = Asked.of(card["asked"]), card["subject"]["unit"]
    change = card["change"]
    furthest = change["most"] if asked.target > change["now"] else change["least"]
    return _("It goes beyond what was seen often: up to %(furthest)s there are customers to learn "
             "from, beyond it this is a guess.") % {
        "furthest": value_told(furthest, None, asked, unit)
    }  # fmt: skip


def cost_told(card: Mapping[str, Any]) -> str:
    """Whether it pays; empty without a cost."""
    found, asked = card["cost"], Asked.of(card["asked"])
    if found is None:
        return ""
    told = {"cost": money(asked.cost, asked.currency), "p": percent(found["worth_it"])}
    said = _("The value kept exceeds the cost of %(cost)s in %(p)s of the draws.") % told
    if found["break_even"] is None:
        return together(said, _("It never pays: even the whole difference is worth nothing."))
    share = {"share": percent(found["break_even"]), "points": points(found["break_even_points"])}
    if found["break_even"] > 1:
        return together(said, _("Even the whole difference would not pay for it."))
    return together(
        said,
        _("It pays from %(points)s more renewals among those changed on, that is %(share)s of the "
          "difference.") % share,
    )  # fmt: skip


def verify_told(card: Mapping[str, Any], today: date) -> str:
    """By when one could know better."""
    found = card["verify"]
    if not found["renewals"]:
        return _("The expected difference is too small to be told from none.")
    told = {"points": points(found["points"]), "n": whole(round(found["renewals"]))}
    said = _("To tell the expected difference of %(points)s from none, half of those concerned "
             "would wait: that takes about %(n)s renewals.") % told  # fmt: skip
    if found["months"] > 240:
        return together(said, _("At the present pace that takes more than 20 years."))
    when = about(months_after(today, round(found["months"])))
    told = {"months": whole(round(found["months"])), "when": when}
    return together(said, _("That is %(months)s months, until %(when)s.") % told)


def day_told(text: str) -> str:
    return str(date_format(date.fromisoformat(text), "DATE_FORMAT"))

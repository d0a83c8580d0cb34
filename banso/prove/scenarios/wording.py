"""The only sentences that may be said: an association turned into a scenario, not a promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.listen.surveys.models import Leaf, Wave
from banso.measure.experience.segments import segment_fields
from banso.prove.engine.answer import NoAnswer
from banso.prove.scenarios.models import Came, WhatIf
from banso.prove.scenarios.rules import CALIBRATED, Asked, lies
from banso.prove.studies.wording import in_japanese, percent, together, whole
from banso.shared.figures import figure
from banso.shared.money import shown

LEVER_NAMES = {
    "trouble": gettext_lazy("Fewer people with trouble"),
    "consulted": gettext_lazy("More of them consult us"),
    "answers": gettext_lazy("Better answers"),
}
REFUSALS = {
    "no_customers": gettext_lazy("There is no customer with a contract today."),
    "nobody_there": gettext_lazy(
        "No customer belongs to this group, or nobody knows which answers are theirs."
    ),
    "too_few_answers": gettext_lazy(
        "%(n)s answers say where they stand and what they intend; %(n_needed)s are needed."
    ),
    "too_few_accounts": gettext_lazy(
        "The answers come from %(accounts)s customers; %(accounts_needed)s are needed."
    ),
}


def refusal_told(refused: NoAnswer) -> str:
    needs = {name: whole(int(value)) for name, value in refused.needs.items()}
    return str(REFUSALS[refused.reason]) % needs


def whom_told(asked: Asked, wave: Wave | None) -> str:
    if not asked.field:
        return _("all customers")
    known = segment_fields(wave.opens_on).get(asked.field) if wave else None
    return f"{known.label}: {known.name(asked.value)}" if known else asked.value


def share(value: float) -> str:
    return f"{figure(100 * value, 1)}%"


def changes_of(card: Mapping[str, Any]) -> list[str]:
    """What is moved, lever by lever."""
    now, then = card["now"], card["then"]
    told = []
    if then["trouble"] != now["trouble"]:
        told.append(_("people with trouble %(a)s → %(b)s") % _pair(now, then, "trouble"))
    if then["consulted"] != now["consulted"]:
        told.append(_("of these, consult us %(a)s → %(b)s") % _pair(now, then, "consulted"))
    if tuple(then["answers"]) != tuple(now["answers"]):
        told.append(
            _("answers above / as / below expectation %(a)s → %(b)s")
            % {"a": mix_told(now), "b": mix_told(then)}
        )
    return told


def _pair(now: Mapping[str, Any], then: Mapping[str, Any], key: str) -> dict[str, str]:
    return {"a": share(now[key]), "b": share(then[key])}


def count_told(value: float) -> str:
    """Customers; of fewer than ten with a decimal."""
    return figure(value, 0 if abs(value) >= 9.95 or value == 0 else 1)


def mix_told(levels: Mapping[str, Any]) -> str:
    return " / ".join(share(value) for value in levels["answers"])


def money(value: float, currency: str) -> str:
    return shown(round(value), currency) if currency else figure(value, 0)


def question_told(card: Mapping[str, Any]) -> str:
    changed = changes_of(card)
    if not changed:
        return _("Nothing is moved yet: this is where it stands.")
    return _("What if: %(changes)s?") % {"changes": ("、" if in_japanese() else "; ").join(changed)}


def answer_told(card: Mapping[str, Any]) -> str:
    """The page's answer in a sentence or two."""
    heads = card["customers"]
    before, after, kept = heads["before"], heads["after"], heads["together"]
    first = _("Churn risk over all %(n)s customers is %(risk)s (95%% range %(low)s–%(high)s).") % {
        "n": whole(card["all"]), "risk": share(before["value"]), "low": share(before["low95"]),
        "high": share(before["high95"]),
    }  # fmt: skip
    if not changes_of(card):
        return first
    then = _("With the change it would be %(after)s: %(kept)s customers kept (%(low)s to "
             "%(high)s).") % {
        "after": share(after["value"]), "kept": count_told(kept["value"]),
        "low": count_told(kept["low95"]), "high": count_told(kept["high95"]),
    }  # fmt: skip
    return together(first, then)


def caution_told(card: Mapping[str, Any]) -> str:
    asked = Asked.of(card["asked"])
    return _("This is an association turned into a scenario, not a promise. People at a better "
             "place in the tree intend to continue more; that a customer moved there becomes like "
             "them is assumed for %(share)s of the gap (λ). Only an experiment can tell.") % {
        "share": percent(asked.transfer),
    }  # fmt: skip


def notes_of(card: Mapping[str, Any]) -> list[str]:
    """What must be known before the figures are believed."""
    told = []
    if card["thin"]:
        names = " / ".join(str(Leaf(leaf).label) for leaf in card["thin"])
        told.append(
            _("Hardly anybody stands at “%(leaf)s”, where the change puts people: what they would "
              "intend is a guess, and the range is wide.") % {"leaf": names}
        )  # fmt: skip
    if card["foreign"]:
        told.append(
            _("%(n)s customers pay in another currency than %(currency)s; their money is not "
              "counted.") % {"n": whole(card["foreign"]), "currency": card["currency"]}
        )  # fmt: skip
    if card["money"] is None:
        told.append(_("No amounts are known, so money kept cannot be told."))
    if card["anonymous"]:
        told.append(
            _("The answers are anonymous: nobody knows whose they are. They stand for all "
              "customers as they are, unweighted; no group can be moved on its own, and every "
              "customer counts as one who may differ, which makes the range wide.")
        )  # fmt: skip
    return told


def interaction_told(card: Mapping[str, Any]) -> str:
    """That levers do not add up, where more than one is moved."""
    if len(changes_of(card)) < 2:
        return ""
    heads = card["customers"]
    extra = heads["interaction"]["value"]
    return _("Each lever alone adds up to %(sum)s customers, together they keep %(kept)s: "
             "%(extra)s by acting on each other. They must not be added.") % {
        "sum": count_told(heads["together"]["value"] - extra),
        "kept": count_told(heads["together"]["value"]),
        "extra": ("+" if extra > 0 else "") + count_told(extra),
    }  # fmt: skip


def cost_told(card: Mapping[str, Any]) -> str:
    """From which λ on it pays."""
    asked = Asked.of(card["asked"])
    if not asked.cost or card["money"] is None:
        return ""
    cost = money(asked.cost, asked.currency)
    if card["break_even"] is None:
        return _("Even if the whole gap came across, a year of what is kept would not pay the cost "
                 "of %(cost)s.") % {"cost": cost}  # fmt: skip
    return _("A year of what is kept pays the cost of %(cost)s if at least %(share)s of the gap "
             "comes across (break-even λ).") % {
        "cost": cost, "share": percent(card["break_even"]),
    }  # fmt: skip


def bounds_told(card: Mapping[str, Any]) -> str:
    """The worst and best case of those who did not answer."""
    if card["anonymous"]:
        return _("Nobody knows which customers did not answer, so neither case can be told.")
    return _("If everybody who did not answer kept, the risk would be %(low)s; if all of them "
             "left, %(high)s. Nothing in the answers can narrow that down.") % {
        "low": share(card["worst"]), "high": share(card["best"]),
    }  # fmt: skip


def calibration_told(card: Mapping[str, Any]) -> str:
    """What people stated beside what came."""
    found = card["calibration"]
    if found["reason"]:
        return _("Stated intentions cannot be held against renewals yet: that takes 20 customers "
                 "that left and 20 that stayed within a year after they answered.")  # fmt: skip
    return _("Of n = %(n)s answers (%(accounts)s customers) whose renewal came within 400 days, "
             "%(stated)s stated no intent to continue and %(lost)s did not renew.") % {
        "n": whole(found["n"]), "accounts": whole(found["accounts"]),
        "stated": share(found["stated"]), "lost": share(found["lost"]),
    }  # fmt: skip


def rests_on(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    asked = Asked.of(card["asked"])
    risk = (
        _("calibrated by renewals that came")
        if asked.risk == CALIBRATED
        else _("as stated: no intent to continue")
    )
    n = {"n": whole(card["n"]), "eff": figure(card["effective"], 0)}
    if card["anonymous"]:
        answers = _("n = %(n)s, anonymous: not weighted, each counted as of another customer") % n
        answered = _("not known of %(all)s") % {"all": whole(card["all"])}
    else:
        answers = _("n = %(n)s, worth %(eff)s independent ones after weighting by company "
                    "size and by customer") % n  # fmt: skip
        answered = _("%(n)s of %(all)s") % {
            "n": whole(card["answered"]), "all": whole(card["all"]),
        }  # fmt: skip
    return [
        (_("Answers"), answers),
        (_("Customers who answered"), answered),
        (_("Those who did not answer"), _("may differ by up to %(n)s points of risk either way; "
                                          "that is in the range") % {
            "n": figure(100 * asked.gap, 0)}),
        (_("Churn risk of a leaf"), risk),
        (_("Level"), _("Level 1: association")),
    ]  # fmt: skip


def outcome_told(came: Came, card: Mapping[str, Any]) -> str:
    """What came, in a sentence or two; whether the change came about comes first."""
    found, heads = came.figures, card["customers"]
    if found["now"] is None:
        first = _("No later asking tells whether the levers moved.")
    else:
        first = _("In the asking “%(wave)s” people with trouble are %(trouble)s, %(consulted)s of "
                  "them consult, answers are %(mix)s (n = %(n)s).") % {
            "wave": found["now"]["wave"], "trouble": share(found["now"]["trouble"]),
            "consulted": share(found["now"]["consulted"]), "mix": mix_told(found["now"]),
            "n": whole(found["now"]["n"]),
        }  # fmt: skip
    lost = 1 - found["kept"] / found["n"] if found["n"] else 0.0
    then = _("Of %(n)s customers %(kept)s are still there: %(lost)s left.") % {
        "n": whole(found["n"]), "kept": whole(found["kept"]), "lost": share(lost),
    }  # fmt: skip
    words = {"below": _("below"), "within": _("within"), "above": _("above")}
    where = {
        name: words[lies(lost, heads[name]["low95"], heads[name]["high95"])]
        for name in ("before", "after")
    }
    last = _("Without the change %(a)s to %(b)s were expected: it lies %(before)s; with it %(c)s "
             "to %(d)s: it lies %(after)s. Other things may have changed as well.") % {
        "a": share(heads["before"]["low95"]), "b": share(heads["before"]["high95"]),
        "c": share(heads["after"]["low95"]), "d": share(heads["after"]["high95"]), **where,
    }  # fmt: skip
    return together(first, then, last)


def kept_told(what_if: WhatIf) -> str:
    return _("Kept on %(day)s by %(by)s. On %(due)s it is held against what came.") % {
        "day": date_format(what_if.began_on, "DATE_FORMAT"), "by": what_if.created_by or "–",
        "due": date_format(what_if.due_on, "DATE_FORMAT"),
    }  # fmt: skip

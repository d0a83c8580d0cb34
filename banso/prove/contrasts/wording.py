"""The only sentences that may be said of pairs: associations, never effects (METHODS 1.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.listen.surveys.meanings import ABOVE, AS_EXPECTED
from banso.listen.surveys.models import Leaf, Wave
from banso.measure.experience.segments import segment_fields
from banso.prove.contrasts.models import Said, Verdict
from banso.prove.contrasts.reads import labels_of
from banso.prove.contrasts.rules import CONSULTED, NAMED, Question, Side
from banso.prove.studies.wording import (
    decimal,
    in_japanese,
    p_value,
    percent,
    together,
    whole,
)
from banso.shared.figures import figure

OUTCOME_NAMES = {
    "intent": gettext_lazy("Intent to continue"),
    "satisfaction": gettext_lazy("Satisfaction"),
    "recommend": gettext_lazy("Recommendation (NPS)"),
}
STEPS = {
    "reproduce": gettext_lazy("Reproduce what exceeded expectation"),
    "why_not": gettext_lazy("Find out why they did not consult"),
    "prevent": gettext_lazy("Move to prevention and self-service"),
    "answers": gettext_lazy("Collect more answers"),
    "mend": gettext_lazy("Find out what the answers lacked"),
    "elsewhere": gettext_lazy("Look for differences elsewhere"),
    "read": gettext_lazy("Read what both groups wrote"),
}
STEP_WHYS = {
    "reproduce": gettext_lazy(
        "Read what people wrote about answers above expectation, ask them what was done, and make "
        "it the way it is always done."
    ),
    "why_not": gettext_lazy(
        "Those who did not consult intend to continue less. Look at their reasons and ask some of "
        "them."
    ),
    "prevent": gettext_lazy(
        "People without trouble intend to continue most: put weight on preventing the commonest "
        "trouble and on help that people find themselves."
    ),
    "mend": gettext_lazy(
        "Those who consulted do not stand better than those who did not: read what they missed."
    ),
    "elsewhere": gettext_lazy(
        "The two groups hardly differ, so a change between them promises little."
    ),
    "read": gettext_lazy("The groups differ; what they wrote may say in what."),
}
KINDS = {
    True: gettext_lazy("Said beforehand"),
    False: gettext_lazy("Exploratory: registered after answers had come"),
}


def language() -> str:
    return "ja" if in_japanese() else "en"


def side_told(side: Side, wave: Wave | None) -> str:
    """A group in words."""
    leaves = set(side.leaves)
    if leaves == set(CONSULTED):
        told = _("Consulted us")
    elif leaves == {ABOVE, AS_EXPECTED}:
        told = _("Answered as expected or above")
    else:
        told = " / ".join(str(Leaf(leaf).label) for leaf in side.leaves)
    if not side.field or wave is None:
        return told
    return f"{told} ({condition_told(side, wave)})"


def condition_told(side: Side, wave: Wave) -> str:
    if side.field in NAMED:
        return labels_of(wave, side.field, language()).get(side.value, side.value)
    known = segment_fields(wave.opens_on).get(side.field)
    return f"{known.label}: {known.name(side.value)}" if known else side.value


def question_told(question: Question, wave: Wave | None) -> str:
    told = _("%(one)s against %(other)s") % {
        "one": side_told(question.one, wave), "other": side_told(question.other, wave),
    }  # fmt: skip
    return f"{question.name}: {told}" if question.name else told


def level_told(outcome: str, value: float) -> str:
    """A share of top answers, or an NPS."""
    return figure(100 * value, 0) if outcome == "recommend" else percent(value)


def points(value: float) -> str:
    sign = "+" if value > 0 else ""
    return _("%(n)s points") % {"n": sign + figure(100 * value, 0)}


def said_told(verdict: Verdict, one: str, other: str) -> str:
    """The verdict in a sentence or two."""
    outcome, said, found = verdict.outcome, verdict.said, verdict.figures
    names = {"one": one, "other": other, "what": str(OUTCOME_NAMES[outcome])}
    if said in (Said.FOUND, Said.REVERSED):
        if said == Said.REVERSED:
            names["one"], names["other"] = other, one
        first = _("%(what)s is higher with “%(one)s” than with “%(other)s”.") % names
        if not verdict.is_confirmatory:
            last = _("Exploratory: it must be found again in the next survey.")
        else:
            last = _("They go together; that is an association, not an effect.")
        return together(first, last)
    if said == Said.NO_DIFFERENCE:
        return _("%(what)s of “%(one)s” and “%(other)s” does not differ by a size that "
                 "matters.") % names  # fmt: skip
    if said == Said.NO_VARIATION:
        return _("Everybody in both groups gave the same answer.")
    return together(_too_few(found) if said == Said.TOO_FEW else _open(found))


def _too_few(found: dict[str, Any]) -> str:
    needs = {key: whole(int(value)) for key, value in found["needs"].items()}
    if found["reason"] == "too_few_accounts":
        return _("Each group needs people of at least %(accounts_needed)s customers; there are "
                 "%(one)s and %(other)s.") % needs  # fmt: skip
    lacking = int(found["needs"].get("n_needed", 0)) - int(found["needs"].get("n", 0))
    needs["lacking"] = whole(lacking)
    return _("Each group needs at least %(n_needed)s people; there are %(one)s and %(other)s: "
             "%(lacking)s more answers are needed in the smaller one.") % needs  # fmt: skip


def _open(found: dict[str, Any]) -> str:
    more = lacking(found)
    if more is None:
        return _("It cannot be told yet: a difference that matters and none at all both fit.")
    return ngettext(
        "It cannot be told yet: a difference that matters and none at all both fit. About %(n)s "
        "more answer of these two groups is needed.",
        "It cannot be told yet: a difference that matters and none at all both fit. About %(n)s "
        "more answers of these two groups are needed.",
        more,
    ) % {"n": whole(more)}


def lacking(found: dict[str, Any]) -> int | None:
    """How many more answers of the two groups together it takes to know."""
    needed = found.get("needed")
    return max(1, int(needed) - sum(found["n"])) if needed else None


def difference_told(verdict: Verdict) -> str:
    gap = verdict.figures["difference"]
    if gap is None:
        return "–"
    return _("%(diff)s (95%% interval %(low)s to %(high)s)") % {
        "diff": points(gap["value"]), "low": points(gap["low"]), "high": points(gap["high"]),
    }  # fmt: skip


def headline(verdicts: Sequence[Verdict]) -> str:
    """The page's answer: what the pairs say of the intent to continue, or of what was asked."""
    told = Counter(one.said for one in verdicts)
    many = {
        Said.FOUND: ngettext("%(n)s goes together", "%(n)s go together", told["found"]),
        Said.REVERSED: ngettext("%(n)s is the other way round", "%(n)s are the other way round",
                                told["reversed"]),
        Said.NO_DIFFERENCE: ngettext("%(n)s shows no difference that matters",
                                     "%(n)s show no difference that matters",
                                     told["no_difference"]),
    }  # fmt: skip
    parts = [text % {"n": told[said]} for said, text in many.items() if told[said]]
    waiting = told["undecided"] + told["too_few"] + told["no_variation"]
    if waiting:
        text = ngettext("%(n)s cannot be told yet", "%(n)s cannot be told yet", waiting)
        parts.append(text % {"n": waiting})
    return _("%(what)s, %(n)s pairs asked: %(list)s.") % {
        "what": OUTCOME_NAMES[verdicts[0].outcome], "n": len(verdicts),
        "list": ("、" if in_japanese() else ", ").join(parts),
    }  # fmt: skip


def corrected_told(verdict: Verdict) -> str:
    """The corrected p, and for how many questions."""
    found = verdict.figures
    if found["q"] is None:
        return "–"
    if verdict.is_confirmatory:
        return _("p %(p)s, corrected for %(n)s pairs said beforehand (Holm); q %(q)s") % {
            "p": p_value(found["holm"]) or "–", "n": found["asked_first"],
            "q": p_value(found["q"]) or "–",
        }  # fmt: skip
    return _("q %(q)s, corrected for all %(n)s pairs") % {
        "q": p_value(found["q"]) or "–", "n": found["asked"],
    }  # fmt: skip


def checks_told(verdict: Verdict) -> list[tuple[str, str]]:
    """How the verdict was arrived at and what was checked."""
    found = verdict.figures
    odds, chance = found["odds"], found["superiority"]
    rows = []
    if odds:
        rows.append((_("Odds ratio of a higher answer"), _range(odds, decimal)))
    elif found["reason"] == "separated":
        rows.append(
            (
                _("Odds ratio of a higher answer"),
                _("None: all answers of one group lie above those of the other. The means of the "
                  "customers decide."),
            )
        )  # fmt: skip
    if chance:
        rows.append((_("Chance that one of the first group answers higher"),
                     _range(chance, percent)))  # fmt: skip
    even, passed = found["checks"].get("proportional", (None, None))
    if even is not None:
        rows.append((_("Is the difference the same all along the scale?"), _even(even, passed)))
    means, differ = found["checks"].get("account_means", (None, None))
    if means is not None:
        text = _("They differ") if differ else _("They do not differ beyond chance")
        rows.append((_("Means of the customers (Brunner–Munzel)"), f"{text}, p {p_value(means)}"))
    if found["power"] is not None:
        rows.append((_("Chance to see an odds ratio of 1.5 with these answers"),
                     percent(found["power"])))  # fmt: skip
    return rows


def _even(p: float, passed: bool | None) -> str:
    text = (
        _("Nothing speaks against it")
        if passed
        else _("No: look at the shares of each answer below; the odds ratio is their mean")
    )
    return f"{text}, p {p_value(p)}"


def _range(found: dict[str, float], told: Any) -> str:
    limits = {"low": told(found["low"]), "high": told(found["high"])}
    value: str = told(found["value"])
    return value + " " + _("(95%% interval %(low)s to %(high)s)") % limits

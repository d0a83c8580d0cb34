"""Figures of experience and what is missing for them, as text in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from banso.listen.surveys.definition import words
from banso.listen.surveys.models import Leaf, Wave
from banso.listen.surveys.reads import definition_of
from banso.measure.experience.result import Heard, Result
from banso.measure.experience.rules import ALL, CONSULTED, TROUBLE
from banso.prove.engine.answer import Answer, NoAnswer
from banso.shared.figures import figure

Found = Answer | NoAnswer
BRANCH_NAMES: Mapping[str, str | Promise] = {
    ALL: gettext_lazy("All answers"),
    TROUBLE: gettext_lazy("Had trouble"),
    CONSULTED: gettext_lazy("Consulted us"),
    **dict(Leaf.choices),
}
OTHER = "other:"


def percent(share: float, places: int = 0) -> str:
    return f"{figure(100 * share, places, grouped=False)}%"


def points(share: float) -> str:
    """A difference of shares, or a net promoter score, with its sign."""
    told = figure(100 * abs(share), 0, grouped=False)
    if told == figure(0, 0):
        return "±0" if share else "0"
    return f"{'+' if share > 0 else '−'}{told}"


def mark(value: float) -> str:
    """A mean on a scale of marks."""
    return figure(value, 1, grouped=False)


def more_marks(value: float) -> str:
    told = figure(abs(value), 2, grouped=False)
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{told}"


def range_of(found: Answer, as_text: Callable[[float], str]) -> str:
    low, high = as_text(found.low), as_text(found.high)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def missing(found: NoAnswer) -> str:
    """Why there is no figure, shortly."""
    needs = {key: figure(int(value)) for key, value in found.needs.items()}
    if found.reason == "too_few_people":
        n = int(found.needs["people"])
        return (
            ngettext(
                "only %(people)s person: %(people_needed)s needed",
                "only %(people)s people: %(people_needed)s needed",
                n,
            )
            % needs
        )
    if found.reason == "too_few_rows":
        return _("only %(n)s: %(n_needed)s needed") % needs
    if found.reason == "too_few_accounts":
        return _("only %(accounts)s customers: %(accounts_needed)s needed") % needs
    if found.reason == "hidden":
        return _("hidden: nobody is to be found out")
    if found.reason == "no_money":
        return _("no amounts known")
    return _("not enough answers")


def customers_and_people(accounts: int, people: int) -> str:
    """«12 customers, 15 people»; of anonymous answers the people alone."""
    told = {"accounts": figure(accounts), "people": figure(people)}
    if not accounts:
        return ngettext("%(people)s person", "%(people)s people", people) % told
    if accounts == people:
        return ngettext("%(accounts)s customer", "%(accounts)s customers", accounts) % told
    return _("%(accounts)s customers, %(people)s people") % told


def choice_names(wave: Wave) -> dict[str, dict[str, str]]:
    """{meaning: {value: its words}} of a wave's questions."""
    language = get_language() or "en"
    found: dict[str, dict[str, str]] = {}
    for question in definition_of(wave.version).questions:
        if question.meaning:
            found[question.meaning] = {
                one.value: words(one.label, language) or one.value for one in question.choices
            } | {OTHER: _("Other")}
    return found


def headline(result: Result) -> str:
    """What the tree says in one or two sentences; an association, never a cause."""
    leaves = [
        (one.intent.value, key)
        for key, one in result.branches.items()
        if one.branch.is_leaf and isinstance(one.intent, Answer)
    ]
    if len(leaves) < 2:
        return _("Not enough data yet: too few answers to set the branches side by side.")
    (low, worst), (high, best) = min(leaves), max(leaves)
    return _(
        "Most intend to continue where it says “%(best)s” (%(high)s), fewest where it says "
        "“%(worst)s” (%(low)s). It goes together; it is no proof that one brings the other."
    ) % {
        "best": BRANCH_NAMES[best],
        "worst": BRANCH_NAMES[worst],
        "high": percent(high),
        "low": percent(low),
    }


def heard(result: Heard) -> str:
    """Who is behind the figures, in one sentence that stands beside every one of them."""
    told = {
        "people": figure(result.people),
        "accounts": figure(result.accounts),
        "answered": figure(result.answered),
        "population": figure(result.population),
        "rate": percent(result.rate or 0.0),
    }
    if not result.tied:
        said = _("%(people)s people answered; nothing says for which customers.")
    elif not result.population:
        said = _("%(people)s people of %(accounts)s customers answered.")
    else:
        said = _("%(answered)s of %(population)s customers answered (%(rate)s; %(people)s people).")
    only = _("They are only a part of all; those who kept silent may see it differently.")
    space = "" if (get_language() or "").startswith("ja") else " "
    return f"{said % told}{space}{only}"

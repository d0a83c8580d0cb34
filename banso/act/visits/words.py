"""How reasons, subjects and questions read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.act.visits import rules
from banso.listen.surveys.definition import Definition, words
from banso.listen.surveys.models import Leaf

REASON: dict[str, str | Promise] = {
    rules.DETRACTOR: gettext_lazy("Would not recommend us"),
    rules.BELOW: gettext_lazy("Our answer was below expectation"),
    rules.WAITING: gettext_lazy("Still waits for our answer"),
    rules.NOT_CONSULTED: gettext_lazy("Had trouble and did not consult"),
    rules.NOT_MISSED: gettext_lazy("Would not miss it"),
    rules.ABOVE: gettext_lazy("Our answer was above expectation"),
    rules.SILENT: gettext_lazy("Key customer without an answer"),
}
WHY: dict[str, str | Promise] = {
    rules.DETRACTOR: gettext_lazy("Answered 0 to 6 when asked about recommending you."),
    rules.BELOW: gettext_lazy("Consulted you, and the answer was below what they expected."),
    rules.WAITING: gettext_lazy("Consulted you and has had no answer yet."),
    rules.NOT_CONSULTED: gettext_lazy("Find out what kept them from asking."),
    rules.NOT_MISSED: gettext_lazy("Would hardly be troubled if they could no longer use it."),
    rules.ABOVE: gettext_lazy("Find out what was done well, so that it can be repeated."),
    rules.SILENT: gettext_lazy(
        "High touch or among the fifth that pays most, and nobody there answered."
    ),
}
ICON = {
    rules.DETRACTOR: "mood-sad",
    rules.BELOW: "trending-down",
    rules.WAITING: "hourglass",
    rules.NOT_CONSULTED: "message-off",
    rules.NOT_MISSED: "heart-off",
    rules.ABOVE: "trophy",
    rules.SILENT: "volume-off",
}


def labels_of(definition: Definition, meaning: str, language: str) -> dict[str, str]:
    """What the choices of the question with this meaning are called, in their order."""
    question = definition.meaning(meaning)
    if question is None:
        return {}
    found = {one.value: words(one.label, language) or one.value for one in question.choices}
    return found | ({"other:": _("Something else")} if question.other else {})


def subject_label(meaning: str, value: str, kinds: dict[str, str]) -> str:
    """What a finding is about, in words."""
    if meaning == "trouble_kind":
        return kinds.get(value, value)
    return str(Leaf(value).label) if meaning == "leaf" and value in Leaf.values else ""


def questions_for(
    reasons: Iterable[str], troubles: Sequence[str], excuses: Sequence[str]
) -> list[str]:
    """What to ask, from the reasons, the kinds of trouble named and why nobody was consulted."""
    asked = {
        rules.DETRACTOR: _("What would have to change before you recommended us to a colleague?"),
        rules.BELOW: _("What had you expected of our answer, and what was missing?"),
        rules.WAITING: _("Which answer are you still waiting for, and what stands still?"),
        rules.NOT_CONSULTED: _("What did you do instead of consulting us, and what did it cost?"),
        rules.NOT_MISSED: _("Which of your work would be harder without it, and who does it?"),
        rules.ABOVE: _("What in our answer was better than you expected?"),
        rules.SILENT: _("What would you have told us in the survey?"),
    }  # fmt: skip
    found = [asked[reason] for reason in rules.REASONS if reason in set(reasons)]
    found += [
        _("You named “%(trouble)s”: how do you work when it happens?") % {"trouble": trouble}
        for trouble in troubles
    ]
    found += [
        _("You said “%(excuse)s”: what would have made it easy to ask us?") % {"excuse": excuse}
        for excuse in excuses
    ]
    return [*found, _("May we watch how you do yesterday’s work with it?")]

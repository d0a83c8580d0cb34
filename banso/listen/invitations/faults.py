"""Faults of answers as sentences for who answers."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.definition import Definition, Fault

# what a branch hides or nobody asked is not let in, and keeps nobody from handing in the rest
LEFT_ASIDE = ("hidden_question", "unknown_question")
TOLD: dict[str, str | Promise] = {
    "missing": _("Please answer this question."),
    "text_too_long": _("This text is too long: please shorten it to 10,000 characters."),
    "not_a_text": _("This text cannot be read: please write it again."),
    "unknown_choice": _("Please choose one of the answers offered."),
    "not_on_the_scale": _("Please choose a number of the scale."),
}
OWN_TOO_LONG = _("Your own answer is too long: please shorten it to 200 characters.")


def blocking(faults: Iterable[Fault]) -> list[Fault]:
    """Those that somebody has to mend."""
    return [one for one in faults if one.reason not in LEFT_ASIDE]


def sentences(definition: Definition, faults: Iterable[Fault]) -> dict[str, str]:
    """question key -> what to do about its answer."""
    kinds = {question.key: question.kind for question in definition.questions}
    said = {}
    for one in faults:
        sentence = TOLD.get(one.reason, TOLD["unknown_choice"])
        if one.reason == "text_too_long" and kinds.get(one.question) != "text":
            sentence = OWN_TOO_LONG
        said[one.question] = str(sentence)
    return said

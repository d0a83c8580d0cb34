"""What the places are called to which a column can go."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.listen.earlier.meaning import columns as goes
from banso.listen.surveys.definition import Definition, words
from banso.listen.surveys.meanings import MEANINGS

Choice = tuple[str, str | Promise]
Group = tuple[str | Promise, Sequence[Choice]]
WHO: tuple[Choice, ...] = (
    (goes.ACCOUNT, _("Customer (id or name)")),
    (goes.PERSON, _("Person (e-mail, id or name)")),
    (goes.ANSWERED_ON, _("Day of the answer")),
    (goes.ROW_ID, _("Id of the answer")),
    (goes.LANGUAGE, _("Language")),
)
MEANING_LABELS: dict[str, str | Promise] = {
    "trouble": _("Trouble, yes or no"),
    "trouble_kind": _("Kind of trouble"),
    "consulted": _("Consulted us, yes or no"),
    "channel": _("Channel of the consultation"),
    "why_not": _("Why they did not consult"),
    "answer": _("Our answer against expectation"),
    "satisfaction": _("Satisfaction (1–5)"),
    "intent": _("Intent to continue (1–5)"),
    "recommend": _("Recommendation (0–10, NPS)"),
    "miss": _("Would miss it (1–3)"),
    "csat": _("Satisfaction with one contact (1–5, CSAT)"),
    "effort": _("Ease (1–7, CES)"),
    "success": _("What is success for them"),
    "comment": _("Free text"),
}
KINDS: tuple[Choice, ...] = (
    ("choice", _("One choice")),
    ("choices", _("Several choices")),
    ("scale", _("A scale")),
    ("text", _("A text")),
)
LEFT_OUT = _("— not a question; kept as it is —")
OWN = _("A question of its own")


def goes_label(key: str) -> str:
    plain = dict(WHO) | {goes.OWN: OWN, goes.LEFT_OUT: LEFT_OUT}
    if key.startswith(goes.MEANING):
        return str(MEANING_LABELS.get(key.removeprefix(goes.MEANING), key))
    return str(plain.get(key, key.removeprefix(goes.QUESTION)))


def goes_groups(target: Definition | None, language: str) -> list[Group]:
    """Where a column can go: who and when first, then the questions."""
    groups: list[Group] = [(_("Who and when"), WHO)]
    if target is None:
        meanings = [(goes.MEANING + key, MEANING_LABELS[key]) for key in MEANINGS]
        return [*groups, (_("Questions"), [*meanings, (goes.OWN, OWN)])]
    asked = [(goes.QUESTION + one.key, words(one.title, language)[:90]) for one in target.questions]
    return [*groups, (_("Questions of the survey"), asked)]

"""Surveys in the reader's words: faults, kinds, meanings, branches, changes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from banso.listen.surveys.definition import (
    Choice,
    Condition,
    Definition,
    Fault,
    Question,
    faults,
    words,
)
from banso.listen.surveys.editing import question_of

KINDS: dict[str, str | Promise] = {
    "choice": gettext_lazy("One of several choices"),
    "choices": gettext_lazy("Several choices"),
    "scale": gettext_lazy("Scale"),
    "text": gettext_lazy("Text of one's own"),
}
ICONS = {"choice": "circle-dot", "choices": "checkbox", "scale": "dots", "text": "pencil"}
MEANINGS: dict[str, str | Promise] = {
    "trouble": gettext_lazy("Trouble: had any (yes, no)"),
    "trouble_kind": gettext_lazy("Kind of trouble"),
    "consulted": gettext_lazy("Consulted us (yes, no)"),
    "channel": gettext_lazy("Channel of the consultation"),
    "why_not": gettext_lazy("Why they did not consult"),
    "answer": gettext_lazy("Our answer against expectation"),
    "satisfaction": gettext_lazy("Satisfaction (1–5)"),
    "intent": gettext_lazy("Intent to continue (1–5)"),
    "recommend": gettext_lazy("Intent to recommend, NPS (0–10)"),
    "miss": gettext_lazy("Would miss it (1–3)"),
    "csat": gettext_lazy("Satisfaction with an answer, CSAT (1–5)"),
    "effort": gettext_lazy("Ease, CES (1–7)"),
    "success": gettext_lazy("What this customer's success is"),
    "comment": gettext_lazy("Comment"),
}
PARTS: dict[str, str | Promise] = {
    "kind": gettext_lazy("kind"),
    "title_ja": gettext_lazy("Japanese wording"),
    "title_en": gettext_lazy("English wording"),
    "choices": gettext_lazy("choices"),
    "scale": gettext_lazy("scale"),
    "ends": gettext_lazy("words at the ends of the scale"),
    "help": gettext_lazy("help"),
    "meaning": gettext_lazy("meaning"),
    "required": gettext_lazy("whether one must answer"),
    "branch": gettext_lazy("when it is shown"),
    "place": gettext_lazy("place"),
}
TEXTS: dict[str, str | Promise] = {
    "title": gettext_lazy("Title that people see"),
    "intro": gettext_lazy("Introduction"),
    "thanks": gettext_lazy("Thanks after the last page"),
}
STATES: dict[str, str | Promise] = {
    "same": gettext_lazy("same question"),
    "changed": gettext_lazy("asked differently"),
    "new": gettext_lazy("new"),
    "dropped": gettext_lazy("no longer asked"),
}
REASONS: dict[str, str | Promise] = {
    "no_questions": gettext_lazy("There is no question yet. Add one."),
    "too_many_questions": gettext_lazy(
        "There are more than %(detail)s questions or pages. Ask less, or make two surveys."
    ),
    "words_too_long": gettext_lazy(
        "The title, introduction, thanks or a page title has more than %(detail)s characters. "
        "Shorten it."
    ),
    "bad_words": gettext_lazy(
        "A text holds characters that cannot be kept, or is in a language other than Japanese and "
        "English. Write it anew."
    ),
    "no_key": gettext_lazy("A question has no key. Give it one, in letters and digits."),
    "key_twice": gettext_lazy("Two questions have the same key. Give one of them another."),
    "bad_key": gettext_lazy(
        "A key may hold letters, digits and “_”, at most 60. Give the question another key."
    ),
    "no_title": gettext_lazy("Write the question in Japanese or in English."),
    "title_too_long": gettext_lazy(
        "The question, its help, a choice or an end of the scale has more than %(detail)s "
        "characters. Shorten it."
    ),
    "needs_choices": gettext_lazy("Give between 1 and %(detail)s choices, each with words."),
    "choice_twice": gettext_lazy("Two choices have the same value. Remove one of them."),
    "bad_choice": gettext_lazy(
        "The value “%(detail)s” cannot be used: at most 100 characters, without quotation marks, "
        "braces or backslashes, not “other” beside a choice of one's own. Give it another value."
    ),
    "scale_out_of_range": gettext_lazy(
        "A scale runs between 0 and 10, and its highest number is above its lowest."
    ),
    "meaning_does_not_fit": gettext_lazy(
        "A question of this kind cannot carry the meaning “%(detail)s”. Choose another kind, or no "
        "meaning."
    ),
    "meaning_wants_choices": gettext_lazy(
        "For this meaning each choice must say which of these it is: %(detail)s."
    ),
    "meaning_wants_scale": gettext_lazy("For this meaning the scale must run %(detail)s."),
    "meaning_twice": gettext_lazy(
        "Another question already has the meaning “%(detail)s”. Only one can have it."
    ),
    "condition_on_later": gettext_lazy(
        "It is shown by the answer to “%(detail)s”, which has to stand before it and cannot be a "
        "text. Move one of them, or change when it is shown."
    ),
    "condition_empty": gettext_lazy(
        "Say with which answers to “%(detail)s” it is shown, among those it offers."
    ),
}


def sentence(fault: Fault, definition: Definition) -> str:
    """What is wrong and what to do, in one sentence or two."""
    detail = fault.detail
    if fault.reason.startswith("condition_"):
        asked = question_of(definition, detail)
        detail = title_of(asked) if asked else detail
    elif fault.reason in ("meaning_twice", "meaning_does_not_fit"):
        detail = str(MEANINGS.get(detail, detail))
    return str(REASONS[fault.reason]) % {"detail": detail}


def sentences(found: list[Fault], definition: Definition, *, but: str = "") -> list[str]:
    """Each with its question in front, except the one that is open anyway."""
    told = []
    for fault in found:
        question = question_of(definition, fault.question) if fault.question != but else None
        said = sentence(fault, definition)
        told.append(f"{title_of(question)}: {said}" if question else said)
    return list(dict.fromkeys(told))


def obstacles(definition: Definition) -> list[str]:
    """Why nobody can be asked with it yet; empty when a wave can be made."""
    return sentences(faults(definition), definition)


def title_of(question: Question) -> str:
    return words(question.title, reader_language()) or question.key


def label_of(choice: Choice) -> str:
    return words(choice.label, reader_language()) or choice.value


def shown_when(question: Question, definition: Definition) -> str:
    """The branch in one line; "" for a question that everybody sees."""
    told = ""
    for condition in question.shown_if:
        part = _condition(condition, definition)
        both = {"first": told, "second": part}
        told = _("%(first)s and %(second)s") % both if told and part else told or part
    return told


def _condition(condition: Condition, definition: Definition) -> str:
    asked = question_of(definition, condition.question)
    if asked is None:
        return ""
    if asked.kind == "scale":
        low = asked.low if condition.low is None else condition.low
        high = asked.high if condition.high is None else condition.high
        answer = str(low) if low == high else f"{low}–{high}"
    else:
        chosen = (c for c in asked.choices if c.value in condition.values)
        answer = " / ".join(label_of(one) for one in chosen)
    return _("“%(question)s” = %(answer)s") % {"question": title_of(asked), "answer": answer}


def sized(definition: Definition) -> str:
    asked, pages = sum(1 for _one in definition.questions), len(definition.pages)
    questions = ngettext("%(n)d question", "%(n)d questions", asked) % {"n": asked}
    on = ngettext("%(n)d page", "%(n)d pages", pages) % {"n": pages}
    return _("%(questions)s on %(pages)s") % {"questions": questions, "pages": on}


def reader_language() -> str:
    return get_language() or "en"

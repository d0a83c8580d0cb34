"""What the editor's forms send, as parts of a definition. They have as many rows as the question
has choices and branches, so they are read by hand; ``definition.faults`` judges the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from msgspec.structs import replace

from banso.listen.surveys.catalogue import templates
from banso.listen.surveys.definition import LANGUAGES, Choice, Condition, Question, Words
from banso.listen.surveys.editing import free_name
from banso.listen.surveys.files import LARGEST_FILE, definition_in
from banso.listen.surveys.kinds import ANSWERS, YES_NO
from banso.listen.surveys.kinds import choices as offered
from banso.listen.surveys.meanings import MEANINGS
from banso.listen.surveys.models import Asked
from banso.listen.surveys.wording import KINDS

Kind = Literal["choice", "choices", "scale", "text"]
NOTHING, FILE = "", "file"


class NewSurveyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    template = forms.CharField(required=False)
    file = forms.FileField(label=_("File"), required=False)
    asked = forms.ChoiceField(label=_("Who is asked"), choices=Asked.choices, required=False)

    def clean_template(self) -> str:
        chosen: str = self.cleaned_data["template"]
        if chosen not in (NOTHING, FILE, *templates()):
            raise forms.ValidationError(
                _("Choose one of the surveys below, or begin with nothing.")
            )
        return chosen

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("template") == FILE:
            given["definition"] = self._definition(given.get("file"))
        if given.get("template") == NOTHING and not given.get("name"):
            self.add_error("name", _("Give the survey a name."))
        return given

    def _definition(self, file: Any) -> object:
        if file is None:
            self.add_error("file", _("Choose the file of a survey (.json)."))
            return None
        if (file.size or 0) > LARGEST_FILE:
            self.add_error("file", _("The file is larger than 1 MB. It is not one of a survey."))
            return None
        found, said = definition_in(file.read())
        for line in said:
            self.add_error("file", line)
        return found


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    asked = forms.ChoiceField(label=_("Who is asked"), choices=Asked.choices, required=False)


def read_words(post: QueryDict, name: str) -> Words:
    found = {one: post.get(f"{name}_{one}", "").replace("\x00", "").strip() for one in LANGUAGES}
    return {language: text.replace("\r\n", "\n") for language, text in found.items() if text}


def read_question(post: QueryDict, key: str) -> Question:
    """As it stands in the form, empty rows included; ``editing.finished`` leaves those out."""
    kind = post.get("kind", "")
    question = Question(
        key=key,
        kind=cast(Kind, kind if kind in KINDS else "text"),
        title=read_words(post, "title"),
        meaning=post.get("meaning", ""),
        help=read_words(post, "help"),
        required="required" in post,
        shown_if=_conditions(post),
    )
    if question.kind == "scale":
        ends = [read_words(post, "lowest"), read_words(post, "highest")]
        low, high = _number(post, "low"), _number(post, "high")
        return replace(
            question,
            low=-1 if low is None else low,
            high=-1 if high is None else high,
            ends=ends if any(ends) else [],
        )
    if question.kind == "text":
        return replace(question, long="long" in post)
    return replace(question, choices=_choices(post), other="other" in post)


def _choices(post: QueryDict) -> list[Choice]:
    rows = zip(*(post.getlist(f"choice_{part}") for part in ("value", *LANGUAGES)), strict=False)
    found = []
    for value, *texts in rows:
        told = zip(LANGUAGES, texts, strict=True)
        label = {one: text.replace("\x00", "").strip() for one, text in told}
        found.append(Choice(value, {one: text for one, text in label.items() if text}))
    return found


def _conditions(post: QueryDict) -> list[Condition]:
    return [
        Condition(
            asked,
            values=post.getlist(f"branch_{row}_values"),
            low=_number(post, f"branch_{row}_low"),
            high=_number(post, f"branch_{row}_high"),
        )
        for row, asked in enumerate(post.getlist("branch_question"))
    ]


def _number(post: QueryDict, name: str) -> int | None:
    text = post.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None


def shaped(question: Question, *, by_meaning: bool) -> Question:
    """After a kind or a meaning was chosen: the two made to fit, what they need filled in."""
    meaning = MEANINGS.get(question.meaning)
    if meaning and question.kind not in meaning.kinds:
        if not by_meaning:
            return replace(question, meaning="")
        question = replace(question, kind=cast(Kind, meaning.kinds[0]))
    if meaning and meaning.high:
        return replace(question, low=meaning.low, high=meaning.high)
    if question.kind == "scale" and question.low == -1:
        return replace(question, low=1, high=5)
    if meaning and meaning.values and not any(one.label for one in question.choices):
        return replace(
            question, choices=offered(*(ANSWERS if "above" in meaning.values else YES_NO))
        )
    if question.kind in ("choice", "choices") and not question.choices:
        return replace(question, choices=[Choice("c1"), Choice("c2")])
    return question


def with_row(question: Question, action: str, used_values: Iterable[str]) -> Question:
    """``action``: add_choice, add_branch, or up, down, drop with the number of a choice, or
    drop_branch with that of a branch.
    """
    verb, _dash, number = action.partition("-")
    choices, branches = list(question.choices), list(question.shown_if)
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else -1
    if verb == "add_choice":
        taken = [*used_values, *(one.value for one in choices)]
        choices.append(Choice(free_name("c", "", taken)))
    elif verb == "add_branch":
        branches.append(Condition(""))
    elif verb == "drop_branch" and 0 <= at < len(branches):
        branches.pop(at)
    elif verb == "drop" and 0 <= at < len(choices):
        choices.pop(at)
    elif verb in ("up", "down") and 0 <= at < len(choices):
        to = at + (1 if verb == "down" else -1)
        if 0 <= to < len(choices):
            choices.insert(to, choices.pop(at))
    return replace(question, choices=choices, shown_if=branches)

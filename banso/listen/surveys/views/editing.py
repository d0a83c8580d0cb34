"""The editor: each change is one request that gives back the editor as it stands then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banso.know.accounts.rules import whole_number
from banso.listen.surveys import editing, presenting
from banso.listen.surveys.definition import Definition, Question
from banso.listen.surveys.forms import (
    NameForm,
    read_question,
    read_words,
    shaped,
    with_row,
)
from banso.listen.surveys.models import Asked, Survey
from banso.listen.surveys.presenting import Opened
from banso.listen.surveys.reads import definition_of, newest_version, used_names
from banso.listen.surveys.wording import sentences, title_of
from banso.listen.surveys.writes import (
    AskedAlready,
    Faulty,
    change_asked,
    change_definition,
    rename_survey,
)
from banso.shared.users.models import User
from banso.shared.users.reads import allowed

EDITOR = "surveys/survey_edit.html"
STEPS = {"up": -1, "down": 1}
NAME_OR_ASKED = {
    "name": gettext_lazy("Give the survey a name of at most 120 characters."),
    "asked": gettext_lazy("Choose who is asked: people at customers, or colleagues."),
}


@require_GET
def survey_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """How is it asked?"""
    allowed(request, "define")
    survey = get_object_or_404(Survey, pk=pk)
    definition = definition_of(newest_version(survey))
    new_on = whole_number(request.GET.get("new", ""))
    if new_on is not None:
        question = Question(key=_free_key(survey, ""), kind="choice", title={})
        question = shaped(question, by_meaning=False)
        return _editor(request, survey, _opened(question, page=new_on, is_new=True))
    if request.GET.get("part") == "texts":
        seen = editing.stamp(editing.texts_of(definition))
        return _editor(request, survey, Opened(part="texts", seen=seen))
    found = editing.question_of(definition, request.GET.get("question", ""))
    if found is None:
        return _editor(request, survey, Opened())
    page = editing.page_of(definition, found.key)
    return _editor(request, survey, _opened(found, page=page, seen=editing.stamp(found)))


def _opened(question: Question, **fields: Any) -> Opened:
    return Opened(part="question", question=question, **fields)


def _free_key(survey: Survey, meaning: str) -> str:
    return editing.free_name("q", meaning, used_names(survey))


def _editor(request: HttpRequest, survey: Survey, opened: Opened) -> HttpResponse:
    """The whole page, or for the page's own script the parts that change."""
    version = newest_version(survey)
    definition = definition_of(version)
    context = {
        "survey": survey,
        "version": version,
        "pages": presenting.outline(definition),
        "hints": presenting.hints(definition),
        "opened": opened,
        "is_placed": presenting.is_placed(definition, opened),
        "preview": presenting.preview(definition, opened),
        "form": presenting.question_form(definition, opened),
        "texts": presenting.texts_form(definition, opened),
        "asked_choices": [] if survey.waves.exists() else Asked.choices,
    }
    part = "#editor" if request.headers.get("HX-Request") else ""
    return render(request, f"{EDITOR}{part}", context)


def _after(request: HttpRequest, survey: Survey, query: str = "") -> HttpResponse:
    """What was changed is saved: the editor with the same part open, by its address."""
    address = reverse("surveys:survey_edit", args=[survey.pk]) + query
    if not request.headers.get("HX-Request"):
        return redirect(address)
    key = query.removeprefix("?question=")
    definition = definition_of(newest_version(survey))
    found = editing.question_of(definition, key)
    opened = Opened()
    if found:
        page = editing.page_of(definition, key)
        opened = _opened(found, page=page, seen=editing.stamp(found))
    response = _editor(request, survey, opened)
    response["HX-Push-Url"] = address
    return response


@require_POST
def save_question(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the open question, or only show what became of its form."""
    user, survey = allowed(request, "define"), get_object_or_404(Survey, pk=pk)
    opened, question = _read(request, survey)
    action = request.POST.get("do", "save")
    if action == "draft":
        data = presenting.preview(definition_of(newest_version(survey)), opened)
        return render(request, f"{EDITOR}#preview_data", {"preview": data})
    if action == "shape":
        by_meaning = request.headers.get("HX-Trigger-Name") == "meaning"
        opened.question = shaped(question, by_meaning=by_meaning)
    elif action != "save":
        values = used_names(survey).get(question.key, set())
        opened.question = with_row(question, action, values)
    if action != "save":
        return _editor(request, survey, opened)

    def change(definition: Definition) -> Definition:
        _refuse_conflict(definition, opened)
        whole = editing.finished(question, definition.questions)
        return editing.put_question(definition, whole, opened.page)

    if _kept(request, survey, opened, change, user):
        return _after(request, survey, f"?question={question.key}")
    return _editor(request, survey, opened)


def _read(request: HttpRequest, survey: Survey) -> tuple[Opened, Question]:
    post = request.POST
    is_new = "is_new" in post
    key = _free_key(survey, post.get("meaning", "")) if is_new else post.get("key", "")
    page, question = whole_number(post.get("page", "")) or 0, read_question(post, key)
    return _opened(question, page=page, is_new=is_new, seen=post.get("seen", "")), question


class Conflict(Exception):
    """Somebody else changed the same part since it was shown."""


def _refuse_conflict(definition: Definition, opened: Opened) -> None:
    if opened.is_new or opened.question is None:
        return
    now = editing.question_of(definition, opened.question.key)
    if now is None and opened.seen != "gone":
        opened.seen = "gone"
        opened.conflict = _(
            "Somebody deleted this question while you were changing it. What you wrote is still "
            "here: save it to put the question back at the end of its page, or leave it deleted."
        )
        raise Conflict
    if now is not None and editing.stamp(now) != opened.seen:
        opened.theirs, opened.seen = now, editing.stamp(now)
        opened.conflict = _(
            "Somebody changed this question while you were changing it. Both are here: save to "
            "keep yours, or take theirs."
        )
        raise Conflict


def _kept(
    request: HttpRequest,
    survey: Survey,
    opened: Opened,
    change: Callable[[Definition], Definition],
    user: Any,
) -> bool:
    """True when it was saved; otherwise ``opened`` says why not."""
    definition = definition_of(newest_version(survey))
    try:
        change_definition(by=user, survey=survey, change=change)
    except Conflict:
        return False
    except editing.Gone:
        opened.faults = [
            _("What you wanted to change is not there any more: somebody moved or deleted it.")
        ]
        return False
    except Faulty as refused:
        named = opened.question.key if opened.question else ""
        opened.faults = sentences(refused.faults, definition, but=named)
        return False
    return True


def _held(request: HttpRequest, survey: Survey) -> Opened:
    """The form that was open, and perhaps not saved, while something else was pressed."""
    return _read(request, survey)[0] if "kind" in request.POST else Opened()


@require_POST
def change_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a question up, down or elsewhere, or delete it."""
    user, survey = allowed(request, "define"), get_object_or_404(Survey, pk=pk)
    page, before = whole_number(request.POST.get("to_page", "")), request.POST.get("before", "")
    key, step = request.POST.get("moved", ""), request.POST.get("step", "")
    opened = _held(request, survey)

    def change(definition: Definition) -> Definition:
        if step in STEPS:
            return editing.move_question(definition, key, STEPS[step])
        if step == "to" and (before or page is not None):
            return editing.place_question(definition, key, page or 0, before)
        found = editing.question_of(definition, key)
        if step == "drop" and found:
            _refuse_drop(definition, found, request.POST.get("moved_seen", ""), opened)
            return editing.drop_question(definition, key)
        raise editing.Gone(key)

    is_kept = _kept(request, survey, opened, change, user)
    is_open = opened.question and not (step == "drop" and opened.question.key == key)
    if is_open or not is_kept:
        return _editor(request, survey, opened)
    return _after(request, survey)


def _refuse_drop(definition: Definition, found: Question, seen: str, opened: Opened) -> None:
    """A question that others hang on stays, and one that somebody changed is shown first."""
    hanging = editing.dependants(definition, found.key)
    if hanging:
        names = ", ".join(f"“{title_of(one)}”" for one in hanging)
        opened.faults = [
            _("%(names)s: shown by the answer to this question. Change when they are shown first.")
            % {"names": names}
        ]
        raise Conflict
    if editing.stamp(found) != seen:
        opened.faults = [
            _("Somebody changed “%(title)s” a moment ago. Look at it, then delete it again.")
            % {"title": title_of(found)}
        ]
        raise Conflict


@require_POST
def change_pages(request: HttpRequest, pk: int) -> HttpResponse:
    """Add, move, name or delete a page."""
    user, survey = allowed(request, "define"), get_object_or_404(Survey, pk=pk)
    step, at = request.POST.get("step", ""), whole_number(request.POST.get("at", ""))
    title, opened = read_words(request.POST, "page_title"), _held(request, survey)
    to = whole_number(request.POST.get("to", ""))

    def change(definition: Definition) -> Definition:
        if step == "add":
            return editing.add_page(definition)
        if at is None or at >= len(definition.pages):
            raise editing.Gone(step)
        if editing.stamp(definition.pages[at]) != request.POST.get("at_seen", ""):
            opened.typed = title
            raise editing.Gone(step)
        if step in STEPS:
            return editing.move_page(definition, at, STEPS[step])
        if step == "to" and to is not None:
            return editing.move_page(definition, at, to - at)
        if step == "drop" and not definition.pages[at].questions:
            return editing.drop_page(definition, at)
        if step == "title":
            return editing.title_page(definition, at, title)
        raise editing.Gone(step)

    if _kept(request, survey, opened, change, user) and opened.question is None:
        return _after(request, survey)
    opened.renaming = at if opened.typed is not None else None
    return _editor(request, survey, opened)


@require_POST
def save_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the name, title, introduction and thanks."""
    user, survey = allowed(request, "define"), get_object_or_404(Survey, pk=pk)
    typed = [read_words(request.POST, name) for name in ("title", "intro", "thanks")]
    opened = Opened(part="texts", typed=typed, seen=request.POST.get("seen", ""))
    if request.POST.get("do") == "draft":
        data = presenting.preview(definition_of(newest_version(survey)), opened)
        return render(request, f"{EDITOR}#preview_data", {"preview": data})
    name = NameForm(request.POST)
    if not name.is_valid():
        opened.faults = [str(NAME_OR_ASKED[next(iter(name.errors))])]
        return _editor(request, survey, opened)

    def change(definition: Definition) -> Definition:
        now = editing.stamp(editing.texts_of(definition))
        if now != opened.seen:
            opened.seen = now
            opened.theirs_texts = editing.texts_of(definition)
            opened.conflict = _(
                "Somebody changed these texts while you were changing them. Both are here: save "
                "to keep yours, or take theirs."
            )
            raise Conflict
        return editing.with_texts(definition, typed)

    if not _kept(request, survey, opened, change, user):
        return _editor(request, survey, opened)
    if name.cleaned_data["name"] != survey.name:
        rename_survey(by=user, survey=survey, name=name.cleaned_data["name"])
    refused = _asked_otherwise(user, survey, name.cleaned_data["asked"] or survey.asked)
    return _editor(request, survey, refused) if refused else _after(request, survey)


def _asked_otherwise(user: User, survey: Survey, asked: str) -> Opened | None:
    """Who is asked, changed; or the texts open with why that cannot be."""
    if asked == survey.asked:
        return None
    try:
        change_asked(by=user, survey=survey, asked=asked)
    except AskedAlready:
        texts = editing.texts_of(definition_of(newest_version(survey)))
        told = _("A wave exists, so who is asked stays as it is. The texts were saved.")
        return Opened(part="texts", seen=editing.stamp(texts), faults=[told])
    return None

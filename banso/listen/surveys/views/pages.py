from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.listen.surveys import presenting
from banso.listen.surveys.catalogue import templates
from banso.listen.surveys.definition import Definition, parse
from banso.listen.surveys.files import as_file
from banso.listen.surveys.forms import FILE, NewSurveyForm
from banso.listen.surveys.models import Asked, Survey
from banso.listen.surveys.reads import (
    counted_answers,
    definition_of,
    newest_version,
    surveys,
    versions_of,
)
from banso.listen.surveys.slots import survey_panels
from banso.listen.surveys.wording import sized
from banso.listen.surveys.writes import archive_survey, create_survey
from banso.shared.slots import render_panels
from banso.shared.spreadsheets import attachment
from banso.shared.users.reads import allowed, signed_in


@require_GET
def survey_list(request: HttpRequest) -> HttpResponse:
    """What do we ask our customers?"""
    archived = request.GET.get("archived") == "1"
    rows = [(one, sized(parse(one.document))) for one in surveys(archived=archived)]
    context = {
        "rows": rows,
        "archived": archived,
        "any_archived": archived or surveys(archived=True).exists(),
        "answers": sum(survey.answered for survey, _size in rows),
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "surveys/survey_list.html", context)


@require_http_methods(["GET", "POST"])
def survey_new(request: HttpRequest) -> HttpResponse:
    """What do we want to know?"""
    user = allowed(request, "define")
    form = NewSurveyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        template = templates().get(given["template"])
        definition = template.definition if template else given.get("definition") or Definition([])
        survey = create_survey(
            by=user,
            name=given["name"] or (str(template.title) if template else _("Survey of a file")),
            definition=definition,
            template=template.key if template else "",
            asked=template.asked if template else given["asked"] or Asked.CUSTOMERS,
        )
        return redirect("surveys:survey_edit", survey.pk)
    offered = [
        (one, Asked(one.asked).label, presenting.outline(one.definition), sized(one.definition))
        for one in templates().values()
    ]
    context = {"form": form, "offered": offered, "file": FILE}
    return render(request, "surveys/survey_new.html", context)


@require_GET
def survey_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What does this survey ask, and what came back?"""
    survey = get_object_or_404(Survey, pk=pk)
    version = newest_version(survey)
    definition = definition_of(version)
    answers, times = counted_answers(survey), survey.waves.count()
    context = {
        "survey": survey,
        "version": version,
        "answer": presenting.headline(definition, times, answers),
        "pages": presenting.outline(definition),
        "hints": presenting.hints(definition),
        "preview": presenting.preview(definition),
        "panels": render_panels(survey_panels, request, survey),
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "surveys/survey_detail.html", context)


@require_GET
def survey_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Which questions stayed the same?"""
    survey = get_object_or_404(Survey, pk=pk)
    changes = list(presenting.changes(list(versions_of(survey))))
    context = {"survey": survey, "changes": changes, "newest": changes[0]}
    return render(request, "surveys/survey_versions.html", context)


@require_GET
def survey_file(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(Survey, pk=pk)
    content = as_file(definition_of(newest_version(survey)))
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = attachment(f"{survey.name}.json")
    return response


@require_POST
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Archive a survey, or bring it back."""
    user, survey = allowed(request, "define"), get_object_or_404(Survey, pk=pk)
    archived = request.POST.get("archived") == "1"
    archive_survey(by=user, survey=survey, archived=archived)
    said = _("“%(name)s” was archived.") if archived else _("“%(name)s” is in use again.")
    messages.success(request, said % {"name": survey.name})
    return redirect(reverse("surveys:survey_list") if archived else survey_page(survey))


def survey_page(survey: Survey) -> str:
    return reverse("surveys:survey_detail", args=[survey.pk])

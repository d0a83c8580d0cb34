from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banso.know.accounts.reads import account_for
from banso.know.people.reads import person_for
from banso.listen.answers.reads import (
    Told,
    exported,
    extent_of,
    in_words,
    told_by_person,
    told_page,
    years_of,
)
from banso.listen.answers.writes import erase_answers, note_export
from banso.shared.spreadsheets import attachment, csv_response
from banso.shared.users.reads import allowed, signed_in


def _language() -> str:
    return (get_language() or "en")[:2]


@require_GET
def customer_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """What has this customer told us, from whatever survey?"""
    account = account_for(signed_in(request), pk)
    page, told = told_page(account, request.GET.get("page", ""), _language())
    context = {
        "account": account,
        "page": page,
        "told": told,
        "extent": extent_of(account),
        "years": years_of(account),
    }
    return render(request, "answers/customer_answers.html", context)


@require_GET
def person_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """What has this person answered, to be handed over or erased?"""
    user = allowed(request, "settings")
    person = person_for(user, pk)
    told = in_words(list(told_by_person(user, person)), _language())
    return render(request, "answers/person_answers.html", {"person": person, "told": told})


@require_GET
def person_answers_file(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """The same as a file for the person."""
    user = allowed(request, "settings")
    person = person_for(user, pk)
    if form not in ("json", "csv"):
        raise Http404
    told = in_words(list(told_by_person(user, person)), _language())
    note_export(by=user, person=person, form=form)
    name = f"answers-{person.pk}.{form}"
    if form == "csv":
        header = [_("Survey"), _("Wave"), _("Customer"), _("Day of the answer"), _("Question"),
                  _("Answer"), _("As the file said it")]  # fmt: skip
        return csv_response(name, header, _rows(told))
    document = {
        "person": {"id": person.pk, "external_id": person.external_id, "name": person.name},
        "answers": list(exported(told)),
    }
    content = msgspec.json.format(msgspec.json.encode(document), indent=2)
    response = HttpResponse(content, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = attachment(name)
    return response


def _rows(told: Sequence[Told]) -> Iterator[tuple[object, ...]]:
    for one in told:
        response = one.response
        about = (response.wave.survey.name, response.wave.name, response.account or "",
                 response.submitted_on)  # fmt: skip
        for said in one.says:
            yield (*map(str, about), said.title, said.text, response.original.get(said.title, ""))


@require_POST
def erase_person_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the person out of their answers."""
    user = allowed(request, "settings")
    person = person_for(user, pk)
    for done in erase_answers(by=user, person=person):
        if done.rows:
            messages.success(request, f"{_(done.what)}: {done.rows}")
    return redirect("answers:person_answers", person.pk)

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.models import Account
from banso.know.accounts.reads import account_for, may_change
from banso.know.accounts.rules import whole_number
from banso.know.people.forms import LinkForm, PeopleFilterForm, PersonForm, PlaceForm
from banso.know.people.models import Membership
from banso.know.people.reads import (
    MOST_PAGES,
    SORTS,
    PeopleQuestion,
    may_change_person,
    people_named,
    people_page,
    person_for,
    person_label,
    places_of,
)
from banso.know.people.writes import add_person, change_person, put_at_account, take_from_account
from banso.shared.fields.reads import fields_of
from banso.shared.users.reads import signed_in


@require_GET
def person_list(request: HttpRequest) -> HttpResponse:
    """Whom do we know, and where?"""
    form = PeopleFilterForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    sort, number = request.GET.get("sort", "name"), request.GET.get("page", "")
    question = PeopleQuestion(
        q=given.get("q", ""),
        account=given.get("account", ""),
        key_only=given.get("key", False),
        influence=given.get("influence", ""),
        sort=sort if sort in SORTS else "name",
        page=min(max(whole_number(number) or 1, 1), MOST_PAGES),
    )
    page = people_page(question)
    context = {
        "form": form,
        "question": question,
        "page": page,
        "rows": [(person, page.places.get(person.pk, [])) for person in page.people],
        "by_name": question.address(sort="-name" if question.sort == "name" else ""),
        "by_kana": question.address(
            sort="-name_kana" if question.sort == "name_kana" else "name_kana"
        ),
        "previous": question.address(page=page.number - 1) if page.number > 1 else "",
        "next": question.address(page=page.number + 1)
        if page.has_next and page.number < MOST_PAGES
        else "",
        "may_import": signed_in(request).may("import"),
    }
    return render(request, "people/person_list.html", context)


@require_GET
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is this person, and where do they stand?"""
    user = signed_in(request)
    person = person_for(user, pk)
    places = places_of(person)
    own = [
        (field.label, person.custom[field.key])
        for field in fields_of("person")
        if field.key in person.custom
    ]
    context = {
        "person": person,
        "places": [(place, may_change(user, place.account)) for place in places],
        "own": own,
        "may_change": may_change_person(user, places),
        "may_forget": user.may("settings"),
    }
    return render(request, "people/person_detail.html", context)


@require_http_methods(["GET", "POST"])
def person_add(request: HttpRequest, account_pk: int) -> HttpResponse:
    """Add somebody new at an account."""
    user = signed_in(request)
    account = account_for(user, account_pk)
    if not may_change(user, account):
        raise PermissionDenied
    form, place = PersonForm(request.POST or None), PlaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and place.is_valid():
        person = add_person(by=user, account=account, **place.cleaned_data, **form.written())
        messages.success(request, _("%(name)s was added.") % {"name": person.name})
        return redirect(_people_of(account))
    return render(
        request, "people/person_add.html", {"form": form, "place": place, "account": account}
    )


@require_http_methods(["GET", "POST"])
def person_link(request: HttpRequest, account_pk: int) -> HttpResponse:
    """Place somebody whom we know from another account at this one too."""
    user = signed_in(request)
    account = account_for(user, account_pk)
    if not may_change(user, account):
        raise PermissionDenied
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        put_at_account(by=user, account=account, **form.cleaned_data)
        messages.success(
            request, _("%(name)s was added.") % {"name": form.cleaned_data["person"].name}
        )
        return redirect(_people_of(account))
    return render(request, "people/person_link.html", {"form": form, "account": account})


@require_GET
def person_options(request: HttpRequest) -> HttpResponse:
    """What the person input offers for the text typed so far."""
    text = request.GET.get("person", "").strip()
    labels = [person_label(person) for person in people_named(text)] if text else []
    return render(request, "people/person_options.html", {"labels": labels})


@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    person = person_for(user, pk)
    if not may_change_person(user, places_of(person)):
        raise PermissionDenied
    name = person.name  # checking the form changes the instance
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        change_person(by=user, person=person, **form.written())
        messages.success(request, _("Saved."))
        return redirect("people:person_detail", pk)
    return render(
        request, "people/person_edit.html", {"form": form, "person": person, "name": name}
    )


@require_http_methods(["GET", "POST"])
def place_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Is this person a key person of the account, and what is their influence?"""
    user = signed_in(request)
    place = get_object_or_404(Membership.objects.select_related("account__owner", "person"), pk=pk)
    if not may_change(user, place.account):
        raise PermissionDenied
    form = PlaceForm(
        request.POST or None, initial={"is_key": place.is_key, "influence": place.influence}
    )
    if request.method == "POST" and form.is_valid():
        put_at_account(by=user, person=place.person, account=place.account, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(_people_of(place.account))
    return render(request, "people/place_edit.html", {"form": form, "place": place})


@require_POST
def place_remove(request: HttpRequest, pk: int) -> HttpResponse:
    place = get_object_or_404(Membership.objects.select_related("account__owner", "person"), pk=pk)
    take_from_account(by=signed_in(request), place=place)
    messages.success(
        request, _("%(name)s was taken from this customer.") % {"name": place.person.name}
    )
    return redirect(_people_of(place.account))


def _people_of(account: Account) -> str:
    return f"{reverse('accounts:account_detail', args=[account.pk])}#panel-people"

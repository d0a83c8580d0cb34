from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from banso.shared.fields.forms import FieldForm
from banso.shared.fields.models import FieldDefinition, Holder
from banso.shared.fields.reads import fields_of
from banso.shared.fields.writes import change_field, define_field
from banso.shared.users.reads import allowed


@require_GET
def field_list(request: HttpRequest) -> HttpResponse:
    """Which fields has the organisation added?"""
    allowed(request, "settings")
    holders = [(label, fields_of(value)) for value, label in Holder.choices]
    return render(
        request,
        "fields/field_list.html",
        {"holders": holders, "is_empty": not any(f for _l, f in holders)},
    )


@require_http_methods(["GET", "POST"])
def field_add(request: HttpRequest) -> HttpResponse:
    user = allowed(request, "settings")
    form = FieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        field = define_field(by=user, choices=data.pop("choices_text"), **data)
        messages.success(request, _("The field “%(name)s” was added.") % {"name": field.label})
        return redirect("fields:field_list")
    return render(request, "fields/field_add.html", {"form": form})


@require_http_methods(["GET", "POST"])
def field_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = allowed(request, "settings")
    field = get_object_or_404(FieldDefinition, pk=pk)
    name = field.label  # checking the form changes the instance
    form = FieldForm(request.POST or None, instance=field)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        change_field(by=user, field=field, choices=data.pop("choices_text", None), **data)
        messages.success(request, _("Saved."))
        return redirect("fields:field_list")
    return render(
        request, "fields/field_edit.html", {"form": form, "field_definition": field, "name": name}
    )

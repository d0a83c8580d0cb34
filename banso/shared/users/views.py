from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.shared.users import reads, writes
from banso.shared.users.forms import OrganisationForm, UserForm, team_names
from banso.shared.users.models import User


@require_GET
def user_list(request: HttpRequest) -> HttpResponse:
    """Who can sign in, and what may they do?"""
    reads.allowed(request, "manage_users")
    return render(request, "users/user_list.html", {"users": reads.everybody()})


@require_http_methods(["GET", "POST"])
def user_new(request: HttpRequest) -> HttpResponse:
    by = reads.allowed(request, "manage_users")
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        added = writes.add_user(
            by=by,
            email=data["email"],
            password=data["password"],
            name=data["name"],
            role=data["role"],
            team=writes.add_team(by=by, name=data["team"]) if data["team"] else None,
        )
        messages.success(request, _("%(name)s can sign in now.") % {"name": added})
        return redirect("users:user_list")
    return render(request, "users/user_new.html", {"form": form, "teams": team_names()})


@require_http_methods(["GET", "POST"])
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    by = reads.allowed(request, "manage_users")
    user = get_object_or_404(User, pk=pk)
    initial = {"name": user.name, "role": user.role, "team": user.team.name if user.team else ""}
    form = UserForm(request.POST or None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if user == by and data["role"] != by.role:
            form.add_error("role", _("Ask another administrator to change your own role."))
        else:
            team = writes.add_team(by=by, name=data["team"]) if data["team"] else None
            writes.change_user(by=by, user=user, name=data["name"], role=data["role"], team=team)
            messages.success(request, _("Saved."))
            return redirect("users:user_list")
    return render(
        request, "users/user_edit.html", {"form": form, "person": user, "teams": team_names()}
    )


@require_POST
def user_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody in again, or out; what they did stays."""
    by = reads.allowed(request, "manage_users")
    user = get_object_or_404(User, pk=pk)
    if user == by:
        messages.error(request, _("You cannot lock yourself out."))
    else:
        writes.set_active(by=by, user=user, active=request.POST.get("active") == "1")
    return redirect("users:user_list")


@require_http_methods(["GET", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    by = reads.allowed(request, "settings")
    form = OrganisationForm(request.POST or None, instance=reads.organisation())
    if request.method == "POST" and form.is_valid():
        writes.save_organisation(by=by, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("users:organisation")
    return render(request, "users/organisation.html", {"form": form})

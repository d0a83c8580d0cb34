from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.shared.users.models import User
from banso.shared.users.reads import signed_in
from banso.shared.users.writes import set_preferences
from banso.shell.forms import PreferencesForm


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The morning starts with Today."""
    return redirect("today:today")


@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = PreferencesForm(
        request.POST or None, initial={"language": user.language, "time_zone": user.time_zone}
    )
    if request.method == "POST" and form.is_valid():
        set_preferences(
            user=user,
            language=form.cleaned_data["language"],
            time_zone=form.cleaned_data["time_zone"],
        )
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("Saved."))
        return redirect("preferences")
    return render(request, "shell/preferences.html", {"form": form})


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language and come back: kept with the user, or in a cookie before sign-in."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=31_536_000, samesite="Lax"
        )
        if isinstance(request.user, User):
            set_preferences(user=request.user, language=chosen, time_zone=request.user.time_zone)
    return response


@login_not_required
@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_GET
def ready(request: HttpRequest) -> JsonResponse:
    """The process can serve: the database is there and migrated, the folder can be written."""
    checks = {"database": _database_is_ready(), "home": _home_is_writable()}
    failed = [name for name, problem in checks.items() if problem]
    answer = {name: problem or "ok" for name, problem in checks.items()}
    return JsonResponse(
        {"status": "failed" if failed else "ok", **answer}, status=503 if failed else 200
    )


def _database_is_ready() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"unreachable: {type(error).__name__}"
    return f"{len(waiting)} migrations wait: run banso migrate" if waiting else ""


def _home_is_writable() -> str:
    probe = settings.HOME / ".writable"
    try:
        probe.write_text("ok")
        probe.unlink()
    except OSError as error:
        return f"not writable: {error.strerror}"
    return ""


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "shell/forbidden.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "shell/not_found.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request: to ask who reads this would fail again where the database is away."""
    return HttpResponse(render_to_string("shell/server_error.html"), status=500)

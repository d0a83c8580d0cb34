from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from banso.shared.keys.forms import LABELS, KeyForm
from banso.shared.keys.models import ApiKey
from banso.shared.keys.reads import all_keys
from banso.shared.keys.writes import make_key, revoke_key
from banso.shared.users.reads import allowed


@never_cache
@require_http_methods(["GET", "POST"])
def key_list(request: HttpRequest) -> HttpResponse:
    """Which programs may send something? A new key is shown in the answer to its making alone."""
    user = allowed(request, "settings")
    form = KeyForm(request.POST or None)
    made, token = None, ""
    if request.method == "POST" and form.is_valid():
        made, token = make_key(by=user, **form.cleaned_data)
        form = KeyForm()
    keys = [(key, [LABELS[scope] for scope in key.scopes if scope in LABELS]) for key in all_keys()]
    open_keys = sum(key.revoked_at is None for key, _labels in keys)
    return render(
        request,
        "keys/key_list.html",
        {"form": form, "keys": keys, "open_keys": open_keys, "made": made, "token": token},
    )


@require_POST
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a key: the next request with it is turned away."""
    user = allowed(request, "settings")
    key = get_object_or_404(ApiKey, pk=pk)
    revoke_key(by=user, key=key)
    messages.success(request, _("The key “%(name)s” was revoked.") % {"name": key.name})
    return redirect("keys:key_list")

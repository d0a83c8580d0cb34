from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from banso.shared.slots import nav
from banso.shared.users.models import User
from banso.shared.users.reads import nobody_yet


def page(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page needs: the menu for this user, with the present place marked."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"menu": [], "nobody_yet": nobody_yet}
    menu = []
    for item in nav.values():
        if item.may and not user.may(item.may):
            continue
        url = reverse(item.url_name)
        menu.append(
            {
                "label": item.label,
                "url": url,
                "icon": item.icon,
                "here": request.path.startswith(url),
            }
        )
    return {"menu": menu}

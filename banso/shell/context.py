from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import nav
from banso.shared.users.models import User
from banso.shared.users.reads import nobody_yet

# from which place in the menu on a heading stands over the lines
SECTIONS = ((40, _("Data")), (60, _("Measuring")), (70, _("Proving")), (900, _("Settings")))


def page(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page needs: the menu for this user, with the present place marked."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"menu": [], "nobody_yet": nobody_yet}
    menu = []
    told = 0
    for filling in nav.fillings():
        item = filling.value
        if item.may and not user.may(item.may):
            continue
        url = reverse(item.url_name)
        place = sum(filling.order >= begin for begin, _name in SECTIONS)
        menu.append(
            {
                "label": item.label,
                "url": url,
                "icon": item.icon,
                "here": request.path.startswith(url),
                "section": SECTIONS[place - 1][1] if place > told else "",
            }
        )
        told = place
    return {"menu": menu}

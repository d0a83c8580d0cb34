from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "banso.shared.users"
    label = "users"

    def ready(self) -> None:
        from banso.shared.slots import NavItem, nav

        nav.fill(
            "organisation",
            NavItem(_("Organisation"), "users:organisation", "settings", "settings"),
            order=900,
        )
        nav.fill(
            "users",
            NavItem(_("Users"), "users:user_list", "users-group", "manage_users"),
            order=910,
        )

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class FieldsConfig(AppConfig):
    name = "banso.shared.fields"
    label = "fields"

    def ready(self) -> None:
        nav.fill(
            "fields", NavItem(_("Own fields"), "fields:field_list", "forms", "settings"), order=905
        )

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class ImportsConfig(AppConfig):
    name = "banso.listen.imports"
    label = "imports"

    def ready(self) -> None:
        from banso.listen.imports import jobs  # noqa: F401 - the import registers them

        nav.fill("imports", NavItem(_("Imports"), "imports:import_list", "upload"), order=40)

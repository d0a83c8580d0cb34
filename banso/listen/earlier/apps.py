from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class EarlierConfig(AppConfig):
    name = "banso.listen.earlier"
    label = "earlier"

    def ready(self) -> None:
        from banso.listen.earlier import jobs, reactions  # noqa: F401 - the import registers them

        item = NavItem(_("Earlier surveys"), "earlier:earlier_list", "history")
        nav.fill("earlier", item, order=46)

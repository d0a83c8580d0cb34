from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import Panel, account_panels


class NotesConfig(AppConfig):
    name = "banso.know.notes"
    label = "notes"

    def ready(self) -> None:
        from banso.know.notes import panels
        from banso.know.notes.api import router
        from banso.shared.rest.slots import routers

        routers.fill("notes", router, order=40)
        account_panels.fill("timeline", Panel(_("Timeline"), panels.timeline, wide=True), order=80)

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.slots import survey_panels
from banso.shared.slots import Panel


class InvitationsConfig(AppConfig):
    name = "banso.listen.invitations"
    label = "invitations"

    def ready(self) -> None:
        from banso.listen.invitations import jobs  # noqa: F401 - the import registers them
        from banso.listen.invitations.panels import waves_panel

        survey_panels.fill("waves", Panel(_("Waves"), waves_panel, wide=True), order=10)

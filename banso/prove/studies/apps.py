from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class StudiesConfig(AppConfig):
    name = "banso.prove.studies"
    label = "studies"

    def ready(self) -> None:
        from banso.prove.studies.api import router
        from banso.shared.rest.slots import routers

        routers.fill("evidence", router, order=90)
        from banso.prove.studies import jobs, reactions  # noqa: F401

        nav.fill("evidence", NavItem(_("Evidence"), "studies:evidence_list", "scale"), order=70)

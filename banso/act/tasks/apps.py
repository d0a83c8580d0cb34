from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "banso.act.tasks"
    label = "tasks"

    def ready(self) -> None:
        from banso.act.tasks import reactions  # noqa: F401
        from banso.act.tasks.api import router
        from banso.shared.rest.slots import routers

        routers.fill("tasks", router, order=110)
        from banso.act.tasks.panels import next_steps
        from banso.act.tasks.sentences import SENTENCES
        from banso.shared.slots import NavItem, Panel, account_panels, entry_sentences, nav

        nav.fill("tasks", NavItem(_("Tasks"), "tasks:task_list", "checklist"), order=15)
        account_panels.fill("next_steps", Panel(_("Next steps"), next_steps, wide=True), order=5)
        for kind, sentence in SENTENCES.items():
            entry_sentences.fill(kind, sentence, order=0)

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "banso.act.tasks"
    label = "tasks"

    def ready(self) -> None:
        from banso.act.tasks.panels import next_steps  # noqa: PLC0415
        from banso.shared.slots import NavItem, Panel, account_panels, nav  # noqa: PLC0415

        nav.fill("tasks", NavItem(_("Tasks"), "tasks:task_list", "checklist"), order=15)
        account_panels.fill("next_steps", Panel(_("Next steps"), next_steps), order=70)

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnswersConfig(AppConfig):
    name = "banso.listen.answers"
    label = "answers"

    def ready(self) -> None:
        from banso.know.forgetting.registry import traces
        from banso.listen.answers.panels import told
        from banso.listen.answers.writes import take_out
        from banso.shared.slots import Panel, account_panels

        account_panels.fill("answers", Panel(_("What they told us"), told), order=55)
        traces.fill("answers", take_out, order=55)

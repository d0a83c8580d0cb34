from __future__ import annotations

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    name = "banso.act.signals"
    label = "signals"

    def ready(self) -> None:
        from banso.act.signals import jobs, reactions  # noqa: F401, PLC0415

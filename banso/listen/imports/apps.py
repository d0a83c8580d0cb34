from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "banso.listen.imports"
    label = "imports"

    def ready(self) -> None:
        from banso.listen.imports import jobs  # noqa: F401

from __future__ import annotations

from django.apps import AppConfig


class LoadsConfig(AppConfig):
    name = "banso.listen.loads"
    label = "loads"

    def ready(self) -> None:
        from banso.listen.loads import jobs  # noqa: F401 - the import registers them

from __future__ import annotations

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "banso.shared.journal"
    label = "journal"

    def ready(self) -> None:
        from banso.shared.journal import jobs  # noqa: F401

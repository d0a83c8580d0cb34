from __future__ import annotations

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "banso.prove.studies"
    label = "studies"

    def ready(self) -> None:
        from banso.prove.studies import jobs, reactions  # noqa: F401

from __future__ import annotations

from django.apps import AppConfig


class LakeConfig(AppConfig):
    name = "banso.shared.lake"
    label = "lake"

    def ready(self) -> None:
        from banso.shared.lake import jobs, reactions  # noqa: F401

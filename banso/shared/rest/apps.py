from __future__ import annotations

from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "banso.shared.rest"
    label = "rest"

    def ready(self) -> None:
        from banso.shared.rest.api import router
        from banso.shared.rest.slots import routers

        routers.fill("key", router, order=0)

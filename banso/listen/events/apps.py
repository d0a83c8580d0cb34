from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "banso.listen.events"
    label = "events"

    def ready(self) -> None:
        from banso.know.forgetting.registry import traces
        from banso.listen.events import jobs, raw_inbox, reactions  # noqa: F401
        from banso.listen.events.forgotten.writes import take_out
        from banso.listen.events.names_api import router
        from banso.listen.events.openapi import described
        from banso.listen.events.rhythm.writes import count_compacted
        from banso.shared.lake import registry
        from banso.shared.rest.slots import documents, routers
        from banso.shared.slots import NavItem, nav

        nav.fill("events", NavItem(_("Events"), "events:event_list", "activity"), order=50)
        registry.decoders.fill(raw_inbox.FORMAT, raw_inbox.rows_of_payload, order=10)
        registry.arrived.fill("events", count_compacted, order=50)
        traces.fill("events", take_out, order=50)
        routers.fill("event names", router, order=60)
        documents.fill("events", described, order=60)

from __future__ import annotations

from django.urls import path

from banso.listen.events import api, views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="event_list"),
    path("<int:pk>/", views.event_edit, name="event_edit"),
]
ingest_urlpatterns = [
    path("api/v1/events", api.send_events, name="send_events"),
    path("api/v1/identify", api.identify, name="identify"),
    path("v1/<str:kind>", api.segment, name="segment"),
]

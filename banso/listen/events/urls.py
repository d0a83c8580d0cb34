from __future__ import annotations

from django.urls import path

from banso.listen.events import api, views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="event_list"),
    path("names/", views.event_names, name="event_names"),
    path("<int:pk>/", views.event_edit, name="event_edit"),
    path("sources/<int:pk>/", views.source_detail, name="source_detail"),
    path("features/", views.feature_list, name="feature_list"),
    path("features/<int:pk>/", views.feature_edit, name="feature_edit"),
    path("properties/", views.property_list, name="property_list"),
    path("properties/hide/", views.property_hide, name="property_hide"),
    path("unknown/", views.unknown_list, name="unknown_list"),
    path("refused/", views.refused_list, name="refused_list"),
    path("refused/<int:pk>/", views.refused_edit, name="refused_edit"),
]
ingest_urlpatterns = [
    path("api/v1/events", api.send_events, name="send_events"),
    path("api/v1/identify", api.identify, name="identify"),
    path("v1/<str:kind>", api.segment, name="segment"),
]

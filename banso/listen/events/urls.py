from __future__ import annotations

from django.urls import path

from banso.listen.events import views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="event_list"),
    path("<int:pk>/", views.event_edit, name="event_edit"),
]

from __future__ import annotations

from django.urls import path

from banso.measure.health import views

app_name = "health"
urlpatterns = [
    path("", views.health_settings, name="health_settings"),
    path("preview/", views.health_preview, name="health_preview"),
]

from __future__ import annotations

from django.urls import path

from banso.act.signals import views

app_name = "signals"
urlpatterns = [path("settings/", views.signal_settings, name="signal_settings")]

from __future__ import annotations

from django.apps import AppConfig


class TodayConfig(AppConfig):
    name = "banso.act.today"
    label = "today"

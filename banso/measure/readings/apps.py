from __future__ import annotations

from django.apps import AppConfig


class ReadingsConfig(AppConfig):
    name = "banso.measure.readings"
    label = "readings"

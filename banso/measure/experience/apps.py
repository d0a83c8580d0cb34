from __future__ import annotations

from django.apps import AppConfig


class ExperienceConfig(AppConfig):
    name = "banso.measure.experience"
    label = "experience"

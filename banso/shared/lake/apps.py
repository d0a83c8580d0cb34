from __future__ import annotations

from django.apps import AppConfig


class LakeConfig(AppConfig):
    name = "banso.shared.lake"
    label = "lake"

from __future__ import annotations

from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "banso.shared.fields"
    label = "fields"

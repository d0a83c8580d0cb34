from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "banso.listen.imports"
    label = "imports"

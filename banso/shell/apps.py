from __future__ import annotations

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "banso.shell"
    label = "shell"

"""The ``banso`` command: the verbs of the house, and Django's own (migrate, shell …)."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    # Processes share the machine: threads of the matrix library waiting for each other cost thrice.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["banso", *(sys.argv[1:] or ["help"])])

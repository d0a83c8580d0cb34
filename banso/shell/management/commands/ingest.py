from __future__ import annotations

from banso.shell.management.commands.web import Command as Web


class Command(Web):
    help = "Take events only, without the pages; run `banso web` and `banso work` elsewhere."
    target = "banso.shell.rsgi:ingest_application"

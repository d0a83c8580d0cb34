from __future__ import annotations

from banso.shell.command import main

main()

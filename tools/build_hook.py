"""Hatch build hook: the wheel carries the compiled Japanese and the front-end files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BansoBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling asks for no parameter
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make what git ignores; an editable install makes it with `make` instead."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from tools import assets, messages

        messages.compile_all(root)
        assets.build(root)

"""Where each app puts its part of the HTTP API; the shell joins them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ninja import Router

from banso.shared.slots import Slot

Paths = dict[str, Any]
# an app's own routes, under /api/v1
routers: Slot[Router] = Slot("api routers")
# operations that are answered past ninja: their OpenAPI paths and schemas
documents: Slot[Callable[[], tuple[Paths, dict[str, Any]]]] = Slot("api documents")

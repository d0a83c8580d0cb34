"""The surveys that one can begin with: every file of ``catalog/``."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from banso.listen.surveys import catalog
from banso.listen.surveys.kinds import Template


@cache
def templates() -> dict[str, Template]:
    names = (module.name for module in iter_modules(catalog.__path__))
    found = (import_module(f"{catalog.__name__}.{name}").TEMPLATE for name in names)
    return {one.key: one for one in sorted(found, key=lambda one: one.order)}

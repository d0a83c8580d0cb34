"""The files of the tree, read once, as the convention tests need them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BANSO = ROOT / "banso"
SHELL = BANSO / "shell"
NOT_OURS = {"vendor", "node_modules", "__pycache__"}


@cache
def files(suffix: str, *, folder: Path = BANSO) -> tuple[Path, ...]:
    found = (p for p in folder.rglob(f"*{suffix}") if p.is_file() and not NOT_OURS & set(p.parts))
    return tuple(sorted(found))


@cache
def code_files() -> tuple[Path, ...]:
    """Python that runs in production: neither tests nor migrations."""
    return tuple(p for p in files(".py") if not {"migrations", "tests"} & set(p.parts))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def apps() -> tuple[Path, ...]:
    """Folders with an apps.py."""
    return tuple(p.parent for p in files("apps.py") if p.name == "apps.py")


def app_of(path: Path) -> Path | None:
    return next((app for app in apps() if path.is_relative_to(app)), None)


def place(path: Path, line: int | None = None) -> str:
    shown = path.relative_to(ROOT).as_posix()
    return f"{shown}:{line}" if line else shown


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, Function):
            yield node


def body_lines(function: Function) -> int:
    """Lines of the body, without the signature, decorators and docstring."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) else function.body
    if not body:
        return 0
    return (function.end_lineno or function.lineno) - body[0].lineno + 1


def listed(faults: Iterable[str], what_to_do: str) -> str:
    """The sentence a failing convention shows."""
    return "\n".join(["", *sorted(faults), f"What to do: {what_to_do}"])

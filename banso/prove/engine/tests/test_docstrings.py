"""What a public function of the engine does, and how it fails, stands beside it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ENGINE = Path(__file__).resolve().parents[1]
MODULES = sorted(path for path in ENGINE.glob("*.py") if path.name != "__init__.py")
# "Hyndman & Fan 1996", "Gelman et al. 2008", "Sen's (1968", or a section of METHODS
_NAME = r"[A-Z][\w’'-]+"
REFERENCE = re.compile(
    rf"METHODS \d|{_NAME}(?: (?:and|&|et al\.|[A-Z]\.|{_NAME}))*,? \(?(?:1[6-9]|20)\d\d[a-z]?\b"
)
# nothing to look up: they arrange what is given, or hold it
ARRANGING = {
    "covariates.terms",  # a column per number, 0/1 per level
}


def _public(path: Path) -> list[ast.FunctionDef | ast.ClassDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    return [n for n in nodes if not n.name.startswith("_")]


def _calls(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name
        for n in ast.walk(node)
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_what_it_gives_and_how_it_fails_is_said(path: Path) -> None:
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert len(told) > 40, f"{path.name}: say what the module is for"
    for node in _public(path):
        said = ast.get_docstring(node) or ""
        assert said, f"{path.name}: {node.name} has no docstring"
        if isinstance(node, ast.FunctionDef):
            if any(isinstance(n, ast.Raise) for n in ast.walk(node)):
                assert "Error" in said or "rrors as" in said, f"{node.name}: say what it raises"
            if _calls(node, "NoAnswer"):
                assert "NoAnswer" in said, f"{node.name}: say for which reasons it gives no answer"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_where_a_method_comes_from_is_said(path: Path) -> None:
    """A paper, a book or a section of METHODS: beside the function, or in the module's head."""

    def has_reference(told: str | None) -> bool:
        return bool(REFERENCE.search(" ".join((told or "").split())))

    if has_reference(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))):
        return
    functions = [node for node in _public(path) if isinstance(node, ast.FunctionDef)]
    bare = [node.name for node in functions if not has_reference(ast.get_docstring(node))]
    without = {f"{path.stem}.{name}" for name in bare}
    assert without <= ARRANGING, f"say where they come from: {sorted(without - ARRANGING)}"


def test_what_needs_no_reference_is_there_and_has_none() -> None:
    there = {
        f"{path.stem}.{node.name}" for path in MODULES for node in _public(path)
        if isinstance(node, ast.FunctionDef)
    }  # fmt: skip
    assert there >= ARRANGING


def test_a_test_holds_each_function_against_something() -> None:
    """Every public function is named in a test, or serves another that is."""
    tests = "".join(p.read_text(encoding="utf-8") for p in (ENGINE / "tests").glob("*.py"))
    engine = "".join(p.read_text(encoding="utf-8") for p in MODULES)
    functions = [n for path in MODULES for n in _public(path) if isinstance(n, ast.FunctionDef)]
    alone = [n.name for n in functions if n.name not in tests and engine.count(n.name) == 1]
    assert not alone, f"no test and no use: {alone}"

"""Only writes.py changes state, in one transaction, by verbs with named arguments."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests_tree.source import Function, code_files, functions, listed, place, tree_of

ALWAYS = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
ON_ROWS = {"create", "update", "delete"}
ROWS = re.compile(r"\.objects\b|\.filter\(|\.all\(\)|\.exclude\(|_set\b")
CHANGING_SQL = re.compile(r"\s*(insert|update|delete|truncate|drop|alter|create)\b", re.IGNORECASE)


def is_writes(path: Path) -> bool:
    return path.name == "writes.py" or path.parent.name == "writes"


def changes_rows(call: ast.Call) -> bool:
    """Does this call change the operational database?"""
    if not isinstance(call.func, ast.Attribute):
        return False
    verb, rows = call.func.attr, bool(ROWS.search(ast.unparse(call.func.value)))
    if verb in ALWAYS or (verb in ON_ROWS and rows):
        return True
    if verb in {"save", "delete"}:  # of a model or form; files and workbooks are told a place
        return not call.args
    return False


def runs_changing_sql(call: ast.Call) -> bool:
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in {"execute", "executemany"}):
        return False
    if "cursor" not in ast.unparse(call.func.value) or not call.args:
        return False
    text = call.args[0]
    return (
        isinstance(text, ast.Constant)
        and isinstance(text.value, str)
        and bool(CHANGING_SQL.match(text.value))
    )


def in_managers(path: Path) -> set[ast.AST]:
    """What stands in a model manager: Django itself calls create_user and its like there."""
    classes = (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef))
    managers = (c for c in classes if any("Manager" in ast.unparse(base) for base in c.bases))
    return {node for manager in managers for node in ast.walk(manager)}


def test_only_writes_change_the_database() -> None:
    faults = [
        f"{place(path, node.lineno)}: {ast.unparse(node)[:70]}"
        for path in code_files()
        if not is_writes(path)
        for node in set(ast.walk(tree_of(path))) - in_managers(path)
        if isinstance(node, ast.Call) and (changes_rows(node) or runs_changing_sql(node))
    ]
    assert not faults, listed(faults, "move the change to a verb in the app's writes.py.")


def public_verbs(path: Path) -> list[Function]:
    top = {id(node) for node in tree_of(path).body}
    return [f for f in functions(path) if id(f) in top and not f.name.startswith("_")]


def changing_calls(function: Function) -> int:
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return sum(changes_rows(call) for call in calls)


def test_writes_are_called_with_named_arguments() -> None:
    faults = [
        f"{place(path, verb.lineno)}: {verb.name}({ast.unparse(verb.args)})"
        for path in code_files()
        if is_writes(path)
        for verb in public_verbs(path)
        if changing_calls(verb) and len(verb.args.posonlyargs + verb.args.args) > 1
    ]
    assert not faults, listed(
        faults, "put `*` before the arguments; at most the thing written about stands before it."
    )


def test_a_write_of_several_changes_is_one_transaction() -> None:
    faults = []
    for path in code_files():
        for verb in public_verbs(path) if is_writes(path) else []:
            text = ast.unparse(verb)
            if changing_calls(verb) > 1 and "atomic" not in text:
                faults.append(f"{place(path, verb.lineno)}: {verb.name}")
    assert not faults, listed(faults, "decorate it with @transaction.atomic.")

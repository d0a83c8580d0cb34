"""The budgets that keep the tree readable (DESIGN: budgets)."""

from __future__ import annotations

from pathlib import Path

from tests_tree.source import (
    BANSO,
    ROOT,
    SHELL,
    apps,
    body_lines,
    files,
    functions,
    listed,
    place,
)

FILE, FUNCTION, VIEW, TEMPLATE, PAGE_SCRIPT, README = 400, 50, 40, 150, 120, 40
FOLDERS = (BANSO, ROOT / "tools", ROOT / "tests_tree", ROOT / "benchmarks")


def our_python() -> list[Path]:
    found = [path for folder in FOLDERS for path in files(".py", folder=folder)]
    return [path for path in found if "migrations" not in path.parts]


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def too_long(paths: list[Path], most: int) -> list[str]:
    return [f"{place(p)}: {lines(p)} lines, at most {most}" for p in paths if lines(p) > most]


def test_files_stay_short() -> None:
    faults = too_long(our_python(), FILE)
    assert not faults, listed(faults, "it holds two subjects: split by subject, with honest names.")


def test_functions_stay_short() -> None:
    faults = [
        f"{place(path, function.lineno)}: {function.name} has {size} lines, at most {FUNCTION}"
        for path in our_python()
        for function in functions(path)
        if (size := body_lines(function)) > FUNCTION
    ]
    assert not faults, listed(faults, "name its parts as functions of their own.")


def test_views_stay_short() -> None:
    faults = [
        f"{place(path, view.lineno)}: {view.name} has {size} lines, at most {VIEW}"
        for path in files(".py")
        if path.name == "views.py" or path.parent.name == "views"
        for view in functions(path)
        if (size := body_lines(view)) > VIEW
    ]
    assert not faults, listed(faults, "a view asks reads, calls a write, renders: move the rest.")


def test_templates_stay_short() -> None:
    found = [p for p in files(".html") if "templates" in p.parts]
    faults = too_long(found, TEMPLATE)
    assert not faults, listed(faults, "move a part into a template of its own and include it.")


def test_page_scripts_stay_short() -> None:
    found = [p for p in files(".js") if not p.is_relative_to(SHELL)]
    faults = too_long(found, PAGE_SCRIPT)
    assert not faults, listed(faults, "let the server render more, or share it in the shell.")


def test_readmes_of_apps_stay_short() -> None:
    found = [app / "README.md" for app in apps() if (app / "README.md").exists()]
    faults = too_long(found, README)
    assert not faults, listed(faults, "an app's README says what is where; the rest is docs/.")

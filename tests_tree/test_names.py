"""The tree is the map: file names tell the effect, every app is listed, `__init__.py` is empty."""

from __future__ import annotations

import ast

from django.apps import apps as django_apps
from django.conf import settings

from tests_tree.source import BANSO, ROOT, SHELL, apps, files, listed, place, tree_of

SAY_NOTHING = {"utils.py", "util.py", "helpers.py", "services.py", "common.py", "misc.py"}
SAY_NOTHING |= {"signals.py", "base.py", "core.py", "lib.py"}


def test_file_names_tell_the_effect() -> None:
    faults = [place(path) for path in files(".py") if path.name in SAY_NOTHING]
    assert not faults, listed(
        faults,
        "name the file after what it does: rules, reads, writes, reactions, jobs … or a noun.",
    )


def test_init_files_are_empty() -> None:
    faults = []
    for folder in (BANSO, ROOT / "tools", ROOT / "tests_tree", ROOT / "benchmarks"):
        for path in files("__init__.py", folder=folder):
            for node in tree_of(path).body:
                docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
                future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
                if not docstring and not future:
                    faults.append(place(path, node.lineno))
    assert not faults, listed(faults, "move the code into a module with a name.")


def test_every_app_is_installed_under_its_folders_name() -> None:
    installed = {config.name: config.label for config in django_apps.get_app_configs()}
    faults = []
    for app in apps():
        name = ".".join(app.relative_to(BANSO.parent).parts)
        if installed.get(name) != app.name:
            faults.append(f"{place(app)} is installed as {installed.get(name)!r}")
    assert not faults, listed(
        faults, "add it to STAGES in settings.py, with its folder's name as label."
    )


def test_stages_are_listed_in_the_order_of_the_loop() -> None:
    loop = ["shared", "know", "listen", "measure", "prove", "act", "grow", "inform"]
    assert list(settings.STAGES) == [stage for stage in loop if stage in settings.STAGES]
    folders = {p.parent.name for p in BANSO.glob("*/__init__.py")} - {SHELL.name}
    assert folders <= set(settings.STAGES), "a stage folder is missing in STAGES of settings.py"

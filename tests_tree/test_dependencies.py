"""What is imported is declared, what is declared is locked, and no lock names an address."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests_tree.source import ROOT, code_files, listed, place, tree_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = (
    "requirements.lock",
    "requirements-build.lock",
    "requirements-engines.lock",
    "requirements-dev.lock",
)
MOST = 30


def plain(name: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", name)
    assert match
    return re.sub(r"[-_.]+", "-", match[0]).lower()


DECLARED = {plain(requirement) for requirement in PROJECT["dependencies"]}
# extras for users, and the packages that are imported where they are installed
OPTIONAL = {"pyspark": "spark", "chdb": "clickhouse"}


def top_modules(tree: ast.Module) -> set[tuple[str, int]]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(alias.name.split(".")[0], node.lineno) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add((node.module.split(".")[0], node.lineno))
    return found


def test_every_imported_package_is_declared() -> None:
    owners = packages_distributions()
    faults = []
    for path in code_files():
        for module, line in top_modules(tree_of(path)):
            if module in sys.stdlib_module_names or module == "banso":
                continue
            if OPTIONAL.get(module) in PROJECT["optional-dependencies"]:
                continue
            if not {plain(owner) for owner in owners.get(module, [])} & DECLARED:
                faults.append(f"{place(path, line)}: {module}")
    assert not faults, listed(
        faults,
        "declare it in pyproject.toml, run `make lock`, say in ARCHITECTURE.md why it is there.",
    )


def test_there_are_few_dependencies() -> None:
    assert len(DECLARED) <= MOST, f"{len(DECLARED)} direct dependencies; at most {MOST}: drop one"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pinned = re.findall(
        r"^([A-Za-z0-9._-]+)==\S+ (?:; [^\\]+)?\\\n    --hash=sha256:", text, re.MULTILINE
    )
    every = re.findall(r"^[A-Za-z0-9]\S*", text, re.MULTILINE)
    assert len(pinned) == len(every), f"{name}: a package has no hash; run `make lock`"
    assert {plain(p) for p in pinned} >= DECLARED, (
        f"{name} is older than pyproject.toml: run `make lock`"
    )
    assert not re.search(
        r"https?://|file://|--(?:extra-)?index|--find-links|^/", text, re.MULTILINE
    ), f"{name} names an address; run `make lock`, which leaves it out"


def test_what_is_tested_is_what_is_shipped() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE))

    tested = pins("requirements-dev.lock")
    for name in LOCKS[:3]:
        beyond = set(pins(name)) - set(tested) if name == "requirements-engines.lock" else set()
        differing = {p: v for p, v in pins(name).items() if p not in beyond and tested.get(p) != v}
        assert not differing, (
            f"{name} differs from requirements-dev.lock in {differing}: run `make lock`"
        )


def test_the_front_end_lock_names_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    faults = [name for name, entry in packages.items() if "resolved" in entry]
    assert not faults, listed(
        faults, "run `npm install --package-lock-only --omit-lockfile-registry-resolved`."
    )
    assert all("integrity" in entry for name, entry in packages.items() if name)

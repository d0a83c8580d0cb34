"""tools/docs.py: a dead link or an invented command is named with its line."""

from __future__ import annotations

from pathlib import Path

from tools import docs


def a_project(folder: Path, readme: str) -> list[str]:
    (folder / "Makefile").write_text("demo: setup ## try it\n")
    (folder / "GUIDE.md").write_text("# First steps\n")
    (folder / "README.md").write_text(readme)
    docs.anchors.cache_clear()
    return list(docs.faults(folder, {"serve"}))


def test_good_links_and_commands_pass(tmp_path: Path) -> None:
    text = "[a](GUIDE.md#first-steps) [b](https://example.org) `make demo`\n\n    banso serve\n"
    assert a_project(tmp_path, text) == []


def test_each_fault_is_named(tmp_path: Path) -> None:
    text = "[a](NO.md)\n[b](GUIDE.md#no)\n`make nothing`\n```\nbanso nothing\n```\n`tools/no.py`\n"
    assert [fault.split(": ")[0] for fault in a_project(tmp_path, text)] == [
        "README.md:1",
        "README.md:2",
        "README.md:3",
        "README.md:5",
        "README.md:7",
    ]


def test_a_page_for_users_needs_both_languages(tmp_path: Path) -> None:
    (tmp_path / "docs/en").mkdir(parents=True)
    (tmp_path / "docs/en/imports.md").write_text("# Imports\n")
    assert a_project(tmp_path, "") == ["docs/en/imports.md: write docs/ja/imports.md too"]


def test_prose_that_says_make_is_no_command(tmp_path: Path) -> None:
    assert a_project(tmp_path, "We make sense, and banso means walking beside.\n") == []

"""One page, one name: url name = view = template = page script = test file."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FunctionType

from django.urls import URLPattern, URLResolver, get_resolver

from tests_tree.source import SHELL, apps, files, functions, listed, place


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


@cache
def our_pages() -> tuple[tuple[URLPattern, FunctionType, Path], ...]:
    """(pattern, the undecorated view, its app); pages of other packages are not ours to name."""
    found = []
    for pattern in patterns(get_resolver()):
        view = inspect.unwrap(pattern.callback)
        if isinstance(view, FunctionType) and view.__module__.startswith("banso."):
            source = Path(view.__code__.co_filename)
            app = next(folder for folder in (*apps(), SHELL) if source.is_relative_to(folder))
            found.append((pattern, view, app))
    return tuple(found)


def rendered_templates(view: FunctionType) -> list[str]:
    source = Path(view.__code__.co_filename)
    node = next(f for f in functions(source) if f.name == view.__name__)
    calls = (n for n in ast.walk(node) if isinstance(n, ast.Call) and len(n.args) >= 2)
    named = [c.args[1] for c in calls if isinstance(c.func, ast.Name) and c.func.id == "render"]
    return [a.value for a in named if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def test_there_are_pages() -> None:
    assert our_pages(), "no url leads to a view of ours: is banso/shell/urls.py complete?"


def test_the_url_is_named_after_its_view() -> None:
    faults = [
        f"{place(Path(view.__code__.co_filename), view.__code__.co_firstlineno)}: "
        f"url {pattern.pattern} is named {pattern.name!r}, its view {view.__name__!r}"
        for pattern, view, _ in our_pages()
        if pattern.name != view.__name__
    ]
    assert not faults, listed(faults, "give the url the name of the view function in urls.py.")


def test_every_page_has_its_test_file() -> None:
    wanted = {app / "tests" / f"test_{view.__name__}.py" for _, view, app in our_pages()}
    faults = [place(path) for path in wanted if not path.exists()]
    assert not faults, listed(faults, "write this file; it tests what the page is for.")


def test_a_page_renders_the_template_of_its_name() -> None:
    faults = []
    for _, view, app in our_pages():
        own = f"{app.name}/{view.__name__}.html"
        whole = [name for name in rendered_templates(view) if "#" not in name]
        if whole and own not in whole:
            faults.append(f"{view.__module__}.{view.__name__} renders {whole[0]}, not {own}")
    assert not faults, listed(
        faults, "name the template after the view; a fragment is a partial (`template.html#part`)."
    )


def test_a_page_script_is_named_after_its_page() -> None:
    faults = [
        place(script)
        for app in apps()
        if app != SHELL
        for script in files(".js", folder=app)
        if not (app / "templates" / app.name / f"{script.stem}.html").exists()
    ]
    assert not faults, listed(
        faults, "name the script after its page's template, or move it to banso/shell/static."
    )


def test_an_app_keeps_templates_and_static_files_under_its_own_name() -> None:
    faults = [
        place(path)
        for app in apps()
        if app != SHELL
        for kind in ("templates", "static")
        for path in ((app / kind).iterdir() if (app / kind).exists() else ())
        if path.name != app.name
    ]
    assert not faults, listed(faults, "put them into a folder named like the app.")

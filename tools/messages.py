"""Translations without GNU gettext: `update`, `compile` and `check` for every app's Japanese.

python tools/messages.py update [APP_DIR...]   write new strings into the app's django.po
python tools/messages.py compile               make every django.mo
python tools/messages.py check                 say what is missing, stale or contradictory
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, normalize, read_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.fstring_messages import Row, inside_fstrings  # noqa: E402
from tools.message_rules import Entry, clashes, entry_faults, glossary_faults, read_glossary  # noqa: E402

LANGUAGE = "ja"
TELLING = "Translators:"
WIDTH = 100
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
HEADER = """\
# Japanese of {app}. Strings are added and removed by `python tools/messages.py update`.
msgid ""
msgstr ""
"Project-Id-Version: banso\\n"
"Language: ja\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""


@dataclass
class Found:
    """One string of the source: where it stands and what translators should know."""

    context: str | None
    msgid: str
    plural: str | None = None
    files: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        return (self.msgid, self.context or "")


Strings = dict[tuple[str, str], Found]


def apps(root: Path = ROOT) -> list[Path]:
    """Every folder that owns a django.po: banso/shell, and each package below a stage."""
    stages = [d for d in sorted((root / "banso").iterdir()) if (d / "__init__.py").exists()]
    found = [root / "banso/shell"]
    for stage in stages:
        if stage.name != "shell":
            found += [d for d in sorted(stage.iterdir()) if (d / "__init__.py").exists()]
    return [app for app in found if app.is_dir()]


def po_file(app: Path) -> Path:
    return app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def sources(app: Path) -> Iterator[Path]:
    for path in sorted(app.rglob("*")):
        inside = path.relative_to(app)
        if path.suffix not in {".py", ".html", ".txt"} or not path.is_file():
            continue
        if {"tests", "migrations", "static", "locale", "node_modules"} & set(inside.parts):
            continue
        if path.suffix == ".py" or "templates" in inside.parts:
            yield path


def as_python(path: Path) -> str:
    """The file as text that Babel's Python extractor understands."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    shown = templatize(text, origin=str(path))
    return "\n".join(line.lstrip() for line in shown.splitlines())


def rows_of(path: Path) -> list[Row]:
    """Every string of a file: line, message (or message and plural), comments and context."""
    source = as_python(path)
    rows: list[Row] = list(extract("python", BytesIO(source.encode()), KEYWORDS, (TELLING,)))
    if path.suffix == ".py":
        rows += inside_fstrings(source, KEYWORDS)
    return rows


def extract_app(app: Path) -> Strings:
    strings: Strings = {}
    for path in sources(app):
        try:
            rows = rows_of(path)
        except (SyntaxError, UnicodeDecodeError) as error:
            raise SystemExit(f"{path}: cannot be read for translation: {error}") from error
        for _line, message, comments, context in rows:
            msgid, plural = (message, None) if isinstance(message, str) else message[:2]
            if not msgid:
                continue
            found = strings.setdefault((msgid, context or ""), Found(context, msgid))
            found.plural = found.plural or plural
            found.files.add(path.relative_to(app).as_posix())
            found.comments += [c for c in comments if c not in found.comments]
    return strings


def read_catalogue(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    try:
        with path.open("rb") as handle:
            return read_po(handle, locale=LANGUAGE, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise SystemExit(f"{path}: not a valid .po file, mend it by hand: {error}") from error


def translations(catalogue: Catalog) -> dict[tuple[str, str], tuple[str, bool]]:
    """(msgid, context) -> (Japanese, fuzzy) of what is in use."""
    rows: dict[tuple[str, str], tuple[str, bool]] = {}
    for message in catalogue:
        if message.id:
            msgid = message.id if isinstance(message.id, str) else message.id[0]
            said = message.string or ""
            japanese = said if isinstance(said, str) else said[0]
            rows[msgid, message.context or ""] = (japanese, message.fuzzy)
    return rows


def render(app_name: str, strings: Strings, known: dict[tuple[str, str], tuple[str, bool]]) -> str:
    """The whole django.po as text: ordered by string, without line numbers and dates."""
    out = [HEADER.format(app=app_name)]
    for key in sorted(strings):
        found = strings[key]
        japanese, fuzzy = known.get(key, ("", False))
        lines = [f"#. {comment}" for comment in found.comments]
        lines.append("#: " + " ".join(sorted(found.files)))
        lines += ["#, fuzzy"] if fuzzy else []
        if found.context:
            lines.append("msgctxt " + normalize(found.context, width=WIDTH))
        lines.append("msgid " + normalize(found.msgid, width=WIDTH))
        if found.plural:
            lines.append("msgid_plural " + normalize(found.plural, width=WIDTH))
        slot = "msgstr[0] " if found.plural else "msgstr "
        lines.append(slot + normalize(japanese, width=WIDTH))
        out.append("\n".join(lines) + "\n")
    return "\n".join(out)


def name_of(app: Path, root: Path = ROOT) -> str:
    return app.relative_to(root).as_posix() if app.is_relative_to(root) else app.as_posix()


def update(folders: list[Path], root: Path = ROOT, say: Callable[[str], None] = print) -> None:
    for app in folders:
        strings = extract_app(app)
        path = po_file(app)
        if not strings and not path.exists():
            continue
        known = translations(read_catalogue(path))
        text = render(name_of(app, root), strings, known)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        missing = sum(1 for key in strings if not known.get(key, ("", False))[0])
        gone = len(set(known) - set(strings))
        say(
            f"{name_of(app, root)}: {len(strings)} strings, {missing} without Japanese, "
            f"{gone} no longer used and removed"
        )


def compile_all(root: Path = ROOT) -> list[Path]:
    """Make the .mo beside each .po of the tree; returns what was written."""
    made = []
    for po in sorted((root / "banso").rglob(f"locale/{LANGUAGE}/LC_MESSAGES/django.po")):
        catalogue = read_catalogue(po)
        catalogue.creation_date = catalogue.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
        buffer = BytesIO()
        write_mo(buffer, catalogue)
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.read_bytes() != buffer.getvalue():
            mo.write_bytes(buffer.getvalue())
            made.append(mo)
    return made


def count(keys: set[tuple[str, str]]) -> str:
    named = ", ".join(repr(msgid) for msgid, _ in sorted(keys)[:3])
    return f"{len(keys)} strings ({named}{', …' if len(keys) > 3 else ''}) are"


def app_faults(app: Path, root: Path) -> tuple[list[str], list[Entry]]:
    name, path, strings = name_of(app, root), po_file(app), extract_app(app)
    if not strings and not path.exists():
        return [], []
    redo = f"run `python tools/messages.py update {name}`"
    known = translations(read_catalogue(path))
    faults = [
        f"{name}: {count(keys)} {where}: {redo}{then}"
        for keys, where, then in (
            (set(strings) - set(known), "in the source but not in django.po", " and translate"),
            (set(known) - set(strings), "in django.po but no longer in the source", ""),
        )
        if keys
    ]
    entries = [
        Entry(name, found.context, found.msgid, found.plural, *known[key])
        for key, found in sorted(strings.items())
        if key in known
    ]
    if not faults and path.read_text(encoding="utf-8") != render(name, strings, known):
        faults.append(f"{name}: django.po is not as the tool writes it: {redo}")
    return faults, entries


def homeless(root: Path) -> Iterable[str]:
    """Strings in modules that belong to no app: nobody would load their Japanese."""
    for stage in sorted((root / "banso").iterdir()):
        for path in sorted(stage.glob("*.py")) if stage.name != "shell" else []:
            for line, *_ in rows_of(path):
                yield (
                    f"{path.relative_to(root).as_posix()}:{line}: a string to translate outside "
                    "any app: move it into an app (a package with its own locale/ja)"
                )


def check(root: Path = ROOT) -> list[str]:
    """Every fault of every app as one sentence; empty when all is well."""
    glossary = root / "GLOSSARY.md"
    words, faults = read_glossary(glossary.read_text(encoding="utf-8"))
    everything: list[Entry] = []
    for app in apps(root):
        found, entries = app_faults(app, root)
        faults += found
        everything += entries
    for entry in everything:
        faults += entry_faults(entry)
    return [*faults, *clashes(everything), *glossary_faults(everything, words), *homeless(root)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("verb", choices=("update", "compile", "check"))
    parser.add_argument("apps", nargs="*", type=Path, metavar="APP_DIR")
    chosen = parser.parse_args(arguments)
    folders = [folder.resolve() for folder in chosen.apps]
    for folder in folders:
        if not folder.is_dir():
            parser.error(f"{folder} is not a folder; name an app such as banso/know/accounts")
    if chosen.verb == "update":
        update(folders or apps())
    elif chosen.verb == "compile":
        sys.stdout.write(f"compiled: {len(compile_all())} changed\n")
    else:
        faults = check()
        wanted = [name_of(folder) for folder in folders]
        faults = [f for f in faults if not wanted or f.startswith(tuple(f"{w}:" for w in wanted))]
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        sys.stdout.write(f"{len(faults)} faults in translations\n" if faults else "")
        return 1 if faults else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

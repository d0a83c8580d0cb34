"""The documents tell the truth: links and pictures lead somewhere, named commands exist.

python tools/docs.py    exits 1 and names each line that does not hold
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"`[^`]+`")
MAKE = re.compile(r"(?:^|[\s`$&;])make ((?:[A-Z]+=\S+ )*)([a-z][a-z-]*)")
BANSO = re.compile(r"(?:^|[\s`$/;&])banso ([a-z][a-z_-]+)")
SCRIPT = re.compile(r"\b((?:tools|benchmarks|tests_tree)/[\w/.-]+\.py)\b")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")


def documents(root: Path) -> list[Path]:
    inside = [
        p for folder in ("docs", "banso", "benchmarks") for p in (root / folder).rglob("*.md")
    ]
    kept = [p for p in inside if "vendor" not in p.parts and "node_modules" not in p.parts]
    return sorted(root.glob("*.md")) + sorted(kept)


def slug(heading: str) -> str:
    """The anchor GitHub gives a heading."""
    text = re.sub(r"[*_`]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


@cache
def anchors(path: Path) -> set[str]:
    found: set[str] = set()
    fenced = False
    for line in path.read_text(encoding="utf-8").splitlines():
        fenced ^= line.lstrip().startswith("```")
        match = HEADING.match(line)
        if match and not fenced:
            base = slug(match[1])
            number = sum(1 for name in found if name == base or name.startswith(f"{base}-"))
            found.add(f"{base}-{number}" if base in found else base)
    return found


def make_targets(root: Path) -> set[str]:
    text = (root / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))


def banso_commands() -> set[str]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import get_commands

    django.setup()
    return set(get_commands()) | {"help", "version"}


def link_faults(root: Path, path: Path, line: str) -> Iterator[str]:
    for target in LINK.findall(CODE.sub("", line)):
        if re.match(r"[a-z][a-z+.-]*:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        if not place.exists():
            yield f"the link {target} leads nowhere"
        elif anchor and place.suffix == ".md" and anchor.lower() not in anchors(place):
            yield f"{target}: there is no such heading"
        elif not place.is_relative_to(root.resolve()):
            yield f"the link {target} leads out of the repository"


def command_faults(root: Path, code: str, targets: set[str], commands: set[str]) -> Iterator[str]:
    for _, target in MAKE.findall(code):
        if target not in targets:
            yield f"`make {target}` is not in the Makefile"
    for command in BANSO.findall(code):
        if command not in commands:
            yield f"`banso {command}` is no command of ours"
    for script in SCRIPT.findall(code):
        if not (root / script).exists():
            yield f"{script} does not exist"


def faults(root: Path, commands: set[str]) -> Iterator[str]:
    targets = make_targets(root)
    for path in documents(root):
        fenced = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.relative_to(root)}:{number}"
            if line.lstrip().startswith("```"):
                fenced = not fenced
                continue
            indented = line.startswith("    ")
            code = line.split(" #")[0] if fenced or indented else " ".join(CODE.findall(line))
            for fault in command_faults(root, code, targets, commands):
                yield f"{where}: {fault}"
            if not fenced:
                yield from (f"{where}: {fault}" for fault in link_faults(root, path, line))
    yield from unpaired(root)


def unpaired(root: Path) -> Iterator[str]:
    """Every page for users exists in both languages."""
    for language, other in (("en", "ja"), ("ja", "en")):
        for path in sorted((root / "docs" / language).rglob("*.md")):
            twin = root / "docs" / other / path.relative_to(root / "docs" / language)
            if not twin.exists():
                yield f"{path.relative_to(root)}: write {twin.relative_to(root)} too"


def main() -> int:
    found = list(faults(ROOT, banso_commands()))
    print("\n".join(found) if found else "documents: links and commands hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

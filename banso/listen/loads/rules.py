"""Pure decisions about loads: which files are meant, and whether a file is still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

ENDINGS = (".parquet", ".pq", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")
PACKED = (".gz", ".zst", ".zstd")
END_BYTES = 1 << 20
MOST_FILES = 10_000


def is_loadable(path: Path) -> bool:
    """Whether a file of a folder looks like events by its name."""
    name = path.name.lower()
    for ending in PACKED:
        name = name.removesuffix(ending)
    return name.endswith(ENDINGS) and not path.name.startswith((".", "_"))


def files_of(wanted: Iterable[str]) -> list[Path]:
    """The files that are meant: themselves, all of a folder, or those that fit a pattern."""
    found: list[Path] = []
    for text in wanted:
        path = Path(text).expanduser()
        if path.is_dir():
            some = sorted(p for p in path.rglob("*") if p.is_file() and is_loadable(p))
        elif path.is_file():
            some = [path]
        else:
            root = Path(path.anchor or ".")
            pattern = str(path.relative_to(root)) if path.anchor else text
            some = sorted(p for p in root.glob(pattern) if p.is_file())
        if not some:
            raise FileNotFoundError(text)
        found += some
    return list(dict.fromkeys(path.resolve() for path in found))


def digest_of(path: Path) -> str:
    """A hash of the beginning and the end of a file: enough to notice that it was exchanged."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        digest.update(file.read(END_BYTES))
        size = file.seek(0, 2)
        file.seek(max(size - END_BYTES, 0))
        digest.update(file.read(END_BYTES))
    return digest.hexdigest()

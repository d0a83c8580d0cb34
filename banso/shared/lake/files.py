"""Files that are whole or absent: written under another name, synced, then named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path

UNFINISHED = ".unfinished"
AT_ONCE = 8


class NoRoom(Exception):
    """The disk is full. What was accepted stays in the inbox, and the work is done again later."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The disk of {folder} is full: make room there. Nothing is lost; the work goes on "
            "by itself when there is room again."
        )


def is_full(error: Exception) -> bool:
    """Whether an error of Python or DuckDB says that there is no room."""
    return getattr(error, "errno", None) in (ENOSPC, EDQUOT) or any(
        said in str(error)
        for said in ("No space left", "Disk quota exceeded", "max_temp_directory")
    )


@contextmanager
def room(folder: Callable[[], Path]) -> Iterator[None]:
    """Where the disk is full, the error says so and what to do."""
    try:
        yield
    except Exception as error:
        if is_full(error):
            raise NoRoom(folder()) from error
        raise


def sync(path: Path) -> None:
    """Force a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unfinished(path: Path) -> Path:
    return path.with_name(path.name + UNFINISHED)


def finish(paths: Iterable[Path], folder: Path) -> None:
    """Give synced files their names, and sync the names."""
    named = list(paths)
    if not named:
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:  # syncs that wait together cost the disk as one
        list(pool.map(sync, map(unfinished, named)))
    for path in named:
        unfinished(path).rename(path)
    sync(folder)


def discard(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
        unfinished(path).unlink(missing_ok=True)


def discard_older(folder: Path, moment: float) -> None:
    """Remove what killed processes left in a folder for temporary files."""
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_mtime <= moment:
            path.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time does heavy work on the folder; the lock ends with its process."""
    with (folder / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        try:
            yield
        finally:
            flock(lock, LOCK_UN)

"""A folder for work in progress: one process at a time, and nothing of it stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from django.utils.translation import gettext as _

from banso.shell.operations.contents import Refused

UNFINISHED = ".unfinished"


@contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """An empty folder that is removed at the end; what a killed process left is removed first."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (path / "lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except OSError as error:
            raise Refused(
                _("%(path)s is in use: another backup or restore is running there. Wait for it.")
                % {"path": path}
            ) from error
        for left in path.iterdir():
            if left.name == "lock":
                continue
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

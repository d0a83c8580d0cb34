from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404

from banso.listen.loads.models import AT_WORK, Load, State
from banso.listen.loads.rules import is_loadable
from banso.shared import clock

PER_PAGE = 50
SILENT_AFTER = timedelta(seconds=30)
MOST_LISTED = 500


@dataclass(frozen=True)
class Progress:
    """How far a load is: bytes of all files, and the seconds that are left at its pace."""

    read_bytes: int
    total_bytes: int
    files_done: int
    files: int
    seconds_left: float | None

    @property
    def percent(self) -> int:
        return min(int(100 * self.read_bytes / self.total_bytes), 100) if self.total_bytes else 0


def load_for(pk: int) -> Load:
    """One load with its starter, or a 404; loads are the organisation's, not a person's."""
    return get_object_or_404(Load.objects.select_related("by"), pk=pk)


def loads_page(number: str) -> Page[Load]:
    """The loads, newest first, without the long columns that a list does not show."""
    loads = Load.objects.select_related("by").defer("mapping", "unknown_keys")
    return Paginator(loads.order_by("-created_at", "-pk"), PER_PAGE).get_page(number)


def progress_of(load: Load) -> Progress:
    found = load.files.aggregate(
        read=Sum("read_bytes"),
        size=Sum("size"),
        files=Count("pk"),
        done=Count("pk", filter=Q(done=True)),
    )
    read, size = found["read"] or 0, found["size"] or 0
    left = (size - read) / read * load.worked_seconds if read and load.worked_seconds else None
    return Progress(read, size, found["done"], found["files"], left)


def is_silent(load: Load) -> bool:
    """Whether a load that says it runs has done nothing for a while: its process may be gone."""
    if load.state not in AT_WORK or load.active_at is None:
        return False
    return clock.now() - load.active_at > SILENT_AFTER


def unfinished_over(paths: Iterable[Path]) -> Load | None:
    """The newest load of exactly these files that is not done, or of any when none are given."""
    wanted = [str(path) for path in paths]
    for load in unfinished():
        if not wanted or wanted == list(load.files.values_list("path", flat=True)):
            return load
    return None


def unfinished() -> QuerySet[Load]:
    return Load.objects.exclude(state__in=(State.DONE, State.CANCELLED)).order_by("-pk")


@dataclass(frozen=True)
class Incoming:
    """A file in the server's folder for files that are too large to upload."""

    name: str
    size: int


def incoming_root() -> Path:
    return Path(settings.INCOMING_ROOT)


def incoming_files() -> list[Incoming]:
    """What lies in the folder, by name with its sub-folders; links that lead elsewhere are not
    followed.
    """
    root = incoming_root()
    if not root.is_dir():
        return []
    found = sorted(path for path in root.rglob("*") if path.is_file() and is_loadable(path))
    inside = [path for path in found if path.resolve().is_relative_to(root.resolve())]
    return [
        Incoming(str(path.relative_to(root)), path.stat().st_size) for path in inside[:MOST_LISTED]
    ]


def incoming_paths(names: Iterable[str]) -> list[Path]:
    """The files of these names; those that the folder does not have are left out."""
    there = {file.name for file in incoming_files()}
    return [(incoming_root() / name).resolve() for name in names if name in there]

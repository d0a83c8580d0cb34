"""Backups as files: a .tar.zst or .tar.gz, or a folder. Written and read as streams."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

import pyarrow as pa
from django.utils.translation import gettext as _

from banso.shell.operations.contents import Part, Refused, belongs

ZSTD, GZIP, FOLDER = "zstd", "gzip", "folder"
_ENDINGS = {".tar.zst": ZSTD, ".tzst": ZSTD, ".tar.gz": GZIP, ".tgz": GZIP}
_OTHERS = (".zip", ".tar", ".xz", ".bz2", ".7z", ".zst", ".gz", ".sqlite3", ".rar")
_ZSTD_MAGIC, _GZIP_MAGIC = b"\x28\xb5\x2f\xfd", b"\x1f\x8b"
_BLOCK = 1 << 20
DAMAGED = (OSError, EOFError, tarfile.TarError, zlib.error, pa.ArrowException, UnicodeError)


class Gone(Exception):
    """A file vanished or shrank while it was read: the backup begins anew."""


class Sink(Protocol):
    """Where a backup is written."""

    def add(self, name: str, source: BinaryIO, size: int) -> Part: ...


def form_of(target: Path) -> str:
    """How a backup of this name is written; Refused for endings that promise something else."""
    for ending, form in _ENDINGS.items():
        if target.name.lower().endswith(ending):
            return form
    if target.suffix.lower() in _OTHERS:
        raise Refused(
            _("%(name)s: name the backup …%(zst)s or …%(gz)s, or give a folder.")
            % {"name": target.name, "zst": ".tar.zst", "gz": ".tar.gz"}
        )
    return FOLDER


class _Hashed(io.RawIOBase):
    """Reads exactly ``size`` bytes of a file and remembers their SHA-256."""

    def __init__(self, source: BinaryIO, size: int, name: str) -> None:
        self.source, self.size, self.left, self.name = source, size, size, name
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        block = self.source.read(wanted)
        if len(block) < wanted:
            raise Gone(self.name)
        self.left -= len(block)
        self.digest.update(block)
        return block

    def part(self) -> Part:
        return Part(self.size, self.digest.hexdigest())


class _Archive:
    def __init__(self, tar: tarfile.TarFile, mtime: float) -> None:
        self.tar, self.mtime = tar, mtime

    def add(self, name: str, source: BinaryIO, size: int) -> Part:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(self.mtime)
        hashed = _Hashed(source, size, name)
        self.tar.addfile(info, hashed)
        return hashed.part()


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, source: BinaryIO, size: int) -> Part:
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        hashed = _Hashed(source, size, name)
        with private(place) as file:
            while block := hashed.read(_BLOCK):
                file.write(block)
        return hashed.part()


def private(path: Path) -> IO[bytes]:
    """A new file that its owner alone may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


@contextmanager
def sink(path: Path, form: str, *, mtime: float) -> Iterator[Sink]:
    """Write a new backup at ``path``; on the disk when the block has ended without an error."""
    if form == FOLDER:
        path.mkdir(mode=0o700)
        yield _Folder(path)
    else:
        with private(path) as raw:
            with (
                _compressed(raw, form) as stream,
                tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                yield _Archive(tar, mtime)
            raw.flush()
    os.sync()


@contextmanager
def _compressed(raw: IO[bytes], form: str) -> Iterator[Any]:
    if form == GZIP:
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as stream:
            yield stream
        return
    with pa.CompressedOutputStream(_KeptOpen(raw), "zstd") as stream:
        yield stream


class _KeptOpen(io.RawIOBase):
    """Passes bytes on; its closing leaves the file open."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.raw = raw

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        return self.raw.write(block)


def members(source: Path) -> Iterator[tuple[str, BinaryIO]]:
    """The files of a backup one after the other, each to be read before the next.

    Refused at the first name or kind of entry that no backup has.
    """
    if source.is_dir():
        yield from _of_folder(source)
        return
    with source.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start == _ZSTD_MAGIC:
            with pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd") as stream:
                yield from _of_archive(stream)
        elif start[:2] == _GZIP_MAGIC:
            with gzip.GzipFile(fileobj=file, mode="rb") as unzipped:
                yield from _of_archive(unzipped)
        else:
            raise Refused(
                _("%(name)s is neither a .tar.zst nor a .tar.gz: name a backup of Banso.")
                % {"name": source.name}
            )


def _of_archive(stream: Any) -> Iterator[tuple[str, BinaryIO]]:
    seen: set[str] = set()
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE)
            _refuse_strange(member.name, plain=plain, seen=seen)
            content = tar.extractfile(member)
            if content is not None:
                yield member.name, content  # type: ignore[misc]  # read() is all we use


def _of_folder(folder: Path) -> Iterator[tuple[str, BinaryIO]]:
    seen: set[str] = set()
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        name = path.relative_to(folder).as_posix()
        _refuse_strange(name, plain=stat.S_ISREG(mode), seen=seen)
        with path.open("rb") as file:
            yield name, file


def _refuse_strange(name: str, *, plain: bool, seen: set[str]) -> None:
    if not plain or name in seen or not belongs(name):
        raise Refused(
            _(
                "The backup holds %(name)s, which is no part of a Banso backup. Nothing was "
                "restored; use a backup from a source you trust."
            )
            % {"name": repr(name[:200])}
        )
    seen.add(name)


def take_out(name: str, content: BinaryIO, folder: Path) -> Part:
    """Write one member below ``folder``, hashing what is written."""
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with private(place) as file:
        while block := content.read(_BLOCK):
            digest.update(block)
            size += len(block)
            file.write(block)
    return Part(size, digest.hexdigest())

"""From files to a load that waits for its start: looked at, their columns guessed together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.reading.faults import Unreadable, unreadable
from banso.listen.loads.meaning.guess import guessed
from banso.listen.loads.models import Load
from banso.listen.loads.reading.looking import Looked, look, read
from banso.listen.loads.reading.shapes import Block, Form, Place, Rows
from banso.listen.loads.writes import Source

LOOKED_AT = 5
SHOWN = 200


def sources_of(paths: Sequence[Path], *, encoding: str = "", named: str = "") -> list[Source]:
    """Raises Unreadable for the first that is none of events; an upload is ``named`` otherwise."""
    found = []
    for path in paths:
        name = named or path.name
        try:
            found.append(Source(path, name, look(path, encoding=encoding)))
        except Unreadable as error:
            raise Unreadable(error.fault.at(name)) from error
        except OSError as error:
            raise unreadable("file_gone", path=name) from error
    return found


def proposed(looked: Sequence[Looked]) -> Mapping:
    """A mapping for all columns of all files; rows of files that lack a column have it empty."""
    header, rows = _together(looked)
    return guessed(header, rows)


def _together(looked: Sequence[Looked]) -> tuple[list[str], list[list[str]]]:
    header = list(dict.fromkeys(name for one in looked for name in one.form.header))
    rows = []
    for one in looked:
        places = {name: place for place, name in enumerate(one.form.header)}
        rows += [
            [row[places[name]] if name in places else "" for name in header] for row in one.rows
        ]
    return header, rows


@dataclass(frozen=True)
class Sample:
    """The beginning of the files of a draft, looked at again."""

    path: Path
    form: Form
    header: list[str]
    rows: list[list[str]]

    def texts(self, name: str) -> list[str]:
        """The cells of a column; none for a member of an object."""
        if name not in self.header:
            return []
        place = self.header.index(name)
        return [row[place] for row in self.rows]

    def guess(self, *, source: str) -> Mapping:
        return replace(guessed(self.header, self.rows), source=source)

    def block(self, typed: Sequence[str]) -> Block | None:
        """The first rows as a load would read them."""
        with closing(read(self.path, self.form, Place(), typed=typed)) as blocks:  # type: ignore[type-var]
            found = next(blocks, None)
        return _shortened(found) if found else None


def _shortened(block: Block) -> Block:
    rows = block.rows
    short = Rows(
        min(rows.count, SHOWN),
        {name: column.slice(0, SHOWN) for name, column in rows.columns.items()},
        rows.json,
        None if rows.extra is None else rows.extra.slice(0, SHOWN),
        rows.original,
    )
    numbers = block.numbers[:SHOWN]
    last = int(numbers[-1]) if len(numbers) else SHOWN
    spoiled = [one for one in block.spoiled if one.number <= last]
    return replace(block, rows=short, numbers=numbers, spoiled=spoiled)


def sample_of(load: Load, *, encoding: str = "") -> Sample:
    """Raises Unreadable when a file is no longer what it was."""
    files = list(load.files.all()[:LOOKED_AT])
    sources = sources_of([Path(file.path) for file in files], encoding=encoding)
    looked = [source.looked for source in sources]
    header, rows = _together(looked)
    return Sample(Path(files[0].path), looked[0].form, header, rows)

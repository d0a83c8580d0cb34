"""What becomes of a chunk of rows: judged by reading the database, written by ``writes.py``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from banso.listen.earlier.meaning.columns import Columns
from banso.listen.earlier.meaning.rows import Given, Reader
from banso.listen.earlier.models import Aside
from banso.listen.earlier.whose import Who, Whose
from banso.listen.imports.meaning.rows import Refusal
from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.imports.reading.shapes import Chunk
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Response, Wave
from banso.shared import clock
from banso.shared.upserts.writes import slices

Key = tuple[int | None, int]
"""Customer and person: once in a wave."""


@dataclass
class Judged:
    """The rows of a chunk, sorted by what is to be done with them."""

    new: list[tuple[Given, Who]] = field(default_factory=list)
    changed: list[tuple[Response, Given, Who]] = field(default_factory=list)
    same: int = 0
    aside: list[Given] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notices: list[tuple[int, Fault]] = field(default_factory=list)
    unseen: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    """("account" or "person", text) of those whom nobody knows."""

    @property
    def counts(self) -> dict[str, int]:
        nameless = sum(1 for _given, who in self.new if who.is_nameless)
        return {
            "created": len(self.new),
            "changed": len(self.changed),
            "same": self.same,
            "refused": len(self.refused),
            "aside": len(self.aside),
            "nameless": nameless,
            "noticed": len({number for number, _fault in self.notices}),
        }

    @property
    def days(self) -> list[str]:
        """First and last day of the answers that come in, as ISO."""
        days = sorted(given.on.isoformat() for given, _who in self.new if given.on)
        days += sorted(given.on.isoformat() for given in self.aside if given.on)
        return [min(days), max(days)] if days else []


class Applier:
    """Judges chunk after chunk of one file; remembers who was met in it."""

    def __init__(self, mapping: Columns, definition: Definition, wave: Wave | None) -> None:
        self.mapping, self.wave = mapping, wave
        self.reader = Reader(mapping, definition, today=clock.today())
        self.whose = Whose()
        self.met: dict[Key, int] = {}

    def judge(self, chunk: Chunk, repeats: Mapping[int, int]) -> Judged:
        judged = Judged()
        for spoiled in chunk.spoiled:
            judged.refused.append(Refusal(spoiled.number, spoiled.cells, [spoiled.fault]))
        rows = []
        for index, number in enumerate(chunk.numbers):
            given = self.reader.read(number, chunk.row(index))
            if not given.faults and number in repeats:
                given.faults.append(fault("answered_twice", first=repeats[number]))
            judged.unseen.update(given.unseen)
            if given.faults:
                judged.refused.append(Refusal(number, given.cells, given.faults))
            else:
                rows.append(given)
                judged.notices += [(number, found) for found in given.notices]
        whose = self.whose.of(rows)
        known = self._known([given.external_id for given in rows])
        taken = self._taken([who.person for who in whose if who.person])
        for given, who in zip(rows, whose, strict=True):
            self._place(judged, given, who, known.get(given.external_id), taken)
        return judged

    def _place(
        self, judged: Judged, given: Given, who: Who, before: Response | None, taken: dict[Key, str]
    ) -> None:
        if before is not None:
            who = Who(who.account or before.account_id, who.person or before.person_id)
        if who.person is not None:
            key = (who.account, who.person)
            first = self.met.setdefault(key, given.number)
            if first != given.number:
                found = fault("person_twice", first=first)
                judged.refused.append(Refusal(given.number, given.cells, [found]))
                return
            if taken.get(key, given.external_id) != given.external_id:
                found = fault("person_answered_before")
                judged.refused.append(Refusal(given.number, given.cells, [found]))
                return
        if who.account is None and self.mapping.says_who:
            judged.unknown[("account", given.account or ", ".join(given.people))] += 1
            judged.aside.append(given)
            return
        if who.is_nameless:
            judged.unknown[("person", ", ".join(given.people))] += 1
        if before is None:
            judged.new.append((given, who))
        elif _is_same(before, given, who):
            judged.same += 1
        else:
            judged.changed.append((before, given, who))

    def _known(self, ids: Sequence[str]) -> dict[str, Response]:
        """The answers of the wave that these rows named before."""
        found: dict[str, Response] = {}
        if self.wave is not None:
            for some in slices([one for one in ids if one]):
                rows = Response.objects.filter(wave=self.wave, external_id__in=some)
                found.update({row.external_id: row for row in rows})
        return found

    def _taken(self, people: Sequence[int | None]) -> dict[Key, str]:
        """Who has answered in the wave, and which row that was."""
        found: dict[Key, str] = {}
        if self.wave is not None:
            for some in slices(people):
                rows = Response.objects.filter(wave=self.wave, person__in=some)
                for account, person, external_id in rows.values_list(
                    "account_id", "person_id", "external_id"
                ):
                    found[account, person] = external_id
        return found


def waiting_among(wave: Wave, ids: Sequence[str]) -> set[str]:
    """Those rows that wait for their customer already."""
    found: set[str] = set()
    for some in slices(ids):
        rows = Aside.objects.filter(wave=wave, external_id__in=some)
        found.update(rows.values_list("external_id", flat=True))
    return found


def _is_same(before: Response, given: Given, who: Who) -> bool:
    return (
        before.answers == given.answers
        and before.submitted_on == given.on
        and before.account_id == who.account
        and before.person_id == who.person
        and before.original == given.original
    )

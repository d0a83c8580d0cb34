from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from banso.prove.hypotheses.chain import FIRST, broken_at, canonical, digest_of


@dataclass(frozen=True)
class Link:
    number: int
    moment: str
    kind: str
    content: str
    before: str
    digest: str


def a_chain(length: int) -> list[Link]:
    made, before = [], FIRST
    for number in range(1, length + 1):
        content = canonical({"n": number, "平均": 1.5})
        digest = digest_of(
            number=number, before=before, moment="2026-01-01", kind="written", content=content
        )
        made.append(Link(number, "2026-01-01", "written", content, before, digest))
        before = digest
    return made


def test_anybody_can_compute_the_digest_again() -> None:
    [link] = a_chain(1)
    text = f"1\n{'0' * 64}\n2026-01-01\nwritten\n" + '{"n":1,"平均":1.5}'
    assert link.digest == hashlib.sha256(text.encode()).hexdigest()


def test_whatever_is_done_to_an_entry_is_found() -> None:
    chain = a_chain(5)
    assert broken_at(chain) is None
    assert broken_at([]) is None
    assert broken_at([*chain[:2], replace(chain[2], content="{}"), *chain[3:]]) == 3
    assert broken_at([*chain[:2], *chain[3:]]) == 3
    forged = replace(chain[2], content="{}", digest="f" * 64)
    assert broken_at([*chain[:2], forged, *chain[3:]]) == 3
    redone = digest_of(
        number=3, before=chain[1].digest, moment="2026-01-01", kind="written", content="{}"
    )
    assert broken_at([*chain[:2], replace(forged, digest=redone), *chain[3:]]) == 4


def test_the_same_numbers_give_the_same_text_whatever_a_database_makes_of_them() -> None:
    assert canonical({"b": 15.0, "a": [-0.0, 1e20]}) == canonical({"a": [0, 10**20], "b": 15})


def test_what_a_database_does_to_numbers_changes_no_digest() -> None:
    """PostgreSQL keeps 15.0 as 15 and 9.8e+299 as an integer of 300 digits."""
    written = canonical({"a": 15.0, "b": 9.8e299, "c": -1.2345678901234567e16, "d": 0.1, "e": True})
    read = {"a": 15, "b": 98 * 10**298, "c": -12345678901234567, "d": 0.1, "e": True}
    assert canonical(read) == written
    assert '"a":15,' in written and '"b":9.8e+299,' in written

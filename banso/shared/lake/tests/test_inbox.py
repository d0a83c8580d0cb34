from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from banso.shared import clock
from banso.shared.lake import inbox, reads, registry, writes
from banso.shared.lake.models import Batch
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.slots import Slot

pytestmark = pytest.mark.django_db


def of_words(payload: bytes, meta: dict[str, Any], source: str, received_at: datetime) -> pa.Table:
    """The format "words": names of events with blanks between them."""
    names = payload.decode().split()
    return a_table(*(an_event(name=name, event_id=f"{meta['day']}-{name}") for name in names))


@pytest.fixture(autouse=True)
def decoders(monkeypatch: pytest.MonkeyPatch) -> None:
    decoders: Slot[registry.Decoder] = Slot("decoders")
    decoders.fill("words", of_words, order=1)
    monkeypatch.setattr(registry, "decoders", decoders)


def waiting(payload: bytes, rows: int, format_name: str = "words") -> Batch:
    return Batch.objects.create(
        source="test",
        format=format_name,
        meta={"day": 1},
        rows=rows,
        unpacked_bytes=len(payload),
        payload=payload,
        received_at=clock.now(),
    )


def names() -> list[str]:
    found: list[str] = reads.query("SELECT name FROM events ORDER BY name")["name"].to_pylist()
    return found


def test_a_payload_of_another_format_is_decoded_with_its_meta() -> None:
    waiting(b"login export", 2)
    waiting(b"login", 1)
    writes.append(events=a_table(an_event(name="plain")), source="test")
    assert writes.compact() == 3
    assert names() == ["export", "login", "plain"]
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("rows", "format_name", "said"),
    [(3, "words", "gives 2 events and 3"), (2, "songs", "has the format 'songs'")],
)
def test_a_payload_that_cannot_be_read_whole_stays(rows: int, format_name: str, said: str) -> None:
    waiting(b"login export", rows, format_name)
    with pytest.raises(inbox.Unreadable, match=said):
        writes.compact()
    assert [json.dumps(b.meta) for b in Batch.objects.all()] == ['{"day": 1}']
    assert names() == []

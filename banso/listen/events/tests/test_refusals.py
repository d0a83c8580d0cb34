from __future__ import annotations

from datetime import UTC, datetime

import pytest

from banso.listen.events import reads, reasons, writes
from banso.listen.events.models import Arrival, Feature, HiddenProperty, RefusedEvent, Source, Span
from banso.listen.events.refusals import LONGEST_RAW, SEGMENT, keep_refused
from banso.listen.events.tests.builders import an_event_name
from banso.shared import clock

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 3, 5, 12, 34, 56, tzinfo=UTC)


def test_a_refused_event_is_kept_as_it_was_sent_with_its_reason() -> None:
    with clock.held_at(NOON):
        items: list[tuple[str | bytes, str]] = [
            (b'{"name": "a\0"}', "$[1].name: has a NUL character"),
            ("{", "$[2]: truncated"),
        ]
        assert keep_refused(source="product", items=items, key_name="Web", door=SEGMENT) == 2
    nul, cut_off = RefusedEvent.objects.order_by("pk")
    assert (nul.code, nul.door, nul.key_name, nul.is_cut) == (
        "characters",
        "segment",
        "Web",
        False,
    )
    assert nul.raw == '{"name": "a\N{REPLACEMENT CHARACTER}"}'
    assert (cut_off.code, cut_off.reason) == ("malformed", "$[2]: truncated")
    assert Source.objects.get().refused == 2
    hour = Arrival.objects.get(span=Span.HOUR)
    assert (hour.starts_at, hour.refused) == (NOON.replace(minute=0, second=0), 2)


def test_a_long_one_is_cut() -> None:
    keep_refused(source="product", items=[("x" * 20_000, "$: larger than 256 kB")])
    kept = RefusedEvent.objects.get()
    assert (len(kept.raw), kept.is_cut) == (LONGEST_RAW, True)


def test_only_the_newest_of_a_source_are_kept_and_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writes, "MOST_REFUSED", 5)
    keep_refused(source="other", items=[("o", "$: x")])
    for number in range(4):
        keep_refused(source="product", items=[(f"{number}-{n}", "$: x") for n in range(3)])
    keep_refused(source="product", items=[])
    kept = RefusedEvent.objects.filter(source__name="product").values_list("raw", flat=True)
    assert list(kept) == ["3-2", "3-1", "3-0", "2-2", "2-1"]
    assert RefusedEvent.objects.filter(source__name="other").count() == 1
    assert Source.objects.get(name="product").refused == 12


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("$[9]: the user 'u9' belongs to no single customer", "no_single_customer"),
        ("$[3].time: lies more than a day ahead: check the clock and the unit", "ahead"),
        ("$[4].time: lies before 1971: check the unit", "before_1970"),
        ("$[1].time: Invalid RFC3339 encoded datetime", "time"),
        ("$[2].time: Expected `datetime` with a timezone component", "time"),
        ("$[7].name: Expected `str` of length <= 200", "too_large"),
        ("$[10].properties: Expected `object | null`, got `array`", "wrong_type"),
        ("$: Object contains unknown field `timestamp`", "unknown_field"),
        ("$.type: 'page' is not kept; track, identify and group are", "unknown_kind"),
        ("$: something new", "other"),
    ],
)
def test_reasons_fall_into_groups(said: str, code: str) -> None:
    assert reasons.code_of(said) == code
    assert str(reasons.BY_CODE[code].label)


def test_features_name_their_events_and_hidden_properties_are_known() -> None:
    reports = Feature.objects.create(key="reports", name_ja="レポート")
    Feature.objects.create(key="empty")
    an_event_name("export", feature=reports)
    an_event_name("share", feature=reports, hidden_properties=["to"])
    an_event_name("login")
    HiddenProperty.objects.create(prop="email", hidden_at=NOON)
    assert reads.features() == {"reports": ("export", "share")}
    assert reads.feature_labels() == {"reports": "レポート", "empty": "empty"}
    assert reads.hidden_properties("share") == {"email", "to"}
    assert reads.is_hidden("email")
    assert not reads.is_hidden("to")
    assert reads.is_hidden("to", "share")

"""Each shape against its second, plain computation, on made-up events at made-up days."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from banso.measure.metrics import evaluation, rowwise
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.reads import values_at
from banso.measure.metrics.shape import Case, Checked, Happened
from banso.measure.metrics.shapes import shapes
from banso.shared.lake import registry, writes
from banso.shared.lake.days import day_number
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.slots import Slot
from banso.shared.users.writes import save_organisation

pytestmark = pytest.mark.django_db
CORE = ("export", "invite")
BEGIN = datetime(2024, 12, 20, tzinfo=UTC)
DAYS = 150

is_pro = {"prop": "plan", "op": "is", "value": "pro"}
not_pro = {"prop": "plan", "op": "is_not", "value": "pro"}
one_of_two = {"prop": "plan", "op": "one_of", "value": ["it's {1}", "スタンダード"]}
known_plan = {"prop": "plan", "op": "exists"}
five = {"prop": "amount", "op": "one_of", "value": ["5", "true"]}
enough = {"prop": "amount", "op": "at_least", "value": 2.5}
little = {"prop": 'odd "key"', "op": "at_most", "value": 6}
three_steps = {"step1": "login", "step2": "invite", "step3": "@core", "within": 60, "days": 90}
FEATURES = {"share": ("invite", "export"), "sign-in": ("login",)}
DEFINED: list[tuple[str, dict[str, Any]]] = [
    ("active_users", {"days": 28}),
    ("active_users", {"days": 7, "role": "admin"}),
    ("recent_users", {"event": "export", "days": 14}),
    ("recent_users", {"event": "@core", "days": 30}),
    ("recent_count", {"event": "", "days": 28}),
    ("recent_count", {"event": "login", "days": 1}),
    ("recent_count", {"event": "never seen", "days": 28}),
    ("recent_trend", {"event": "", "days": 14}),
    ("recent_trend", {"event": "login", "days": 28}),
    ("days_to_first", {"event": ""}),
    ("days_to_first", {"event": "export"}),
    ("days_to_first", {"event": "@core"}),
    ("early_count", {"event": "login", "days": 30}),
    ("early_count", {"event": "", "days": 7}),
    ("role_ratio", {"role": "admin", "other_role": "member", "days": 28}),
    ("role_conversion", {"role": "member", "other_role": "admin"}),
    ("role_conversion", {"role": "admin", "other_role": "guest"}),
    ("property_sum", {"event": "export", "property": "amount", "days": 28}),
    ("property_sum", {"event": "@core", "property": 'odd "key"', "days": 60}),
    ("property_last", {"event": "export", "property": "amount"}),
    ("ratio", {"top": "m4", "bottom": "m0"}),
    ("ratio", {"top": "m17", "bottom": "m5"}),
    ("ratio", {"top": "m10", "bottom": "m4"}),
    ("recent_count", {"event": "", "days": 28, "where": [is_pro]}),
    ("recent_count", {"event": "login", "days": 60, "where": [not_pro]}),
    ("recent_users", {"event": "login", "days": 60, "where": [known_plan, enough]}),
    ("active_users", {"role": "member", "days": 60, "where": [is_pro, little]}),
    ("days_to_first", {"event": "", "where": [one_of_two, enough]}),
    ("recent_trend", {"event": "@core", "days": 28, "where": [not_pro]}),
    ("role_ratio", {"role": "admin", "other_role": "guest", "days": 60, "where": [not_pro]}),
    ("property_sum", {"event": "export", "property": "amount", "days": 60, "where": [enough]}),
    ("property_last", {"event": "login", "property": "amount", "where": [not_pro]}),
    ("early_count", {"event": "", "days": 60, "where": [five]}),
    ("days_to_first_after", {"after": "login", "event": "export"}),
    ("days_to_first_after", {"after": "invite", "event": "@core", "where": [is_pro]}),
    ("streak", {"event": "", "period": "week"}),
    ("streak", {"event": "login", "period": "week", "where": [not_pro]}),
    ("streak", {"event": "", "period": "day"}),
    ("streak", {"event": "login", "period": "workday"}),
    ("seats_active", {"event": "", "days": 28}),
    ("seats_active", {"event": "export", "days": 60, "where": [not_pro]}),
    ("feature_entropy", {"days": 28, "way": "evenness"}),
    (
        "feature_entropy",
        {"parts": ["login", "export", "@feature:share"], "days": 60, "way": "used"},
    ),
    ("feature_entropy", {"parts": ["login", "other"], "days": 60, "way": "evenness"}),
    ("own_past", {"event": "", "days": 7, "windows": 8, "way": "change"}),
    ("own_past", {"event": "login", "days": 14, "windows": 5, "way": "score"}),
    ("own_past", {"event": "", "days": 5, "windows": 4, "way": "score", "where": [not_pro]}),
    ("funnel", {"step1": "login", "step2": "export", "within": 14, "days": 60}),
    ("funnel", three_steps),
    ("funnel", {"step1": "other", "step2": "@core", "within": 60, "days": 90, "where": [not_pro]}),
]


def definitions() -> list[MetricDefinition]:
    made = [
        MetricDefinition(key=f"m{number}", shape=shape, params=params)
        for number, (shape, params) in enumerate(DEFINED)
    ]
    assert {d.shape for d in made} == set(shapes())
    return made


def props(chance: random.Random) -> str | None:
    values: list[Any] = [5, 2.5, -1, "7.25", "many", None, True, 1e300, 0.1, {"a": 1}]
    plan = chance.choice(["pro", "pro", "it's {1}", "スタンダード", "", None])
    told = {"amount": chance.choice(values), 'odd "key"': chance.randint(0, 9), "plan": plan}
    return json.dumps(told if chance.random() < 0.8 else {"amount": 5})


def random_events(seed: int, account: int) -> list[dict[str, Any]]:
    chance = random.Random(f"{seed} {account}")  # noqa: S311 - made-up data
    made = []
    for _ in range(chance.choice([0, 1, 5, 40, 200])):
        at = BEGIN + timedelta(minutes=chance.randrange(DAYS * 24 * 60))
        made.append(
            an_event(
                account_key=f"A-{account}",
                user_key=chance.choice([None, "", *(f"u{n}" for n in range(6))]),
                role=chance.choice(["admin", "member", "member", "guest", None, ""]),
                name=chance.choice(["login", "login", "login", "export", "invite", "other"]),
                ts_us=round(at.timestamp()) * 1_000_000,
                props=chance.choice([None, props(chance), props(chance)]),
            )
        )
    return made


def happened(event: dict[str, Any], zone: ZoneInfo) -> Happened:
    local = datetime.fromtimestamp(event["ts_us"] / 1e6, UTC).astimezone(zone)
    return Happened(
        name=event["name"],
        role=event["role"] or None,
        user=event["user_key"] or None,
        ts_us=event["ts_us"],
        day=day_number(local.date()),
        props=json.loads(event["props"] or "{}"),
    )


@pytest.fixture
def everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Account keys A-1, A-2 … are the accounts 1, 2 …; the core actions are known."""
    slot: Slot[Callable[[list[str]], dict[str, int]]] = Slot("test")
    slot.fill("test", lambda keys: {key: int(key[2:]) for key in keys}, order=1)
    monkeypatch.setattr(registry, "account_keys", slot)
    monkeypatch.setattr("banso.measure.metrics.reads.core_names", lambda: list(CORE))
    monkeypatch.setattr("banso.measure.metrics.reads.features", lambda: FEATURES)


def expected(case: Case) -> dict[str, Checked]:
    found: dict[str, Checked] = {}
    for definition in definitions():
        given = evaluation.given_of(definition.params, CORE, FEATURES)
        found[definition.key] = shapes()[definition.shape].check(case, given, found)
    return found


def random_cases(
    seed: int, told: dict[int, list[Happened]], first_day: int
) -> list[tuple[int, Case]]:
    """Rows of known accounts and of one that never sent an event."""
    chance = random.Random(seed)  # noqa: S311 - made-up data
    begin = day_number(BEGIN.date())
    cases = []
    for _ in range(160):
        account = chance.randint(1, 13)
        start = chance.choice([None, begin - 40, begin - 20, begin, begin + 30, begin + 90])
        as_of = begin + chance.randrange(-10, DAYS + 30)
        seats = (None, 1.0, 3.0, 20.0)[(account + as_of) % 4]
        cases.append((account, Case(told.get(account, []), start, as_of, first_day, seats)))
    return cases


@pytest.mark.parametrize("seed", range(4))
def test_both_computations_agree(
    seed: int, everybody: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone_name = ["Asia/Tokyo", "UTC", "America/New_York", "Asia/Kathmandu"][seed]
    save_organisation(by=None, time_zone=zone_name)
    monkeypatch.setattr(rowwise, "CHUNK_FACTS", [10, 100, 1000, 400_000][seed])
    monkeypatch.setattr(rowwise, "MANY_ROWS", 1 if seed % 2 else 10**9)
    by_account = {account: random_events(seed, account) for account in range(1, 13)}
    events = [event for made in by_account.values() for event in made]
    random.Random(seed).shuffle(events)  # noqa: S311 - made-up data
    for start in range(0, len(events), 300):
        writes.append(events=a_table(*events[start : start + 300]), source="s")
        writes.compact()
    zone = ZoneInfo(zone_name)
    unique = {tuple(sorted(e.items(), key=str)): e for e in events}.values()
    told = {
        a: [happened(e, zone) for e in unique if e["account_key"] == f"A-{a}"] for a in by_account
    }
    first_day = min(e.day for seen in told.values() for e in seen)
    cases = random_cases(seed, told, first_day)
    table = pa.table(
        {
            "row_id": pa.array(range(len(cases)), pa.int64()),
            "account_id": pa.array([account for account, _ in cases], pa.int64()),
            "signed_up_day": pa.array([case.start for _, case in cases], pa.int32()),
            "as_of_day": pa.array([case.as_of for _, case in cases], pa.int32()),
            "seats": pa.array([case.seats or float("nan") for _, case in cases]),
        }
    )
    answers = values_at(definitions=definitions(), rows=table).sort_by("row_id").to_pylist()
    assert len(answers) == len(cases)
    there: dict[str, list[float]] = {definition.key: [] for definition in definitions()}
    for (_, case), answer in zip(cases, answers, strict=True):
        for key, (value, censored) in expected(case).items():
            assert answer[key] == pytest.approx(value, abs=1e-9), (key, case.start, case.as_of)
            assert answer[f"{key}__censored"] == censored, (key, case.start, case.as_of)
            there[key] += [] if value is None else [value]
    assert min(len(values) for values in there.values()) > 2, there
    varied = {DEFINED[int(key[1:])][0] for key, values in there.items() if len(set(values)) > 2}
    assert varied == set(shapes()), "too tame a test"

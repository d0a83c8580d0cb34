from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.know.success.models import Definition
from banso.know.success.tests.builders import a_definition
from banso.measure.metrics.tests.builders import a_metric
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db
PATH = "/success-definitions"
SAID: dict[str, Any] = {"words": "待ち時間がなくなる", "said_by": "院長", "said_on": "2026-04-01"}


@pytest.fixture
def caller() -> Caller:
    return Caller("success:write", "success:read").used()


def test_a_definition_is_written_read_and_changed(caller: Caller) -> None:
    a_metric("reports")
    account = an_account(source="crm", external_id="C-1")
    person = a_person(account, name="山田 花子")
    steps = [{"words": "書く", "metric": "reports"}, {"words": "読む"}]
    made = caller.post(
        PATH, SAID | {"account": "C-1", "said_by": "", "person_id": person.pk, "steps": steps},
        status=201,
    )  # fmt: skip
    assert made["said_by"] == "山田 花子" and made["written_by"] is None
    assert [step["metric"] for step in made["steps"]] == ["reports", ""]
    again = caller.post(
        f"{PATH}/{made['id']}/versions", SAID | {"words": "残業がなくなる", "version": 1}
    )
    assert [one["words"] for one in again["versions"]] == ["残業がなくなる", "待ち時間がなくなる"]
    assert caller.get(f"{PATH}/{made['id']}") == again
    assert Entry.objects.filter(kind="key.changed_something", payload__what="success").count() == 2


def test_the_list_tells_shared_and_ended_ones_apart(
    caller: Caller, django_assert_num_queries: Any
) -> None:
    account = an_account()
    own = a_definition(account, steps=[("a", ""), ("b", "")])
    shared, ended = a_definition(), a_definition()
    Definition.objects.filter(pk=ended.pk).update(ended_at=clock.now(), ended_because="x")
    with django_assert_num_queries(3):
        assert ids(caller) == [own.pk, shared.pk]
    assert ids(caller, shared="true") == [shared.pk]
    assert ids(caller, shared="false", sort="-said_on") == [own.pk]
    assert ids(caller, account_id=account.pk) == [own.pk]
    assert ids(caller, state="ended") == [ended.pk]
    assert len(ids(caller, state="all")) == 3


def ids(caller: Caller, **asked: Any) -> list[int]:
    return [item["id"] for item in caller.get(PATH, **asked)["items"]]


@pytest.mark.parametrize(
    ("wrong", "field", "why"),
    [
        ({"words": ""}, "words", ""),
        ({"words": "長" * 10_000}, "words", "4000"),
        ({"said_on": (clock.today() + timedelta(days=2)).isoformat()}, "said_on", "not come yet"),
        ({"said_by": ""}, "said_by", "Say who said it"),
        ({"steps": [{"words": "x", "metric": "no"}]}, "steps[0].metric", "“no”"),
        ({"steps": [{"words": ""}]}, "steps[0].words", ""),
        ({"person_id": 1}, "said_by", "not both"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    caller: Caller, wrong: dict[str, Any], field: str, why: str
) -> None:
    told = caller.post(PATH, SAID | wrong, status=422)
    assert field in told["errors"][0]["field"]
    assert why in str(told)
    assert not Definition.objects.exists()


def test_a_stranger_and_a_second_definition_are_refused(caller: Caller) -> None:
    account, stranger = an_account(), a_person(an_account())
    said = SAID | {"account_id": account.pk}
    person = said | {"said_by": "", "person_id": stranger.pk}
    assert "does not stand at" in caller.post(PATH, person, status=422)["detail"]
    caller.post(PATH, said, status=201)
    assert "another version" in caller.post(PATH, said, status=422)["detail"]
    made = Definition.objects.get()
    late = caller.post(f"{PATH}/{made.pk}/versions", SAID | {"version": 7}, status=422)
    assert late["errors"][0]["field"] == "version"
    caller.post(PATH, SAID | {"account_id": 999_999}, status=404)


def test_a_key_needs_the_scope() -> None:
    reader = Caller("success:read")
    assert reader.ask("GET", PATH).status_code == 200
    assert reader.ask("POST", PATH, body=SAID).status_code == 403
    assert Caller("notes:read").ask("GET", PATH).status_code == 403

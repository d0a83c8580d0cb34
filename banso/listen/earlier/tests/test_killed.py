"""A real worker process is killed while answers come in; the next one loses and doubles nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from banso.listen.imports.tests.test_killed import ask, banso, environment

ROWS = 8_000
DRAFT = """
from banso.know.accounts.models import Account
from banso.know.people.models import Membership, Person
from banso.listen.earlier.tests.builders import a_draft, checked
from banso.listen.earlier.writes.runs import ask_for_run
accounts = Account.objects.bulk_create(
    Account(external_id=f"A-{{n}}", name=f"会社 {{n}}") for n in range({rows} // 10)
)
people = Person.objects.bulk_create(
    Person(external_id=f"P-{{n}}", name=f"人 {{n}}", email=f"p{{n}}@example.jp")
    for n in range({rows})
)
Membership.objects.bulk_create(
    Membership(person=one, account=accounts[n // 10]) for n, one in enumerate(people)
)
run = checked(*a_draft(open({path!r}, "rb").read(), name="f.csv"))
assert (run.state, run.created, run.refused) == ("checked", {rows}, 2), run.error
ask_for_run(by=None, run=run)
"""


def position(home: Path) -> int:
    return int(str(ask(home, "SELECT position FROM earlier_earlierrun")[0][0]))


def test_a_killed_worker_loses_and_doubles_no_answer(tmp_path: Path) -> None:
    home, path = tmp_path / "home", tmp_path / "f.csv"
    rows = (f"R{n},p{n}@example.jp,2024-05-{n % 28 + 1:02d},{n % 11},声 {n}\n" for n in range(ROWS))
    path.write_text(
        "回答ID,メール,回答日,NPS,ご意見\n" + "".join(rows) + "R7,p7@x,2024-05-01,1,\nRX,p,x,1,\n"
    )
    banso(home, "migrate", "-v", "0")
    banso(home, "shell", "--no-imports", typed=DRAFT.format(path=str(path), rows=ROWS))
    worker = subprocess.Popen([sys.executable, "-m", "banso", "work"], env=environment(home))
    try:
        deadline = time.monotonic() + 90
        while position(home) < 2_000 and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    stopped_at = position(home)
    assert 2_000 <= stopped_at < ROWS, f"killed at {stopped_at}: not in the middle"
    assert ask(home, "SELECT COUNT(*) FROM surveys_response") == [(stopped_at - 1,)]
    ask(home, "UPDATE journal_job SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL")
    banso(home, "work", "--once")
    counted = "SELECT COUNT(*), COUNT(DISTINCT external_id), COUNT(DISTINCT person_id)"
    assert ask(home, f"{counted} FROM surveys_response") == [(ROWS, ROWS, ROWS)]
    run = ask(home, "SELECT state, created, changed, same, refused FROM earlier_earlierrun")
    assert run == [("done", ROWS, 0, 0, 2)]
    (refused,) = (home / "uploads" / "imports").glob("*.refused.csv")
    lines = refused.read_text("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == [str(ROWS + 2), str(ROWS + 3)]
    assert ask(home, "SELECT COUNT(*) FROM surveys_wave") == [(1,)]
    kept = "SELECT COUNT(*) FROM journal_entry WHERE kind = 'survey.answers_kept'"
    assert ask(home, kept) == [(1,)]

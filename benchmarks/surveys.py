"""What do the pages of a survey's result cost with 100,000 answers?

    PYTHONPATH=. python benchmarks/surveys.py [--answers 100000] [--runs 15]

A throw-away SQLite home with 60 % as many customers as answers (those of pages.py, with contracts
and fields), each answer one of a person of its own. Prints server CPU of in-process requests,
middleware included: "cold" is the first with nothing kept in the process (Django itself is warm),
"warm" the median of those that follow. The simulator has benchmarks/simulator.py, answering itself
benchmarks/answers.py.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "result": "/experience/",
    "result, as a file": "/experience/?format=csv",
    "result of one segment": "/experience/?only=segment:SMB",
    "customers of a branch": "/experience/branch/?branch=below",
    "side by side by size": "/experience/by/?by=size",
    "who answered": "/experience/who-answered/",
    "year by year": "/experience/years/",
    "in their words": "/experience/words/",
}
LIMITS = {"result": (1000, 50)}
COMMENTS = (
    "画面の表示が遅くて困っています", "サポートの回答が丁寧で助かりました",
    "集計の操作方法が分からない", "The export is slow", "Support answered quickly", "",
)  # fmt: skip


def measure(answers: int, runs: int) -> dict[str, tuple[float, float, int]]:
    """Page -> (cold, warm CPU ms, queries when warm), in this process and its BANSO_HOME."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "banso.shell.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from banso.measure.experience import answers as kept
    from banso.measure.revenue import reads as revenue
    from banso.measure.revenue.memory import Memory
    from banso.shared.users.models import User
    from benchmarks.pages import make_company

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    make_company(answers * 6 // 10)
    make_answers(answers)
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.create_user("me@example.jp", name="me", role="admin"))
    client.get("/customers/")

    def cpu(path: str) -> float:
        begin = time.process_time()
        reply = client.get(path)
        if reply.streaming:
            b"".join(reply)
        assert reply.status_code == 200, path
        return (time.process_time() - begin) * 1000

    found = {}
    for label, path in PAGES.items():
        cpu(f"{path}{'&' if '?' in path else '?'}wave={FIRST_WAVE}")  # templates and libraries
        kept._memory = Memory()  # noqa: SLF001 - as if the process had just begun
        revenue._latest.clear()  # noqa: SLF001
        cold = cpu(path)
        warm = median(cpu(path) for _ in range(runs))
        with CaptureQueriesContext(connection) as queries:
            cpu(path)
        found[label] = (cold, warm, len(queries))
    return found


FIRST_WAVE = 1


def make_answers(number: int) -> None:
    """A small first wave, and a second one with all the answers."""
    from datetime import timedelta

    from banso.listen.surveys.catalog.experience import TEMPLATE
    from banso.listen.surveys.models import Response
    from banso.listen.surveys.writes import create_survey, create_wave, keep_handed_in
    from banso.shared import clock

    survey = create_survey(by=None, name="満足度調査", definition=TEMPLATE.definition)
    version, today = survey.versions.get(), clock.today()
    first = create_wave(by=None, version=version, name="1", opens_on=today - timedelta(365))
    second = create_wave(by=None, version=version, name="2", opens_on=today)
    pick = random.Random(2)

    def rows(wave: Any, count: int) -> Iterator[Any]:
        accounts = number * 6 // 10
        for person in range(1, count + 1):
            response = Response(
                wave=wave, version=version, account_id=(person + 1) // 2 % accounts + 1,
                person_id=person, origin="link", submitted_on=today,
            )  # fmt: skip
            yield response, TEMPLATE.definition, said(pick)

    for wave, count in ((first, 500), (second, number)):
        keep_handed_in(rows=rows(wave, count))


def said(pick: random.Random) -> dict[str, Any]:
    marks = {
        "satisfaction": pick.randint(1, 5),
        "intent": pick.randint(1, 5),
        "recommend": pick.randint(0, 10),
        "miss": 2,
        "comment": pick.choice(COMMENTS),
    }
    if pick.random() < 0.5:
        return {"trouble": "no", **marks}
    kinds = pick.sample(["operation", "best_use", "defect", "missing"], pick.randint(1, 2))
    trouble = {"trouble": "yes", "trouble_kind": kinds}
    if pick.random() < 0.2:
        return {**trouble, "consulted": "no", "why_not": ["where"], **marks}
    answer = pick.choice(["above", "at", "below", "waiting"])
    return {**trouble, "consulted": "yes", "channel": ["csm"], "answer": answer, **marks}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.answers, options.runs)))
        return
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "BANSO_HOME": home, "BANSO_LOG_LEVEL": "ERROR"}
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, __file__, "--one", "--answers", str(options.answers),
                   "--runs", str(options.runs)]  # fmt: skip
        done = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    results = json.loads(done.stdout.splitlines()[-1])
    print(f"CPU ms with {options.answers:,} answers".ljust(36) + "    cold    warm  queries")
    for label, (cold, warm, queries) in results.items():
        limit = LIMITS.get(label)
        told = f"  (at most {limit[0]} and {limit[1]})" if limit else ""
        print(f"{label.ljust(34)}{cold:10.0f}{warm:8.1f}{queries:9d}{told}")


if __name__ == "__main__":
    main()

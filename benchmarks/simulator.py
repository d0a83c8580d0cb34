"""What a move of a lever costs: 100,000 answers of 50,000 customers, request and template included.

PYTHONPATH=. .venv/bin/python benchmarks/simulator.py
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any

MOVES = 15


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--answers", type=int, default=100_000)
    asked.add_argument("--accounts", type=int, default=50_000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BANSO_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "banso.shell.settings"
        import django

        django.setup()
        measure(given.answers, given.accounts)


def measure(answers: int, accounts: int) -> None:
    """As in surveys.py, "cold" is with nothing kept in the process, Django itself warm."""
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment

    from banso.measure.experience import answers as answers_kept
    from banso.measure.revenue.memory import Memory
    from banso.prove.contrasts.jobs import judge
    from banso.prove.contrasts.tests.builders import an_answered_wave, customers
    from banso.prove.scenarios import gathering
    from banso.prove.scenarios.tests.builders import TODAY, paying
    from banso.shared import clock
    from banso.shared.users.tests.builders import a_user

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    setup_test_environment()
    begun = time.perf_counter()
    paying(customers(accounts))
    wave = an_answered_wave(answers, named=False)
    say(
        f"made {answers:,} answers of {accounts:,} customers in {time.perf_counter() - begun:.0f} s"
    )
    client = Client()
    client.force_login(a_user())
    with clock.held_at(TODAY):
        say(f"page, the first of the process: {cpu(lambda: client.get('/what-if/')):.0f} ms CPU")
        answers_kept._memory = Memory()  # noqa: SLF001 - as if nothing had been read
        gathering._memory = Memory()  # noqa: SLF001
        say(f"page, cold: {cpu(lambda: client.get('/what-if/')):.0f} ms CPU")
        moves = [cpu(partial(move, client, at, "")) for at in range(MOVES)]
        say(f"move, all customers: {statistics.median(moves):.0f} ms CPU (worst {max(moves):.0f})")
        move(client, 0, "segment|SMB")
        moves = [cpu(partial(move, client, at, "segment|SMB")) for at in range(MOVES)]
        say(f"move, one segment: {statistics.median(moves):.0f} ms CPU (worst {max(moves):.0f})")
        say(f"all pairs judged: {cpu(lambda: judge(wave)):.0f} ms CPU")
        warm = [cpu(lambda: client.get("/contrasts/")) for _ in range(5)]
        say(f"page of the pairs: {statistics.median(warm):.0f} ms CPU")


def move(client: Any, at: int, where: str) -> None:
    given = {
        "trouble": 20 + at,
        "consulted": 60 + at,
        "above": 30 + at,
        "below": 15,
        "where": where,
    }
    page = client.get("/what-if/", given, headers={"HX-Request": "true"})
    if page.status_code != 200 or "customers kept" not in page.text:
        sys.exit(f"no answer: {page.status_code}")


def cpu(work: Callable[[], Any]) -> float:
    """CPU of this process in ms."""
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

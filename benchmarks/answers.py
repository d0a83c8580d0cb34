"""How many answers of a survey a second does one `banso serve` take, each durable before its 200?

    python benchmarks/answers.py [--rate 200] [--seconds 15] [--clients 16] [--pages]

Starts Banso on a throw-away SQLite home with a wave of the experience survey, one invitation for
each answer, and hands them in through personal links at an even rate: an answer that has to wait
for a free connection counts from when it should have left. Then once more without pause. The
generator is a process on the same machine. With --pages the two pages before are saved as well.
Afterwards every acknowledged answer must be there once.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
ANSWERS = {
    "trouble": "yes", "trouble_kind": ["operation"], "consulted": "yes", "channel": ["csm"],
    "answer": "above", "satisfaction": 5, "intent": 5, "recommend": 10, "miss": 3,
    "comment": "設定の相談に丁寧に答えていただき、思っていたより早く使えるようになりました。",
}  # fmt: skip
PAGES = (("trouble", "trouble_kind", "consulted"), ("channel", "answer"))


def prepared(answers: int) -> list[str]:
    """An installation with an open wave; the paths of its personal links."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from banso.know.accounts.models import Account
    from banso.know.people.models import Person
    from banso.listen.invitations.links import end_of_links
    from banso.listen.invitations.models import Invitation, State
    from banso.listen.invitations.tests.builders import an_open_wave
    from banso.listen.invitations.tokens import hash_of, new_nonce, token_of
    from banso.shared import clock
    from banso.shared.journal.models import Job

    wave = an_open_wave(mailing={"sends_mail": False})
    Job.objects.all().delete()
    names = range(answers)
    accounts = Account.objects.bulk_create(
        (Account(external_id=f"A-{n}", name=f"Aoba {n}") for n in names), batch_size=500
    )
    people = Person.objects.bulk_create(
        (Person(external_id=f"P-{n}", name=f"Yamada {n}") for n in names), batch_size=500
    )
    made = Invitation.objects.bulk_create(
        (
            Invitation(
                wave=wave, account=account, person=person, email=f"p{person.pk}@example.jp",
                nonce=new_nonce(), state=State.SENT, sent_at=clock.now(),
                expires_at=end_of_links(wave),
            )
            for account, person in zip(accounts, people, strict=True)
        ),
        batch_size=500,
    )  # fmt: skip
    for one in made:
        one.token_hash = hash_of(token_of(one))
    Invitation.objects.bulk_update(made, ["token_hash"], batch_size=400)
    return [f"/s/{token_of(one)}/save/" for one in made]


def ask(connection: HTTPConnection, path: str, answers: dict[str, object], last: bool) -> int:
    body = json.dumps({"answers": answers, "last": last}).encode()
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    reply.read()
    return reply.status


def generate(port: int, rate: float, clients: int, with_pages: bool, paths: list[str]) -> None:
    """Hand in one answer for each path; prints statuses and waits. ``rate`` 0: without pause."""
    numbers, taken = count(), threading.Lock()
    waits: list[float] = []
    statuses: Counter[int] = Counter()
    start = time.perf_counter() + 0.2

    def one_client() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with taken:
                number = next(numbers)
            if number >= len(paths):
                connection.close()
                return
            due = start + number / rate if rate else time.perf_counter()
            time.sleep(max(0.0, due - time.perf_counter()))
            if with_pages:
                known: dict[str, object] = {}
                for keys in PAGES:
                    known |= {key: ANSWERS[key] for key in keys}
                    ask(connection, paths[number], known, last=False)
            status = ask(connection, paths[number], ANSWERS, last=True)
            waited = time.perf_counter() - due
            with taken:
                waits.append(waited)
                statuses[status] += 1

    threads = [threading.Thread(target=one_client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits.sort()
    took = time.perf_counter() - start
    told = {
        "statuses": statuses, "per_second": len(paths) / took,
        "p50": 1000 * waits[len(waits) // 2], "p99": 1000 * waits[int(len(waits) * 0.99)],
    }  # fmt: skip
    print(json.dumps(told))


def cpu_of(pid: int) -> dict[str, float]:
    """CPU seconds of the children of `banso serve` by command."""
    tick, found = os.sysconf("SC_CLK_TCK"), {}
    for line in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        name = Path(f"/proc/{line}/cmdline").read_bytes().split(b"\0")[3].decode()
        found[name] = _ticks(int(line)) / tick
    return found


def settled(pid: int) -> None:
    """The first jobs of a new installation are done: the worker is loaded and hardly works."""
    before = cpu_of(pid)["work"]
    for _ in range(60):
        time.sleep(1)
        now = cpu_of(pid)["work"]
        if before > 0.5 and now - before < 0.1:
            return
        before = now


def _ticks(pid: int) -> int:
    """Of the process and of those it started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(fields[11]) + int(fields[12]) + sum(_ticks(int(child)) for child in children)


def measured(
    port: int, server: int, rate: float, paths: list[str], args: argparse.Namespace
) -> None:
    before = cpu_of(server)
    command = [sys.executable, __file__, "--generate", str(port), "--rate", str(rate)]
    command += ["--clients", str(args.clients), *(["--pages"] if args.pages else [])]
    done = subprocess.run(
        command, input="\n".join(paths), capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    after = cpu_of(server)
    cost = {name: 1000 * (after[name] - before[name]) / len(paths) for name in after}
    assert told["statuses"] == {"200": len(paths)}, told["statuses"]
    print(
        f"| {f'{rate:.0f}/s' if rate else 'without pause'} | {len(paths):,} "
        f"| {told['per_second']:.0f} | {told['p50']:.1f} | {told['p99']:.1f} "
        f"| {cost['web']:.2f} | {cost['work']:.2f} |",
        flush=True,
    )


def check(answers: int) -> None:
    from banso.listen.surveys.models import Response

    kept = Response.objects.filter(submitted_on__isnull=False)
    people = kept.values("person").distinct().count()
    assert kept.count() == people == answers, (kept.count(), people, answers)
    print(f"\n{answers:,} answers were acknowledged; each is there once.")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rate", type=float, default=200)
    options.add_argument("--seconds", type=float, default=15)
    options.add_argument("--clients", type=int, default=16)
    options.add_argument("--pages", action="store_true")
    options.add_argument("--generate", type=int, help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.generate:
        paths = sys.stdin.read().split()
        generate(args.generate, args.rate, args.clients, args.pages, paths)
        return
    from benchmarks.ingest import free_port, wait_for

    answers = int(args.rate * args.seconds)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "BANSO_HOME": home, "DATABASE_URL": "", "BANSO_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "banso.shell.settings",
        }  # fmt: skip
        paths, port = prepared(2 * answers), free_port()
        command = [sys.executable, "-m", "banso", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        try:
            wait_for(port)
            with closing(HTTPConnection("127.0.0.1", port)) as warm:
                warm.request("GET", paths[0].removesuffix("save/"))
                warm.getresponse().read()
            settled(server.pid)
            print(
                f"{platform.python_version()}, {os.cpu_count()} cores, SQLite, one `banso serve`\n"
            )
            print("| rate | answers | answers/s | p50 ms | p99 ms | web CPU ms | worker CPU ms |")
            print("|---|---|---|---|---|---|---|")
            measured(port, server.pid, args.rate, paths[:answers], args)
            measured(port, server.pid, 0, paths[answers:], args)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)
        check(2 * answers)


if __name__ == "__main__":
    main()

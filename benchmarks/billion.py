"""What would a billion events cost? A simulation, week by week, from what this machine measures.

    python benchmarks/billion.py [--accounts 100000] [--sizes 250000,500000,1000000,2000000]
        [--weekly 20000000] [--weeks 52]

First it measures weeks of several sizes (steps of benchmarks/metrics.py, each in a process of its
own) and lays a line through each figure: so much for any refresh, so much for each event. Then it
lets a company grow to ``weekly`` times ``weeks`` events and says for some weeks what its disk, its
refresh and its memory would be, and from which week on a refresh takes longer than a minute or ten.
The lines are those of this machine; whether they stay straight beyond the largest size measured is
an assumption, which the table names.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
HISTORY = 3  # weeks that are there before the measured one comes
SPARK = 7.0  # so many times the CPU of DuckDB for the same answer (benchmarks/engines.py)


@dataclass(frozen=True)
class Line:
    """``fixed`` for any week and ``each`` for an event."""

    fixed: float
    each: float

    def at(self, events: float) -> float:
        return self.fixed + self.each * events

    @classmethod
    def through(cls, events: list[int], seen: list[float]) -> Line:
        each, fixed = np.polyfit(events, seen, 1)
        return cls(max(float(fixed), 0.0), max(float(each), 0.0))


def step(name: str, home: Path, events: int, accounts: int) -> dict[str, Any]:
    environment = {**os.environ, "BANSO_HOME": str(home), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [
            *(sys.executable, str(ROOT / "benchmarks/metrics.py"), f"--step={name}"),
            *(f"--weeks={HISTORY}", f"--events={events}", f"--accounts={accounts}"),
            f"--files={home.parent / 'made'}",
        ],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measured(events: int, accounts: int) -> dict[str, float]:
    """One company with weeks of this size: the refresh after a new week, and what lies on disk."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "banso"
        (Path(folder) / "made").mkdir()
        subprocess.run(
            [sys.executable, "-m", "banso", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "BANSO_HOME": str(home), "PYTHONPATH": str(ROOT)},
            check=True,
        )
        for name in ("set_up", "facts", "refresh", "new_week"):
            step(name, home, events, accounts)
        told = step("refresh_week", home, events, accounts)
        weeks = HISTORY + 1
        return {
            "wall": told["wall"],
            "cpu": told["cpu"],
            "mb": told["mb"],
            "events_mb": size_of(home / "lake/events") / weeks / 1e6,
            "facts_mb": size_of(home / "lake/facts") / weeks / 1e6,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--sizes", default="250000,500000,1000000,2000000")
    parser.add_argument("--weekly", type=int, default=20_000_000)
    parser.add_argument("--weeks", type=int, default=52)
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    load = os.getloadavg()[0]
    print(f"measured: {arguments.accounts:,} accounts, load {load:.1f} at the start")
    print(
        f"{'events a week':>14}{'wall s':>9}{'CPU s':>9}{'MB':>7}{'events MB':>11}{'facts MB':>10}"
    )
    seen = []
    for size in sizes:
        one = measured(size, arguments.accounts)
        seen.append(one)
        print(
            f"{size:>14,}{one['wall']:9.2f}{one['cpu']:9.2f}{one['mb']:7.0f}"
            f"{one['events_mb']:11.1f}{one['facts_mb']:10.1f}",
            flush=True,
        )
    lines = {key: Line.through(sizes, [one[key] for one in seen]) for key in seen[0]}
    told(lines, arguments.weekly, arguments.weeks, largest=sizes[-1])


def told(lines: dict[str, Line], weekly: int, weeks: int, *, largest: int) -> None:
    """A company that grows evenly until it sends ``weekly`` events, and stays there."""
    for key, line in lines.items():
        print(f"  {key}: {line.fixed:.2f} + {line.each * 1e6:.3f} per million events")
    print(f"beyond {largest:,} events a week the lines are an assumption")
    print(f"{'week':>5}{'events so far':>16}{'disk GB':>9}{'refresh s':>11}{'CPU s':>8}{'MB':>7}")
    events, disk = 0, 0.0
    passed: dict[int, int] = {}
    for week in range(1, weeks + 1):
        now = weekly * min(1.0, week / (weeks / 4))
        events += int(now)
        disk += lines["events_mb"].at(now) + lines["facts_mb"].at(now)
        wall = lines["wall"].at(now)
        for limit in (60, 600):
            if wall > limit:
                passed.setdefault(limit, week)
        if week in (1, weeks // 4, weeks // 2, weeks):
            print(
                f"{week:5}{events:16,}{disk / 1000:9.1f}{wall:11.1f}"
                f"{lines['cpu'].at(now):8.1f}{lines['mb'].at(now):7.0f}"
            )
    full = lines["cpu"].each * events
    print(f"all facts anew: {full / 60:.0f} minutes of CPU")
    for limit in (60, 600):
        most = (limit - lines["wall"].fixed) / max(lines["wall"].each, 1e-12)
        said = f"from week {passed[limit]} on" if limit in passed else "never here"
        print(f"a refresh of more than {limit} s: {said}; that takes {most:,.0f} events in a week")
    cores = 2 * SPARK
    print(
        f"Spark needs about {SPARK:.0f} times the CPU: with fewer than {cores:.0f} cores it is no "
        "quicker than this machine; it pays once the refreshes above are too slow."
    )


if __name__ == "__main__":
    main()

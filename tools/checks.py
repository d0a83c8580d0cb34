"""Everything that must hold before a change lands, step by step.

    python tools/checks.py                 all steps; goes on after a failure, ends with a summary
    python tools/checks.py lint types      only these
    python tools/checks.py --list          names them

Outside CI a step that the machine cannot do is skipped, loudly; with CI=true it fails.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.machine import find_chromium, find_java, in_ci  # noqa: E402 - the path comes first
from tools.throwaway_postgres import find_binaries  # noqa: E402

PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
WORKERS = ["-n", os.environ.get("BANSO_TEST_WORKERS", "2")]
PLAIN = ["-m", "not browser and not engines"]
SUMMARY = re.compile(r"^(=+ )?.*\b\d+ (passed|failed|errors?|skipped)\b.* in [\d.]+s")


@dataclass(frozen=True)
class Step:
    name: str
    command: list[str]
    on_failure: str
    # None, or why this machine cannot do it and what to install
    obstacle: Callable[[], str | None] = lambda: None


def no_postgres() -> str | None:
    if find_binaries():
        return None
    return "no PostgreSQL server is installed (Debian: apt-get install postgresql)"


def no_browser() -> str | None:
    if find_chromium():
        return None
    return "no Chromium is installed (Debian: apt-get install chromium fonts-noto-cjk)"


def no_java() -> str | None:
    if find_java():
        return None
    return "no Java is there for Spark (Debian: apt-get install openjdk-17-jre-headless)"


STEPS = (
    Step(
        "lint",
        [PYTHON, "-m", "ruff", "check", "."],
        "Run `make format`; mend what is left by hand.",
    ),
    Step("format", [PYTHON, "-m", "ruff", "format", "--check", "."], "Run `make format`."),
    Step("types", [PYTHON, "-m", "mypy"], "Mend the types; a `type: ignore[code]` needs a reason."),
    Step(
        "contracts",
        [str(Path(PYTHON).parent / "lint-imports"), "--no-cache"],
        "An import runs against the loop: use a slot, the journal or a url name (ARCHITECTURE.md).",
    ),
    Step(
        "translations",
        [PYTHON, "tools/messages.py", "check"],
        "Run `make messages`, then write the missing Japanese in the named django.po files.",
    ),
    Step(
        "migrations",
        [PYTHON, "-m", "banso", "makemigrations", "--check", "--dry-run"],
        "A model changed: run `.venv/bin/banso makemigrations` and commit the migration.",
    ),
    Step("docs", [PYTHON, "tools/docs.py"], "Mend the link or command in the named document."),
    Step(
        "tests on SQLite",
        [*PYTEST, *WORKERS, *PLAIN],
        "Run the failing test alone: `.venv/bin/pytest PATH::NAME --randomly-seed=SEED`.",
    ),
    Step(
        "tests on PostgreSQL",
        [PYTHON, "tools/throwaway_postgres.py", *PYTEST, *WORKERS, *PLAIN, "--database-only"],
        "Run it alone: `.venv/bin/python tools/throwaway_postgres.py .venv/bin/pytest PATH::NAME`.",
        no_postgres,
    ),
    Step(
        "tests on other engines",
        [PYTHON, "tools/engines.py"],
        "Run one alone: `.venv/bin/python tools/engines.py PATH::NAME`; DuckDB's answer counts.",
        no_java,
    ),
    Step(
        "tests in a browser",
        [*PYTEST, *WORKERS, "--dist=loadfile", "-m", "browser"],
        "Run `.venv/bin/pytest -m browser PATH`; pictures of failures lie in test-results/.",
        no_browser,
    ),
)


@dataclass
class Outcome:
    step: Step
    state: str
    seconds: float
    summary: str = ""


def run(step: Step, home: str) -> Outcome:
    obstacle = step.obstacle()
    if obstacle and not in_ci():
        banner = f"!!! SKIPPED {step.name}: {obstacle} !!!"
        print(f"\n{'!' * len(banner)}\n{banner}\n{'!' * len(banner)}", flush=True)
        return Outcome(step, "skipped", 0.0, obstacle)
    print(f"\n--- {step.name}", flush=True)
    if obstacle:
        print(f"CI must not skip this: {obstacle}")
        return Outcome(step, "failed", 0.0, obstacle)
    started, summary = time.monotonic(), ""
    environment = {**os.environ, "BANSO_HOME": home, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        step.command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            summary = line.strip() if SUMMARY.match(line) else summary
        code = process.wait()
    # pytest's exit code 5 means that no test was there to run
    state = "passed" if code == 0 else "nothing to do" if code == 5 and not in_ci() else "failed"
    return Outcome(step, state, time.monotonic() - started, summary)


def report(outcomes: list[Outcome]) -> int:
    print("\n" + "=" * 80)
    for outcome in outcomes:
        print(f"{outcome.state:14}{outcome.step.name:24}{outcome.seconds:6.1f} s")
    for outcome in outcomes:
        if outcome.state == "failed":
            print(f"\nFAILED {outcome.step.name}. What to do: {outcome.step.on_failure}")
        if outcome.state == "skipped":
            print(f"\n!!! SKIPPED {outcome.step.name}: {outcome.summary} !!!")
    for outcome in outcomes:
        if outcome.summary and outcome.state != "skipped":
            print(f"\n{outcome.step.name}:\n{outcome.summary}")
    return 1 if any(outcome.state == "failed" for outcome in outcomes) else 0


def main(arguments: list[str]) -> int:
    names = [step.name for step in STEPS]
    if "--list" in arguments:
        print("\n".join(names))
        return 0
    unknown = [name for name in arguments if name not in names]
    if unknown:
        print(f"no step is named {', '.join(unknown)}; the steps are: {', '.join(names)}")
        return 2
    chosen = [step for step in STEPS if not arguments or step.name in arguments]
    with tempfile.TemporaryDirectory(prefix="banso-home-") as home:
        return report([run(step, home) for step in chosen])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

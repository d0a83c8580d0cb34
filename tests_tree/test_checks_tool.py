"""tools/checks.py: skips loudly at home, never in CI, and shows pytest's last line."""

from __future__ import annotations

import sys

import pytest

from tools import checks
from tools.checks import Step

PYTEST_LAST_LINE = "===== 3 passed, 1 skipped in 0.12s ====="


def a_step(code: str, obstacle: str | None = None) -> Step:
    return Step("a step", [sys.executable, "-c", code], "Do this.", lambda: obstacle)


def test_a_passing_step_keeps_pytests_summary(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = checks.run(a_step(f"print({PYTEST_LAST_LINE!r})"), "home")
    assert checks.report([outcome]) == 0
    assert capsys.readouterr().out.strip().endswith(PYTEST_LAST_LINE)


def test_a_failing_step_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert checks.report([checks.run(a_step("raise SystemExit(1)"), "home")]) == 1
    assert "What to do: Do this." in capsys.readouterr().out


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_only_ci_refuses_to_skip(
    ci: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", ci)
    assert checks.report([checks.run(a_step("", "no server is installed"), "home")]) == code
    shown = capsys.readouterr().out
    assert "no server is installed" in shown
    assert ("!!! SKIPPED a step" in shown) is (not ci)


@pytest.mark.parametrize(
    "line", ["12 passed in 3.40s", "= 1 failed, 2 passed in 61.20s (0:01:01) =", PYTEST_LAST_LINE]
)
def test_pytests_summary_is_recognised(line: str) -> None:
    assert checks.SUMMARY.match(line)

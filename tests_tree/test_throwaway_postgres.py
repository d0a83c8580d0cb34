"""tools/throwaway_postgres.py: a server that lives as long as one command."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests_tree.source import ROOT
from tools import throwaway_postgres


@pytest.fixture
def binaries() -> Path:
    found = throwaway_postgres.find_binaries()
    if found is None:
        pytest.skip("no PostgreSQL server is installed")
    return found


def test_a_cluster_answers_and_leaves_nothing_behind(
    binaries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user
        monkeypatch.setattr("tempfile.tempdir", folder)
        with throwaway_postgres.cluster(binaries) as url:
            with psycopg.connect(url) as connection:
                assert connection.execute("select 6 * 7").fetchone() == (42,)
            assert list(Path(folder).iterdir()), "the cluster should lie in the temporary folder"
        assert list(Path(folder).iterdir()) == []
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)


def test_the_commands_exit_code_is_handed_on(binaries: Path) -> None:
    say_url = "import os, sys; sys.exit(7 if 'banso@' in os.environ['DATABASE_URL'] else 1)"
    command = [sys.executable, "tools/throwaway_postgres.py", sys.executable, "-c", say_url]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 7


def test_a_machine_without_postgresql_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(throwaway_postgres, "find_binaries", lambda: None)
    assert throwaway_postgres.main(["true"]) == throwaway_postgres.MISSING
    assert "apt-get install postgresql" in capsys.readouterr().err


def test_an_empty_path_finds_debians_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    found = throwaway_postgres.find_binaries()
    assert found is None or (found / "pg_ctl").exists()

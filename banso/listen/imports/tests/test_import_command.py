from __future__ import annotations

from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from banso.know.accounts.models import Account
from banso.shared.journal.jobs import pay
from banso.shared.journal.models import Job
from banso.shared.journal.writes import claim

pytestmark = pytest.mark.django_db


def run(path: Path, **options: object) -> str:
    out = StringIO()
    call_command("import", path, stdout=out, **{"language": "en", **options})
    return out.getvalue()


def test_a_file_comes_in(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("account_id,account_name\nA,Aoba\n")
    assert "created 1, changed 0, unchanged 0, refused 0" in run(path)
    assert "created 0, changed 0, unchanged 1, refused 0" in run(path)
    assert Account.objects.get().source == "file"


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("account_id,account_name\nA,Aoba\n")
    assert "created 1" in run(path, dry_run=True, source="crm")
    assert not Account.objects.exists()


def test_refused_rows_are_listed_written_on_demand_and_told_by_the_exit_code(
    tmp_path: Path,
) -> None:
    path, refused = tmp_path / "a.csv", tmp_path / "refused.csv"
    path.write_text("account_id,account_name\nA,Aoba\nA,Again\n")
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("import", path, stdout=out, language="ja", refused=refused)
    assert left.value.code == 3
    assert "行 3: 同じIDが 2 行目にあり" in out.getvalue()
    assert refused.read_text("utf-8-sig").startswith("行,account_id,account_name,理由")
    assert sorted(p.name for p in tmp_path.glob("*.csv")) == ["a.csv", "refused.csv"]


def test_what_cannot_be_imported_is_said(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("month,nos_customers\n0,1000\n1,869\n")
    with pytest.raises(CommandError, match="No customers were found in this file"):
        run(path)
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="no saved mapping called “CRM”"):
        run(path, mapping="CRM")


def test_what_the_servers_worker_has_begun_is_awaited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = import_module("banso.listen.imports.management.commands.import")
    begun: list[Job | None] = []

    def worker_is_quicker(*, key: str) -> None:
        begun.append(claim(key=key))

    def worker_goes_on(_seconds: float) -> None:
        owed = begun.pop()
        assert owed is not None and pay(owed, heartbeat=False)

    monkeypatch.setattr(command, "claim", worker_is_quicker)
    monkeypatch.setattr(command.time, "sleep", worker_goes_on)
    path = tmp_path / "a.csv"
    path.write_text("account_id,account_name\nA,Aoba\n")
    assert "created 1, changed 0, unchanged 0, refused 0" in run(path)


def test_nothing_is_left_to_the_worker(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("account_id,account_name\nA,Aoba\n")
    run(path)
    assert not Job.objects.filter(name__startswith="imports.", done_at=None).exists()

from __future__ import annotations

from pathlib import Path

import pytest

from banso.shell import environment
from banso.shell.environment import WrongSetting


def test_postgresql_by_one_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ban%40so:p%2Fw@db:5433/cs")
    made = environment.database(tmp_path)
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "ban@so",
        "p/w",
        "db",
        "5433",
        "cs",
    )


def test_sqlite_when_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    made = environment.database(tmp_path)
    assert made["NAME"] == tmp_path / "banso.sqlite3"
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def read_setting(name: str, home: Path) -> None:
    if name == "DATABASE_URL":
        environment.database(home)
    elif name == "BANSO_DEBUG":
        environment.flag(name)
    else:
        environment.secret_key(home)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", "mysql://x/y", "write postgresql://"),
        ("DATABASE_URL", "postgresql://h:port/n", "not a number"),
        ("BANSO_DEBUG", "maybe", "write 1 or 0"),
        ("SECRET_KEY", "short", "write a longer"),
    ],
)
def test_a_wrong_setting_says_what_to_write(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=says):
        read_setting(name, tmp_path)


def test_the_secret_is_made_once_and_is_private(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = environment.secret_key(tmp_path)
    assert len(first) >= 48
    assert environment.secret_key(tmp_path) == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600

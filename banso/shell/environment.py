"""Settings from the environment; a wrong value stops the start and says what to write."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class WrongSetting(SystemExit):
    """A setting that cannot be used; printed as it is, without a traceback."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return value in ("1", "true", "yes", "on") if value else default
    raise WrongSetting(f"{name}={value!r} is neither yes nor no: write 1 or 0.")


def whole(name: str, default: int) -> int:
    """A whole number from 1."""
    value = text(name, str(default))
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise WrongSetting(f"{name}={value!r} is no whole number above 0: write one such as {default}.")


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of these words; the first of them when nothing is said."""
    value = text(name, choices[0])
    if value in choices:
        return value
    raise WrongSetting(f"{name}={value!r} is none of {', '.join(choices)}: write one of them.")


def names(name: str, default: str) -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def home() -> Path:
    """Where the embedded database, the lake and uploads live; made when it is not there."""
    folder = Path(text("BANSO_HOME", "var")).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(
            f"BANSO_HOME={folder} cannot be made ({error}): name a folder this user may write."
        ) from error
    return folder


def secret_key(folder: Path) -> str:
    """SECRET_KEY, or one made once and kept beside the data, readable by its owner alone."""
    given = text("SECRET_KEY")
    if given:
        if len(given) < 32:
            raise WrongSetting(
                "SECRET_KEY is shorter than 32 characters: write a longer random one."
            )
        return given
    kept = folder / "secret_key"
    if not kept.exists():
        try:
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(token_urlsafe(48))
        except FileExistsError:
            pass
    return kept.read_text().strip()


MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def mail() -> dict[str, Any]:
    """BANSO_EMAIL_URL as Django wants it: smtp://, smtp+tls:// (STARTTLS) or smtps://, with
    user:password@host:port. Empty: mail is printed, or leaves as BANSO_EMAIL_BACKEND says.
    """
    url = text("BANSO_EMAIL_URL")
    backend = text("BANSO_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
    if not url:
        return {"EMAIL_BACKEND": backend}
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise WrongSetting(f"BANSO_EMAIL_URL has a port that is not a number: {error}.") from error
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise WrongSetting(
            "BANSO_EMAIL_URL is no mail server: write smtp+tls://user:password@host:587 "
            "(or smtp://, smtps://), or leave it empty."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def address(name: str) -> str:
    """Where people reach this installation, such as https://banso.example.jp; "" when not said."""
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
        raise WrongSetting(
            f"{name}={value!r} is no address: write one such as https://banso.example.jp."
        )
    return value


KEEP_CONNECTION_S = 60
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000; "
        "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=67108864;"
    ),
}


def database(folder: Path) -> dict[str, Any]:
    """DATABASE_URL as Django wants it: empty, sqlite:///path or postgresql://user:pw@host/name."""
    url = text("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "banso.sqlite3",
            "CONN_MAX_AGE": KEEP_CONNECTION_S,
            "OPTIONS": SQLITE_OPTIONS,
        }
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path,
            "CONN_MAX_AGE": KEEP_CONNECTION_S,
            "OPTIONS": SQLITE_OPTIONS,
        }
    if parts.scheme not in ("postgres", "postgresql"):
        raise WrongSetting(
            f"DATABASE_URL begins with {parts.scheme!r}: write "
            "postgresql://user:password@host:5432/name, "
            "or leave it empty for the embedded SQLite."
        )
    options = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError as error:
        raise WrongSetting(f"DATABASE_URL has a port that is not a number: {error}.") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": KEEP_CONNECTION_S,
        "OPTIONS": options,
    }

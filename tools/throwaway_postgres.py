"""Run a command with DATABASE_URL set to a PostgreSQL that lives only as long as the command.

    python tools/throwaway_postgres.py pytest -q
    python tools/throwaway_postgres.py --find      prints the folder of the binaries, or exits 3

The cluster lies in a temporary folder, listens on a Unix socket there and on a free loopback port,
and does not wait for the disk (fsync off). As root it runs as an unprivileged user, since
PostgreSQL refuses root. Where PostgreSQL is missing the exit code is 3.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

MISSING = 3
UNPRIVILEGED = ("postgres", "nobody")
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


def find_binaries() -> Path | None:
    """The folder with initdb and pg_ctl: in PATH, or the newest of Debian's."""
    found = shutil.which("initdb")
    if found and (Path(found).parent / "pg_ctl").exists():
        return Path(found).parent
    versions = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "initdb").exists()]
    return max(versions, key=lambda p: float(p.parent.name), default=None)


def unprivileged_user() -> str | None:
    """Whom to run as: None for ourselves, or a user that is not root."""
    if os.getuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise SystemExit("PostgreSQL does not run as root and no user named postgres or nobody exists.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_tool(command: list[str], user: str | None, folder: Path) -> None:
    done = subprocess.run(
        command,
        user=user,
        cwd=folder,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        log = folder / "log"
        more = log.read_text(encoding="utf-8") if log.exists() else ""
        raise SystemExit(f"{Path(command[0]).name} failed:\n{done.stdout}{more}")


@contextmanager
def cluster(binaries: Path) -> Iterator[str]:
    """A running PostgreSQL; gives its DATABASE_URL and leaves nothing behind."""
    user = unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="banso-pg-"))
    data, port = folder / "data", free_port()
    if user:
        shutil.chown(folder, user)
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-t", "60"]
    try:
        initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "banso", "-A", "trust"]
        run_tool([*initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], user, folder)
        settings = {**FAST, "port": str(port), "listen_addresses": "127.0.0.1"}
        settings["unix_socket_directories"] = str(folder)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        run_tool([*control, "-l", str(folder / "log"), "start"], user, folder)
        yield f"postgresql://banso@127.0.0.1:{port}/postgres"
    finally:
        if (data / "postmaster.pid").exists():
            run_tool([*control, "-m", "immediate", "stop"], user, folder)
        shutil.rmtree(folder, ignore_errors=True)


def stop_cleanly(number: int, frame: FrameType | None) -> None:
    """A killed run must not leave a server: unwind through `cluster`."""
    raise SystemExit(128 + number)


def main(command: list[str]) -> int:
    binaries = find_binaries()
    if binaries is None:
        print(
            "No PostgreSQL server found in PATH or /usr/lib/postgresql: "
            "install one (Debian: apt-get install postgresql) to run the suite on it.",
            file=sys.stderr,
        )
        return MISSING
    if command == ["--find"]:
        print(binaries)
        return 0
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, stop_cleanly)
    with cluster(binaries) as url:
        environment = {**os.environ, "DATABASE_URL": url}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What the tests need from the machine besides Python: Chromium, fonts, PostgreSQL, Java.

python tools/machine.py          says what is there
python tools/machine.py install  as root on Debian or Ubuntu, installs what is missing
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.throwaway_postgres import find_binaries  # noqa: E402 - the path comes first

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """BANSO_CHROMIUM, or the first Chromium in PATH."""
    named = os.environ.get("BANSO_CHROMIUM")
    if named:
        return named
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


def has_japanese_font() -> bool:
    if not shutil.which("fc-list"):
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    shown = subprocess.run(["fc-list", ":lang=ja"], capture_output=True, text=True, check=False)
    return bool(shown.stdout.strip())


def find_java() -> str | None:
    """The Java that Spark would start."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")


def missing() -> dict[str, str]:
    """Debian package -> what cannot be tested without it."""
    lacking = {}
    if find_chromium() is None:
        lacking["chromium"] = "pages in a browser"
    if not has_japanese_font():
        lacking["fonts-noto-cjk"] = "how Japanese pages look"
    if find_binaries() is None:
        lacking["postgresql"] = "PostgreSQL"
    if find_java() is None:
        lacking["openjdk-17-jre-headless"] = "Spark"
    return lacking


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def install(packages: list[str]) -> bool:
    """True when apt-get did it; only root on a machine with apt can."""
    apt = shutil.which("apt-get")
    if not apt or os.getuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"installing {', '.join(packages)} with apt-get …", flush=True)
    for command in (
        [apt, "update", "-qq"],
        [apt, "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            return False
    return True


def main(arguments: list[str]) -> int:
    lacking = missing()
    if lacking and "install" in arguments:
        install(sorted(lacking))
        lacking = missing()
    for package, subject in lacking.items():
        print(f"missing: {package} (without it {subject} cannot be tested)")
    if not lacking:
        print("Chromium, a Japanese font, PostgreSQL and Java are there")
    # outside CI a missing one means skipped tests, said loudly by tools/checks.py
    return 1 if lacking and in_ci() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

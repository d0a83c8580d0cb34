"""The pictures of the README, and every page for a look: a sample company, a server, a Chromium.

python tools/screenshots.py                   docs/images/*.png
python tools/screenshots.py review FOLDER     each page in both languages, wide and narrow
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from banso.shell.sample.company import PASSWORD  # noqa: E402 - the path comes first
from tools.machine import find_chromium  # noqa: E402

IMAGES = ROOT / "docs" / "images"
WAIT = 120
CSM, ADMINISTRATOR = "aoi@example.jp", "admin@example.jp"
WORTH = "/worth/?metric=editor_share_28d&target=55&cost=500000"
LOCALES = {"ja": "ja-JP", "en": "en-US"}
# name -> (path, language, who)
README = {
    "alternative-en": ("/score-check/alternatives/1/", "en", "manager@example.jp"),
    "alternative-ja": ("/score-check/alternatives/1/", "ja", "manager@example.jp"),
    "evidence-en": ("/evidence/", "en", "manager@example.jp"),
    "factors-en": ("/lifetime/factors/", "en", "manager@example.jp"),
    "factors-ja": ("/lifetime/factors/", "ja", "manager@example.jp"),
    "hypothesis-en": ("/hypotheses/1/", "en", "manager@example.jp"),
    "hypothesis-ja": ("/hypotheses/1/", "ja", "manager@example.jp"),
    "kpi-tree-en": ("/kpi-tree/1/", "en", "manager@example.jp"),
    "kpi-tree-ja": ("/kpi-tree/1/", "ja", "manager@example.jp"),
    "measure-metric-en": ("/did-it-work/1/", "en", "manager@example.jp"),
    "measure-metric-ja": ("/did-it-work/1/", "ja", "manager@example.jp"),
    "metric-evidence-en": ("/evidence/metrics/days_to_first_value/", "en", "manager@example.jp"),
    "metric-evidence-ja": ("/evidence/metrics/days_to_first_value/", "ja", "manager@example.jp"),
    "own-outcomes-en": ("/hypotheses/outcomes/", "en", "analyst@example.jp"),
    "own-outcomes-ja": ("/hypotheses/outcomes/", "ja", "analyst@example.jp"),
    "pattern-en": ("/patterns/1/", "en", "manager@example.jp"),
    "pattern-ja": ("/patterns/1/", "ja", "manager@example.jp"),
    "revenue-en": ("/revenue/", "en", "manager@example.jp"),
    "revenue-ja": ("/revenue/", "ja", "manager@example.jp"),
    "score-check-en": ("/score-check/", "en", "manager@example.jp"),
    "score-check-ja": ("/score-check/", "ja", "manager@example.jp"),
    "staying-en": ("/lifetime/", "en", "manager@example.jp"),
    "staying-ja": ("/lifetime/", "ja", "manager@example.jp"),
    "experience-en": ("/experience/", "en", "manager@example.jp"),
    "experience-ja": ("/experience/", "ja", "manager@example.jp"),
    "success-en": ("/success/", "en", "manager@example.jp"),
    "success-ja": ("/success/", "ja", "manager@example.jp"),
    "survey-edit-en": ("/surveys/1/edit/", "en", "manager@example.jp"),
    "survey-edit-ja": ("/surveys/1/edit/", "ja", "manager@example.jp"),
    "visits-en": ("/visits/", "en", "manager@example.jp"),
    "visits-ja": ("/visits/", "ja", "manager@example.jp"),
    "what-was-done-en": ("/visits/done/", "en", "manager@example.jp"),
    "what-was-done-ja": ("/visits/done/", "ja", "manager@example.jp"),
    "today-ja": ("/today/", "ja", CSM),
    "worth-en": (WORTH, "en", "manager@example.jp"),
    "worth-ja": (WORTH, "ja", "manager@example.jp"),
}
MENU = "nav a[href^='/'], aside a[href^='/']"
WIDTHS = {"wide": 1440, "narrow": 390}


@contextmanager
def served() -> Iterator[str]:
    """The sample company on a free port, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="banso-pictures-") as home:
        environment = {**os.environ, "BANSO_HOME": home, "BANSO_LOG_LEVEL": "WARNING"}
        environment.pop("DATABASE_URL", None)
        banso = [sys.executable, "-m", "banso"]
        subprocess.run([*banso, "demo", "--no-serve"], cwd=ROOT, env=environment, check=True)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        server = subprocess.Popen([*banso, "serve", "--port", str(port)], cwd=ROOT, env=environment)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/ready/")
            yield url
        finally:
            server.terminate()
            server.wait(30)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise SystemExit(f"{url} did not answer within {WAIT} s: run `banso serve` to see why")


def sign_in(browser: Browser, url: str, email: str, language: str) -> Page:
    context = browser.new_context(
        base_url=url,
        locale=LOCALES[language],
        timezone_id="Asia/Tokyo",
        viewport={"width": 1280, "height": 860},
    )
    page = context.new_page()
    page.goto("/sign-in/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda there: "login" not in there)
    return page


def settle(page: Page, path: str) -> None:
    answer = page.goto(path)
    if answer is None or not answer.ok:
        raise SystemExit(f"{path} answered {answer.status if answer else 'nothing'}: mend it first")
    page.wait_for_load_state("networkidle")


def take_readme(browser: Browser, url: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, (path, language, email) in README.items():
        page = sign_in(browser, url, email, language)
        settle(page, path)
        page.screenshot(path=IMAGES / f"{name}.png")
        print(f"docs/images/{name}.png")
        if path == WORTH:
            take_sheet(page, language)
        page.context.close()


def take_sheet(page: Page, language: str) -> None:
    """The PDF sheet behind the page as a picture."""
    import pypdfium2

    asked = {"Accept-Language": LOCALES[language]}
    content = page.context.request.get(f"{WORTH}&format=pdf", headers=asked).body()
    name = f"worth-sheet-{language}.png"
    document = pypdfium2.PdfDocument(content)
    document[0].render(scale=1.5).to_pil().save(IMAGES / name)
    document.close()
    print(f"docs/images/{name}")


def take_asking(browser: Browser, url: str) -> None:
    """A wave before it opens, and its form on a telephone; the sample's own have closed."""
    for language, name in (("ja", "2027年"), ("en", "2027")):
        page = sign_in(browser, url, "manager@example.jp", language)
        settle(page, "/waves/new/1/")
        page.locator("[name=name]").fill(name)
        page.locator("[name=has_public_link]").check()
        page.locator("main form[method=post] .btn-primary").last.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / f"wave-{language}.png")
        print(f"docs/images/wave-{language}.png")
        page.once("dialog", lambda dialog: dialog.accept())
        page.locator(".btn-primary[data-confirm]").click()
        page.wait_for_load_state("networkidle")
        link = page.locator("input[readonly][value*='/s/']").input_value()
        page.set_viewport_size({"width": WIDTHS["narrow"], "height": 844})
        settle(page, link[link.index("/s/") :])
        page.locator("[data-name=trouble]").wait_for()
        page.screenshot(path=IMAGES / f"survey-phone-{language}.png")
        print(f"docs/images/survey-phone-{language}.png")
        page.context.close()


def pages_to_review(page: Page) -> list[str]:
    """What the menu names, one thing behind each list, and the pages of the settings."""
    settle(page, "/")
    menu = page.eval_on_selector_all(MENU, "links => links.map(a => a.getAttribute('href'))")
    found = dict.fromkeys(menu)
    for path in list(found):
        settle(page, path)
        inner = page.eval_on_selector_all(
            "main a[href]", "links => links.map(a => a.getAttribute('href'))"
        )
        by_shape: dict[str, str] = {}
        for link in inner:
            if link.startswith("/") and "?" not in link and "export" not in link:
                by_shape.setdefault(re.sub(r"\d+", "#", link), link)
        found.update(dict.fromkeys(by_shape.values()))
    return [*found, "/preferences/"]


def take_review(browser: Browser, url: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for language in LOCALES:
        page = sign_in(browser, url, ADMINISTRATOR, language)
        for path in pages_to_review(page):
            for size, width in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": 900})
                settle(page, path)
                name = path.strip("/").replace("/", "-") or "home"
                page.screenshot(path=folder / f"{name}-{language}-{size}.png", full_page=True)
            print(path, language)
        page.context.close()


def main(arguments: list[str]) -> int:
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        print("no Chromium: apt-get install chromium fonts-noto-cjk, or set BANSO_CHROMIUM")
        return 1
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        if arguments[:1] == ["review"]:
            take_review(browser, url, Path(arguments[1] if arguments[1:] else "screenshots-new"))
        else:
            take_readme(browser, url)
            take_asking(browser, url)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

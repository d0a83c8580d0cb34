"""The pages of proof and revenue on companies unlike the sample: twenty customers, Telco, CDNOW."""

from __future__ import annotations

import csv
import html
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, get_resolver, resolve, reverse
from django.utils import translation
from django.utils.html import strip_tags

from banso.know.accounts.models import Account
from banso.measure.health.reads import borders_in_force, lines_in_force
from banso.measure.metrics.models import MetricDefinition
from banso.prove.effects.tests.builders import a_measure
from banso.prove.effects.writes import begin_measure
from banso.prove.hypotheses.jobs import check_hypotheses
from banso.prove.hypotheses.tests.builders import an_hypothesis
from banso.prove.lifetime.tests.test_real_files import TELCO, cdnow
from banso.prove.patterns.evidence import finding_choices
from banso.prove.patterns.tests.builders import a_pattern
from banso.prove.patterns.writes import link_pattern
from banso.prove.prediction.jobs import check_score
from banso.prove.prediction.writes import write_alternative
from banso.prove.studies.jobs import run_evidence
from banso.prove.tree.jobs import refresh_trees
from banso.prove.tree.starting import USAGE, sketched
from banso.prove.tree.writes import create_tree
from banso.shared.clock import held_at
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)
APPS = (
    "studies", "hypotheses", "tree", "lifetime", "effects", "worth", "prediction", "patterns",
    "revenue",
)  # fmt: skip
AS_OFTEN = 3  # a page that stands for each metric is opened for so many of them
LINK = re.compile(r'href="([^"#]+)')
SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)
BROKEN = re.compile(r"Traceback|\b[nN]a[nN]\b|\bNone\b(?!:| of)|%\([a-z_]+\)[sd]|\binf\b")
ENGLISH = re.compile(r"[A-Za-z][a-z]+(?: [a-z']+){4,}")
NEARBY = 260
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WORDS = {
    "en": (re.compile("not enough data yet", re.IGNORECASE),
           re.compile(rf"(?P<m>{'|'.join(MONTHS)}) (?P<year>20\d\d)")),
    "ja": (re.compile("まだ判断できません"), re.compile(r"(?P<year>20\d\d)年(?P<m>\d+)月")),
}  # fmt: skip
CDNOW_CUSTOMERS = 100


def bring_in(path: Path, **options: Any) -> None:
    try:
        call_command("import", str(path), language="en", **options)
    except SystemExit as refused:
        assert refused.code == 3  # noqa: PT017 - some rows refused, the others imported


def written(path: Path, header: str, rows: Iterable[Iterable[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


def twenty(folder: Path) -> date:
    """Twenty customers with contracts of a year; ten have decided by now, three left."""
    starts = [date(2025, 1, 6) + timedelta(days=18 * n) for n in range(20)]
    ends = [start + timedelta(days=364) for start in starts]
    left = [n in (2, 5, 8) for n in range(20)]
    customers = [
        (f"C-{n}", f"Aoba {n}", ("Retail", "Industry")[n % 2], 20 + 7 * n, start)
        for n, start in enumerate(starts)
    ]
    terms = [
        (f"S-{n}", f"C-{n}", "Basic", start, end, 30_000 + 1_000 * n, "JPY",
         "" if end >= TODAY else "churned" if left[n] else "renewed")
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]  # fmt: skip
    terms += [
        (f"S-{n}-2", f"C-{n}", "Basic", end + timedelta(days=1), end + timedelta(days=365),
         33_000 + 1_000 * n, "JPY", "")
        for n, end in enumerate(ends) if end < TODAY and not left[n]
    ]  # fmt: skip
    events = [
        (f"C-{n}", f"U-{n}-{i % 2}", "report_shared" if i % 3 else "login", f"{day} 10:00:00")
        for n, start in enumerate(starts)
        for i in range(12)
        if (day := start + timedelta(days=3 + i * (20 + n))) < min(TODAY, ends[n])
    ]
    columns = {
        "accounts": "account_id,name,industry,employees,signed_up_on",
        "subscriptions": "subscription_id,account_id,plan,start_date,end_date,mrr,currency,outcome",
        "events": "account_id,user_id,event_name,timestamp",
    }
    with held_at(TODAY):
        for kind, rows in (("accounts", customers), ("subscriptions", terms), ("events", events)):
            bring_in(written(folder / f"{kind}.csv", columns[kind], rows), kind=kind)
    return TODAY


def purchases(_folder: Path) -> date:
    return cdnow(CDNOW_CUSTOMERS)


def telco(folder: Path) -> date:
    """The first 1,500 customers of IBM's file, which is one wide file with a decision each."""
    sample = folder / TELCO.name
    with TELCO.open(encoding="utf-8") as file:
        sample.write_text("".join(islice(file, 1_501)), encoding="utf-8")
    with held_at(TODAY):
        bring_in(sample)
    return TODAY


def ask_everything(day: date) -> None:
    """What a user would write down, and every job, as on that day."""
    analyst = a_user(role="analyst")
    with held_at(day):
        while run_owed():
            pass
        run_evidence()
        metric = MetricDefinition.objects.filter(shape="recent_count").first()
        if metric is not None:
            an_hypothesis(on=day - timedelta(days=200), by=analyst, key=metric.key)
            check_hypotheses(asked=True)
        for goal in ("renewal_rate", "nrr"):
            sketches = sketched(USAGE, goal=goal)
            create_tree(by=analyst, name=f"Tree of {goal}", goal=goal, sketches=sketches)
        refresh_trees()
        treated = list(Account.objects.order_by("pk").values_list("pk", flat=True)[::3])
        begun = day - timedelta(days=150)
        begin_measure(by=None, measure=a_measure(dict.fromkeys(treated, begun)))
        a_measure(dict.fromkeys(treated, begun), name="Not begun")
        write_alternative(
            by=analyst,
            name="Other weights",
            because="Tried",
            borders=borders_in_force(),
            measures=lines_in_force(),
        )
        pattern = a_pattern(by=analyst)
        for reference, _label in finding_choices()[:1]:
            link_pattern(by=analyst, pattern=pattern, source="findings", reference=reference)
        while run_owed():
            pass
        check_score()


class Walk:
    """Opens every page of the apps as links lead to it, and notes what is wrong with it."""

    def __init__(self, *, day: date, language: str) -> None:
        self.day, self.language = day, language
        self.client = Client(raise_request_exception=False)
        self.client.force_login(a_user(role="manager", language=language))
        self.starts = list(without_arguments())
        self.texts: dict[str, list[str]] = {}
        self.faults: list[str] = []
        self.times: Counter[tuple[str, str]] = Counter()
        self.seen: set[tuple[str, str]] = set()

    def everywhere(self) -> None:
        waiting = deque(self.starts)
        while waiting:
            address = waiting.popleft()
            parts = urlsplit(address)
            name, kind = page_of(parts.path), "".join(parse_qs(parts.query).get("format", []))
            if name and (parts.path, kind) not in self.seen and self.times[name, kind] < AS_OFTEN:
                answered = self.opened(name, address, is_page=not kind)
                if answered is not None:
                    self.seen.add((parts.path, kind))
                    self.times[name, kind] += 1
                    waiting.extend(answered)

    def get(self, address: str) -> Any:
        with held_at(self.day), translation.override(self.language):
            return self.client.get(address, headers={"accept-language": self.language})

    def opened(self, name: str, address: str, *, is_page: bool) -> list[str] | None:
        """Open one address; where it leads, or None where it needs to be asked something."""
        response = self.get(address)
        if response.status_code == 302:
            return [urljoin(address, response["Location"])]
        if response.status_code in (404, 405) and address in self.starts:
            return None
        if response.status_code != 200:
            self.faults.append(f"{address}: {response.status_code} {response.exc_info or ''}")
        elif not is_page:
            assert b"".join(response), f"{address} is empty"
        else:
            return self.read(name, address, response.content.decode())
        return []

    def read(self, name: str, address: str, page: str) -> list[str]:
        main = SCRIPT.sub("", page[max(page.find("<main"), 0) :])
        text = " ".join(html.unescape(strip_tags(main)).split())
        if "<html" in page and f'<html lang="{self.language}"' not in page:
            self.faults.append(f"{address}: is not in {self.language}")
        if found := BROKEN.search(text):
            self.faults.append(f"{address}: {text[max(0, found.start() - 60) : found.end() + 20]}")
        if self.language == "ja" and (left := ENGLISH.search(text)):
            self.faults.append(f"{address}: “{left[0]}” is not Japanese")
        self.texts.setdefault(name, []).append(text)
        return [urljoin(address, html.unescape(link)) for link in LINK.findall(main)]

    def unopened(self) -> set[str]:
        """Pages that no link led to; what can only be posted to is no page."""
        missing = names() - {name for name, kind in self.times if not kind}
        return {name for name in missing if self.get(somewhere(name)).status_code != 405}

    def tells_when(self, name: str) -> bool:
        """Each such page says that it is too early, and a month to come at the present pace."""
        said, month = WORDS[self.language]
        windows = [
            [text[found.start() : found.end() + NEARBY] for found in said.finditer(text)]
            for text in self.texts[name]
        ]
        return all(any(_later(month, w, self.day) for w in some) for some in windows)


def _later(month: re.Pattern[str], text: str, day: date) -> bool:
    told = [found.groupdict() for found in month.finditer(text)]
    return any(
        (int(one["year"]), MONTHS.index(one["m"]) + 1 if one["m"] in MONTHS else int(one["m"]))
        > (day.year, day.month)
        for one in told
    )


def somewhere(name: str) -> str:
    for count in range(3):
        with suppress(NoReverseMatch):
            return reverse(name, args=[1] * count)
    raise LookupError(name)


def page_of(path: str) -> str:
    """The name of a page of the apps; empty for other addresses."""
    try:
        found = resolve(path)
    except Resolver404:
        return ""
    return found.view_name if found.app_name in APPS else ""


def names() -> set[str]:
    apps = get_resolver().namespace_dict
    return {f"{app}:{n}" for app in APPS for n in apps[app][1].reverse_dict if isinstance(n, str)}


def without_arguments() -> Iterator[str]:
    for name in sorted(names()):
        with suppress(NoReverseMatch):
            yield reverse(name)


# pages of what such a company cannot have: no figure, so no scenario; without usage, no metric and
# no score
NO_FIGURE = {"worth:worth_customers", "worth:scenario_detail"}
NO_METRIC = {"studies:metric_evidence", "hypotheses:hypothesis_detail",
             "lifetime:first_time_customers"}  # fmt: skip
NO_SCORE = {"prediction:score_decisions"}
NO_CONTRACT = {
    "lifetime:lifetime_customers", "revenue:revenue_customers", "revenue:revenue_renewals",
    "studies:evidence_finding", "studies:metric_evidence", "effects:measure_customers",
}  # fmt: skip
TOO_EARLY = (
    "studies:evidence_list", "studies:evidence_finding", "studies:metric_evidence",
    "hypotheses:hypothesis_list", "hypotheses:hypothesis_detail", "tree:tree_detail",
    "lifetime:lifetime_value", "lifetime:staying_factors", "worth:worth",
    "prediction:score_check", "prediction:alternative_list", "prediction:alternative_detail",
)  # fmt: skip
absent = pytest.mark.skipif(not TELCO.exists(), reason="../shared/data is not here")


@pytest.mark.parametrize(
    ("company", "without", "too_early"),
    [
        pytest.param(twenty, NO_FIGURE, TOO_EARLY, id="twenty"),
        pytest.param(telco, NO_FIGURE | NO_METRIC | NO_SCORE, (), id="telco", marks=absent),
        pytest.param(purchases, NO_FIGURE | NO_CONTRACT | NO_SCORE, (), id="cdnow", marks=absent),
    ],
)
def test_every_page_opens_in_both_languages(
    company: Callable[[Path], date], without: set[str], too_early: tuple[str, ...], tmp_path: Path
) -> None:
    day = company(tmp_path)
    ask_everything(day)
    for language in ("en", "ja"):
        walk = Walk(day=day, language=language)
        walk.everywhere()
        assert not walk.faults, "\n".join(walk.faults)
        assert walk.unopened() <= without
        silent = {name: walk.texts[name] for name in too_early if not walk.tells_when(name)}
        assert not silent
        if too_early:  # a list of treated customers does not grow: there is no month to tell
            measure = walk.texts["effects:measure_detail"][0]
            assert WORDS[language][0].search(measure)
            assert {"en": "50 treated customers", "ja": "50 社必要"}[language] in measure

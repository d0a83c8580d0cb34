"""tools/messages.py and its rules: what it finds, keeps, and refuses."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from tools import messages
from tools.message_rules import Entry, clashes, entry_faults, glossary_faults, read_glossary

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
title = _("Account")
many = ngettext("%(n)s note", "%(n)s notes", 3)
verb = pgettext("verb", "Play")
"""
TEMPLATE = """{% load i18n %}
   <p title="{% translate 'Owner' %}">it's "unbalanced {# a comment #}
  {% blocktranslate trimmed count n=total with who=name %}
     {{ n }} task of {{ who }}
  {% plural %}
     {{ n }} tasks of {{ who }}
  {% endblocktranslate %}
{{ reason|default:_("100% unknown") }}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    app = tmp_path / "banso" / "know" / "accounts"
    (app / "templates" / "accounts").mkdir(parents=True)
    for folder in (app.parent, app):
        (folder / "__init__.py").touch()
    (app / "views.py").write_text(PYTHON)
    (app / "templates" / "accounts" / "page.html").write_text(TEMPLATE)
    (tmp_path / "banso" / "shell").mkdir()
    (tmp_path / "GLOSSARY.md").write_text("| code | Japanese |\n|---|---|\n| account | 顧客 |\n")
    return tmp_path


def update(tree: Path) -> Path:
    messages.update(messages.apps(tree), tree, say=lambda _: None)
    return messages.po_file(tree / "banso/know/accounts")


def translate(po: Path, english: str, japanese: str) -> None:
    head, tail = po.read_text().split(f'msgid "{english}"\n', 1)
    po.write_text(f'{head}msgid "{english}"\n' + tail.replace('""', f'"{japanese}"', 1))


def test_strings_of_code_and_templates_are_found(tree: Path) -> None:
    found = messages.extract_app(tree / "banso/know/accounts")
    assert {(entry.context, entry.msgid, entry.plural) for entry in found.values()} == {
        (None, "Account", None),
        (None, "%(n)s note", "%(n)s notes"),
        ("verb", "Play", None),
        (None, "Owner", None),
        (None, "%(n)s task of %(who)s", "%(n)s tasks of %(who)s"),
        (None, "100% unknown", None),
    }


def test_strings_inside_fstrings_are_found(tree: Path) -> None:
    app = tree / "banso/know/accounts"
    (app / "words.py").write_text(
        """
name = f"{_('Report')}.csv"
deep = f"{n:>{len(gettext('Column'))}} {nested}"
nested = f'''{f"{pgettext('verb', 'Fold')}"}'''
many = f"{ngettext('%(n)s file', '%(n)s files', n) % {'n': n}} {translation.gettext('One' ' two')}"
unknown = f"{_(chosen)} {_(f'{n} rows')} {_()} {other('Nothing')}"
"""
    )
    found = messages.extract_app(app).values()
    told = {(e.context, e.msgid, e.plural) for e in found if "words.py" in e.files}
    assert told == {
        (None, "Report", None),
        (None, "Column", None),
        ("verb", "Fold", None),
        (None, "%(n)s file", "%(n)s files"),
        (None, "One two", None),
    }
    (tree / "banso/know/loose.py").write_text("title = f'{_(\"Lost\")}'\n")
    assert any("know/loose.py:1" in fault for fault in messages.check(tree))


def test_updating_keeps_translations_and_drops_what_is_gone(tree: Path) -> None:
    po = update(tree)
    translate(po, "Account", "顧客")
    translate(po, "Owner", "主担当")
    before = po.read_text()
    assert update(tree).read_text() == before

    (tree / "banso/know/accounts/templates/accounts/page.html").unlink()
    after = update(tree).read_text()
    assert "顧客" in after and "主担当" not in after


def test_the_compiled_file_speaks_japanese(tree: Path) -> None:
    po = update(tree)
    translate(po, "Account", "顧客")
    translate(po, "%(n)s note", "unused")
    po.write_text(po.read_text().replace('msgstr[0] ""', 'msgstr[0] "メモ%(n)s件"', 1))
    (made,) = messages.compile_all(tree)
    with made.open("rb") as handle:
        japanese = gettext.GNUTranslations(handle)
    assert japanese.gettext("Account") == "顧客"
    assert messages.compile_all(tree) == [], "a second run has nothing to do"


def test_check_names_a_stale_and_an_untranslated_app(tree: Path) -> None:
    assert any("6 strings" in fault and "update" in fault for fault in messages.check(tree))
    update(tree)
    assert any("'Owner' has no Japanese" in fault for fault in messages.check(tree))


def entry(
    msgid: str, japanese: str, *, app: str = "a", context: str = "", plural: str = ""
) -> Entry:
    return Entry(app, context or None, msgid, plural or None, japanese, fuzzy=False)


@pytest.mark.parametrize(
    ("msgid", "plural", "japanese", "fault"),
    [
        ("%(n)s of %(total)s", "", "%(total)s件中%(n)s件", None),
        ("%(n)s of %(total)s", "", "%(n)s件", "placeholders"),
        ("One row", "%(n)s rows", "%(n)s行", None),
        ("Save {name}", "", "{nama}を保存", "placeholders"),
        ("100%% of rows", "", "全行", None),
        ("\n  Text\n", "", "本文", "trimmed"),
        ("Owner", "", "", "no Japanese"),
    ],
)
def test_a_wrong_translation_is_named(
    msgid: str, plural: str, japanese: str, fault: str | None
) -> None:
    found = entry_faults(entry(msgid, japanese, plural=plural))
    assert (found == []) if fault is None else any(fault in sentence for sentence in found)


def test_one_string_has_one_translation_unless_it_has_a_context() -> None:
    two = [entry("Play", "実行", app="a"), entry("Play", "遊ぶ", app="b")]
    assert len(clashes(two)) == 1
    assert clashes([two[0], entry("Play", "遊ぶ", app="b", context="game")]) == []


def test_the_glossary_decides_its_words() -> None:
    words, faults = read_glossary(
        "| code / English | Japanese | meaning |\n|---|---|---|\n"
        "| account | 顧客 | |\n| onboarding; adoption | 導入期(初期); 活用期 | |\n"
        "| account | 取引先 | |\n| a; b | 一 | |\n"
    )
    assert len(faults) == 2
    assert glossary_faults([entry("Accounts", "顧客"), entry("Onboarding", "導入期")], words) == []
    assert "GLOSSARY.md" in glossary_faults([entry("Account", "アカウント")], words)[0]

"""Every fault as a sentence that says what is wrong and what to do."""

# ruff: noqa: E501 - sentences

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.listen.imports.labels import target_label
from banso.listen.imports.reading.faults import Fault

Text = str | Promise

OF_FILES: dict[str, Text] = {
    "empty": _("The file is empty. Export it again and upload the new file."),
    "old_excel": _(
        "This is an old Excel workbook (.xls) or one with a password. "
        "Save it as .xlsx or CSV without a password and upload that."
    ),
    "not_a_table": _("This file is not a table. Upload CSV, TSV, Excel (.xlsx) or JSON lines."),
    "a_web_page": _(
        "This file is a web page or XML, not a table. Export it as CSV or Excel and upload that."
    ),
    "zip_without_workbook": _(
        "This is an archive, not an Excel workbook. Unpack it and upload the files inside."
    ),
    "workbook_broken": _(
        "The workbook cannot be opened. Open it in Excel, save it again as .xlsx and upload that."
    ),
    "workbook_cell_too_big": _(
        "The workbook has a cell larger than Excel can write. "
        "Remove it, or save the sheet as CSV so that only its row is refused."
    ),
    "too_much_inside": _(
        "Unpacked, the file is too large. Save it as CSV, split it into parts and upload those."
    ),
    "too_large": _("The file is larger than %(limit)s MB. Split it into parts and upload those."),
    "gzip_broken": _("The compressed file is damaged. Compress it again and upload that."),
    "unknown_encoding": _(
        "The characters of this file could not be read. Save it as UTF-8 "
        "(in Excel: “CSV UTF-8”) or Shift_JIS and upload that."
    ),
    "too_many_columns": _(
        "The file has more than %(limit)s columns. Keep those you need and upload that."
    ),
    "not_json_rows": _(
        "No rows were found in the JSON. Write one object per line, or one list of objects."
    ),
    "no_customers": _(
        "No customers were found in this file: no column holds an id or name of a customer, so "
        "its rows look like a summary. Import a file with one row per customer, person, "
        "subscription or event; if it is one, choose its kind and columns below."
    ),
    "column_missing": _(
        "No column goes to %(targets)s. Choose the column that holds it, or add it to the file."
    ),
    "event_name_missing": _(
        "No column holds the name of the event. Choose one, or write the same name for all rows "
        "under “Event name where no column has one”."
    ),
    "target_twice": _("Two columns go to %(targets)s. Keep one of them."),
    "key_twice": _("Two columns go to the field “%(key)s”. Give one of them another key."),
    "snapshot_missing": _("Say on which day the file was made: the terms are counted from it."),
    "file_gone": _("The uploaded file is no longer there. Upload it again."),
    "stopped": _(
        "Something unexpected stopped the import: %(error)s. What was imported stays; continue it."
    ),
}
OF_ROWS: dict[str, Text] = {
    "cell_too_big": _(
        "A cell of this row is larger than %(limit)s characters. Shorten it and import the row again."
    ),
    "unreadable_characters": _(
        "The row has characters that cannot be read. Correct them and import the row again."
    ),
    "quote_not_closed": _(
        "A quotation mark is opened and never closed: “%(text)s”. Close or remove it."
    ),
    "quote_misplaced": _(
        "A quotation mark stands where none may stand: “%(text)s”. Double it or remove it."
    ),
    "too_many_cells": _(
        "The row has %(found)s cells, the header %(wanted)s. "
        "Put cells that contain the separator in quotation marks."
    ),
    "not_json": _("The line is not JSON: “%(text)s”. Correct it and import the row again."),
    "json_broken_here": _(
        "The JSON breaks off here; nothing behind it could be read. Correct it, or write one object per line."
    ),
    "not_an_object": _("This is not an object with named values: “%(text)s”. Write {…}."),
    "duplicate_id": _(
        "The same id stands in row %(first)s, which was taken. Keep one of them or correct the id."
    ),
    "cell_missing": _("%(targets)s is empty. Fill it in and import the row again."),
    "text_too_long": _("The text has %(length)s characters, at most %(limit)s fit. Shorten it."),
    "not_a_date": _(
        "“%(text)s” is not a date. Write 2024-03-01, 2024/3/1, 2024年3月1日 or R6.3.1."
    ),
    "not_a_time": _("“%(text)s” is not a date and time. Write 2024-03-01 09:30."),
    "a_formula": _("“%(text)s” is a formula; formulas are not worked out. Paste it as a value."),
    "date_out_of_range": _("“%(text)s” is too far away to be meant. Correct the year."),
    "not_a_number": _("“%(text)s” is not a number. Write digits only."),
    "not_a_whole_number": _("“%(text)s” is not a whole number from 0 to %(most)s."),
    "negative_amount": _("The amount %(amount)s is below zero. Correct it."),
    "not_yes_or_no": _(
        "“%(text)s” is neither yes nor no. Write yes or no, 1 or 0, はい or いいえ."
    ),
    "unknown_currency": _(
        "“%(text)s” is not a currency we know. Write its ISO code, such as JPY or USD."
    ),
    "not_one_of": _("“%(text)s” is none of: %(choices)s. Write one of them or leave it empty."),
    "not_an_email": _("“%(text)s” is not an e-mail address. Correct it or leave it empty."),
    "not_an_outcome": _("“%(text)s” does not say whether it was renewed or churned."),
    "not_a_term": _(
        "“%(text)s” is not a term. Write a number of months from 1 to 120, monthly or annual."
    ),
    "end_before_start": _("The end %(end)s is before the start %(start)s. Correct one of them."),
    "start_after_snapshot": _(
        "The start %(start)s is after the day of the file, %(snapshot)s. Correct one of them."
    ),
    "unknown_account": _(
        "There is no customer “%(text)s”. Import the customers first, or correct the id."
    ),
    "ambiguous_account": _(
        "Several customers are called “%(text)s”. Give the id of the customer instead."
    ),
    "future_event": _(
        "The time %(text)s lies in the future. Correct the time or the time zone of the export."
    ),
    "database_refused": _("The row does not fit what is already stored: %(text)s. Correct it."),
    # remarks: the row is imported all the same
    "formula_kept": _(
        "“%(text)s” looks like a formula. It is kept as text and never computed; correct it if it "
        "was meant as a value."
    ),
    "unknown_owner": _(
        "“%(text)s” is no user, so the owner stays as it is. Add the user and import again."
    ),
    "unknown_parent": _(
        "The parent company “%(text)s” is not among the customers, so it stays empty."
    ),
    "churned_without_end": _(
        "It says churned but has no end, so it is kept as running. Add the end date."
    ),
}
SENTENCES: dict[str, Text] = OF_FILES | OF_ROWS


def sentence(found: Fault) -> str:
    """The fault in the reader's language, with the column it was found in."""
    said: dict[str, Any] = dict(found.said)
    if "targets" in said:
        kind = said.get("kind", "")
        joined = " / ".join(str(target_label(key, kind)) for key in said["targets"].split())
        said["targets"] = joined
    words = str(SENTENCES[found.code]) % said
    return f"{found.column}: {words}" if found.column else words


def sentence_of(kept: dict[str, Any]) -> str:
    """The same for a fault kept as JSON."""
    return sentence(Fault(kept["code"], kept.get("column", ""), kept.get("said", {})))

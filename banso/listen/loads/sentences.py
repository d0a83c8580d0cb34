"""What is wrong with a file or a row of history, and what to do; in the reader's language."""

# ruff: noqa: E501 - sentences

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.listen.imports import sentences as imports
from banso.listen.imports.reading.faults import Fault

OURS: dict[str, str | Promise] = {
    "parquet_is_none": _(
        "The name says Parquet, but the file is none. Export it again, or give it the ending of what it is."
    ),
    "parquet_broken": _(
        "The Parquet file cannot be read (%(said)s). It may have been cut off on the way: fetch it once more."
    ),
    "packed_too_short": _(
        "The compressed file ends too early: it was cut off on the way. What came before is kept; "
        "fetch the whole file and load it again, events that are here already count once."
    ),
    "packed_broken": _(
        "The compressed file is damaged from here on. What came before is kept; fetch it once more and load it again."
    ),
    "json_array": _(
        "The file is one large JSON list, which cannot be read in pieces. Write one object per line (jq -c '.[]')."
    ),
    "excel_here": _(
        "Excel workbooks are not read here. Use “Import a file” for them, or save the sheet as CSV."
    ),
    "not_a_table": _(
        "This is no file of events. Load Parquet, CSV, TSV or JSON lines, plain or compressed with gzip or zstd."
    ),
    "no_customers": _(
        "No column holds a customer or a user. Say which one does; each event belongs to a customer."
    ),
    "file_changed": _(
        "The file is not the one that loading began with: it had %(was)s bytes, now it has %(now)s or other contents. "
        "Put the former file back and resume, or load the new one by itself; events that are here already count once."
    ),
    "file_gone": _("The file is no longer there: %(path)s. Put it back and resume."),
    "too_large": _(
        "The file is larger than %(limit)s MB, the most that a browser may send here. Copy it into the folder %(folder)s on the server and choose it there."
    ),
    "stopped": _(
        "Something unexpected stopped the load: %(error)s. What was loaded stays; resume it."
    ),
    "record_too_long": _(
        "The row is longer than %(most)s MB and was passed over. Is a line end or a quotation mark missing?"
    ),
    "json_no_number": _(
        "NaN and Infinity are no JSON: “%(text)s”. Write null where there is no number."
    ),
    "segment_unfit": _("The call of the source cannot be kept: %(said)s."),
    "time_of_1970": _(
        "The time %(text)s lies before 1971. That comes of an empty time or a wrong unit; write a date, or seconds, milliseconds, microseconds or nanoseconds since 1970."
    ),
    "props_too_large": _(
        "The properties are larger than %(most)s kB. Leave out what no metric needs."
    ),
    "props_too_deep": _("The properties are nested too deeply. Make them flatter."),
    "has_nul": _("The row has a NUL character. Remove it."),
    "homeless": _(
        "The row names no customer, and the user “%(user)s” belongs to no single one. Add the customer’s id, or import the people first."
    ),
    "lake_refused": _("The row cannot be kept: %(said)s."),
    "no_files": _("There is no file like %(path)s."),
    "unknown_field": _(
        "“%(word)s” is neither a column of the file nor a field. Columns go to account, time, name, event_id, user, role, properties, properties.key or - (left out)."
    ),
    "unknown_zone": _("“%(text)s” is no time zone. Write one such as Asia/Tokyo or UTC."),
}


def sentence(found: Fault) -> str:
    """The fault in the reader's language, with the column it was found in."""
    words = OURS.get(found.code)
    if words is None:
        return imports.sentence(found)
    said: dict[str, Any] = dict(found.said)
    text = str(words) % said
    return f"{found.column}: {text}" if found.column else text


def sentence_of(kept: dict[str, Any]) -> str:
    """The same for a fault kept as JSON."""
    return sentence(Fault(kept["code"], kept.get("column", ""), kept.get("said", {})))

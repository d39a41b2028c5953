"""PDF documents: readable, not locked, not endless; served without metadata and without what acts by itself."""

from __future__ import annotations

import logging
from typing import IO

from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from cases.evidence.findings import Findings
from cases.evidence.refusals import damaged
from citygrid.common.errors import Invalid

MAX_PAGES = 200
_ACTING = ("/OpenAction", "/AA", "/Names", "/AcroForm", "/Metadata", "/PieceInfo")  # of the document
_ACTING_ON_PAGE = ("/AA", "/Metadata", "/PieceInfo", "/LastModified", "/Annots")

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every oddity of every scanner


def examine(stream: IO[bytes]) -> Findings:
    """Return the number of pages. Raises ``Invalid`` for a document that is damaged, locked, empty or too long."""
    try:
        stream.seek(0)
        reader = PdfReader(stream, strict=False)
        if reader.is_encrypted:
            raise Invalid(_("The PDF is locked with a password. Send it without one."), code="locked")
        pages = len(reader.pages)
        if pages:
            _must_be_a_page(reader)
    except Invalid:
        raise
    except Exception:  # whatever a parser of hostile bytes may raise
        raise damaged() from None
    if not 1 <= pages <= MAX_PAGES:
        raise Invalid(
            _("The PDF has %(pages)s pages; 1 to %(limit)s are taken.") % {"pages": pages, "limit": MAX_PAGES},
            code="too_many_pages",
        )
    return Findings(pages=pages, clean=_clean, served_extension="pdf")


def _must_be_a_page(reader: PdfReader) -> None:
    if not isinstance(reader.pages[-1].mediabox.width, int | float):
        float(reader.pages[-1].mediabox.width)


def _clean(original: IO[bytes], copy: IO[bytes]) -> None:
    """Write the pages anew: no metadata, scripts, forms, links or attached files."""
    try:
        original.seek(0)
        writer = PdfWriter()
        for page in PdfReader(original, strict=False).pages:
            _drop(writer.add_page(page), _ACTING_ON_PAGE)
        _drop(writer.root_object, _ACTING)
        writer.metadata = None
        writer.write(copy)
    except Exception:  # as above: pages that can be counted may still be broken inside
        raise damaged() from None


def _drop(thing: DictionaryObject, names: tuple[str, ...]) -> None:
    for name in names:
        thing.pop(NameObject(name), None)

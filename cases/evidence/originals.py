"""Take out the original of a photo or file. It tells more than the served copy, so each time is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.evidence.models import Evidence
from cases.evidence.parting import Part, original_of
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import NotAllowed
from gridmap.posts.rights import require


def take_original(*, piece: Evidence, by: Any, at: datetime) -> Part:
    """Return the original. Raises ``NotAllowed`` without the right over the case, or before a case uses the file."""
    holder = piece.holder
    if holder is None:
        raise NotAllowed(_("This upload belongs to no case yet; only the sender has the original."))
    require(by, Perm.EVIDENCE_ORIGINAL, holder, at)
    part = original_of(piece)
    with transaction.atomic():
        facts.record("evidence.original_taken", piece, at=at, by=by, case=holder.number, sha256=piece.sha256)
    return part

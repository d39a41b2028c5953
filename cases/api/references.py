"""Find what a body names by the lists that inputs refer to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.api.reader import Reader
from cases.workflow.inputs import RESOLVERS
from citygrid.common.errors import Invalid


def referred(field: str, ref: str, key: str, reader: Reader) -> Any:
    """Return the entry of the list ``ref`` that ``key`` names. Raises ``Invalid`` for one that is not there."""
    found = RESOLVERS[ref](key, reader.user, reader.at)
    if found is None:
        fault = _("“%(value)s” is not in the list “%(list)s”.") % {"value": key, "list": ref}
        raise Invalid(fault, fields={field: [fault]})
    return found

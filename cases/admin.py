"""Gathers the rooms' administration pages for Django."""

from __future__ import annotations

from cases.catalogue import admin as catalogue
from cases.deadlines import admin as deadlines
from cases.journal import admin as journal
from cases.routing import admin as routing

__all__ = ["catalogue", "deadlines", "journal", "routing"]

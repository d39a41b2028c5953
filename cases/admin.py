"""Gathers the rooms' administration pages for Django."""

from __future__ import annotations

from cases.catalogue import admin as catalogue
from cases.deadlines import admin as deadlines
from cases.hotline import admin as hotline
from cases.journal import admin as journal
from cases.routing import admin as routing
from cases.whistles import admin as whistles

__all__ = ["catalogue", "deadlines", "hotline", "journal", "routing", "whistles"]

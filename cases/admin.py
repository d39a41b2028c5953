"""Gathers the rooms' administration pages for Django."""

from __future__ import annotations

from cases.catalogue import admin as catalogue
from cases.journal import admin as journal

__all__ = ["catalogue", "journal"]

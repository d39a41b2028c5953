"""Gathers the rooms' models for Django."""

from cases.catalogue.models import Category, CategoryStandard
from cases.journal.models import Event, Seal

__all__ = ["Category", "CategoryStandard", "Event", "Seal"]

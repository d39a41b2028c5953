"""Gathers the rooms' administration pages for Django."""

from __future__ import annotations

from gridmap.areas import admin as areas
from gridmap.departments import admin as departments
from gridmap.objects import admin as objects
from gridmap.posts import account_admin as accounts
from gridmap.posts import admin as posts
from gridmap.registers import admin as registers

__all__ = ["accounts", "areas", "departments", "objects", "posts", "registers"]

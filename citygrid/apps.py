from __future__ import annotations

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's administration behind our own door."""

    default_site = "citygrid.admin_site.AdminSite"

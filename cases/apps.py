from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """What happens to it?"""

    name = "cases"
    verbose_name = _("cases")

    def ready(self) -> None:
        """Connect the journal to the port that the lower apps write through."""
        from cases.journal.append import append  # noqa: PLC0415 - models are not ready at import time
        from citygrid.common import facts  # noqa: PLC0415

        facts.plug(append)

"""Forms for rows with encrypted columns, which may be written but are not read back into the page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_KEEP = _("Empty: what is stored stays as it is. What is stored is not shown.")


class HiddenFieldsForm(forms.ModelForm):
    """Encrypted columns can be written but not read: an empty field leaves the stored value alone."""

    hidden: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: getattr(self.instance, name) for name in self.hidden}
        for name in set(self.hidden) & set(self.fields):
            self.fields[name] = forms.CharField(
                label=self.fields[name].label, required=False, help_text=_KEEP, max_length=30
            )
            self.initial[name] = ""

    def clean(self) -> Any:
        """Put the stored value where nothing new was typed."""
        data = super().clean() or self.cleaned_data
        for name, stored in self.stored.items():
            data[name] = data.get(name) or stored
        return data

"""The form of a move, made from the row of the table; and what was sent, as the engine takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext_lazy

from cases.evidence.store import store_upload
from cases.web.fields import field_for
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.common.errors import Refusal

OPINION = "opinion"


class InputForm(forms.Form):
    """Shows inputs and keeps what was typed. It judges nothing: :meth:`refuse` puts the engine's words there."""

    use_required_attribute = False

    def __init__(
        self, inputs: Sequence[Input], subject: Any, acting: Acting, *, name: str, data: Any = None, files: Any = None
    ) -> None:
        super().__init__(data.copy() if data is not None else None, files, auto_id=f"{name}_%s")
        self.inputs, self.acting, self.anchor = inputs, acting, name
        for item in inputs:
            self.fields[item.name] = field_for(item, subject, acting)
        self.message = ""

    def full_clean(self) -> None:
        """Find no faults: there is one judge."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}

    def refuse(self, refusal: Refusal) -> None:
        """Say why it was refused, each fault beside its field and the sentence above them."""
        self.message = str(refusal)
        faults: Mapping[str, list[str]] = getattr(refusal, "fields", {})
        for name, sentences in faults.items():
            if name in self.fields:
                self.errors[name] = self.error_class(sentences, renderer=self.renderer)

    def given(self) -> dict[str, Any]:
        """Return what was sent, by input. Files are stored on the way, and kept should the move be refused.

        Raises ``Invalid`` with the fault of a file.
        """
        found: dict[str, Any] = {}
        for item in self.inputs:
            if item.type == InputType.EVIDENCE:
                found[item.name] = self._evidence(item.name)
            elif item.many or item.type == InputType.MULTICHOICE:
                found[item.name] = self._sent(item.name)
            else:
                found[item.name] = self.data.get(item.name)
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def moment(self, name: str) -> datetime | None:
        """Return a time that was typed, in the city's zone; ``None`` without one or for what is none."""
        try:
            typed = parse_datetime(self.data.get(name, ""))
        except ValueError:
            return None
        return make_aware(typed) if typed is not None and is_naive(typed) else typed

    def _sent(self, name: str) -> list[str]:
        found: list[str] = self.data.getlist(name)  # type: ignore[attr-defined]
        return found

    def _evidence(self, name: str) -> list[str]:
        for file in self.files.getlist(f"{name}_file"):
            try:
                piece = store_upload(
                    file, name=file.name or "", declared=file.content_type or "", by=self.acting.user, at=self.acting.at
                )
            except Refusal as refusal:
                refusal.fields = {name: [str(refusal)]}  # type: ignore[attr-defined]
                raise
            self.data.setlist(name, [*self._sent(name), str(piece.pk)])  # type: ignore[attr-defined]
        return self._sent(name)


def opinion_input(*, required: bool) -> Input:
    """Return the opinion that every move may carry, as an input."""
    why = gettext_lazy("Say in a sentence why.") if required else ""
    return Input(OPINION, gettext_lazy("opinion"), required=required, help=why)

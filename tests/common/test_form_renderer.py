"""Lists to choose from are written without a template, and say what Django's own template says."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import Select, SelectMultiple
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from pytest_django.asserts import assertHTMLEqual

NASTY = "\"><script>alert('1')</script>&"
CHOICES = [
    ("", _("any")), (1, "one"), ("a b", NASTY), (NASTY, "街道"), ("safe", mark_safe("<b>bold</b>")),
    (NASTY, [("x", "in a group"), ("y", "市容环境")]), (_("State"), [(0, "nought"), (None, "nothing")]),
]  # fmt: skip


@pytest.mark.parametrize("widget", [Select, SelectMultiple])
@pytest.mark.parametrize("value", [None, "", "1", 1, "a b", NASTY, ["x", "y"], "not offered", True])
def test_as_djangos_own(widget, value):
    ours = widget(attrs={"class": NASTY, "disabled": False, "data-x": 0, "required": True}, choices=CHOICES)
    if widget is SelectMultiple and not isinstance(value, list):
        value = [value]
    assertHTMLEqual(ours.render("n<", value), ours.render("n<", value, renderer=DjangoTemplates()))


def test_a_form_uses_it():
    class Form(forms.Form):
        kind = forms.ChoiceField(choices=CHOICES)

    shown = str(Form({"kind": "a b"})["kind"])
    assert shown.startswith('<select name="kind" required')
    assert "<script>" not in shown
    assert '<option value="a b" selected>' in shown

"""The kit's parts: forms that keep what was typed and explain faults, lamps that need no colours."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from citygrid.common.templatetags.kit import surface


class Example(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the door.")
    note = forms.CharField(label="Note", required=False)
    sure = forms.BooleanField(label="Sure", help_text="Think twice.")
    size = forms.ChoiceField(label="Size", choices=[("s", "small"), ("l", "large")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput, initial="t")


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def shown(form: forms.Form) -> str:
    return render_to_string("parts/form.html", {"form": form, "submit": "Save"})


def test_a_field_has_its_label_its_help_and_says_when_it_may_stay_empty():
    html = shown(Example())
    assert '<label for="id_name">Name</label>' in html
    assert re.search(r'<input[^>]*name="name"[^>]*aria-describedby="id_name_helptext"', html)
    assert re.search(r'id="id_name_helptext"[^>]*>\s*As on the door\.', html)
    assert html.count("optional") == html.count("cg-optional") * 2 == 2
    assert re.search(r"<fieldset[^>]*>\s*<legend>Size</legend>", html)


def test_a_refused_form_keeps_what_was_typed_and_ties_each_fault_to_its_field():
    html = shown(Example({"name": "", "note": "kept <b>", "size": "s"}))
    assert 'value="kept &lt;b&gt;"' in html
    assert re.search(r'<ul class="errorlist" id="id_name_error"><li>This field is required\.</li></ul>', html)
    assert re.search(r'<input[^>]*name="name"[^>]*aria-describedby="id_name_helptext id_name_error"', html)
    assert 'aria-invalid="true"' in html


@pytest.mark.parametrize("data", [None, {"name": ""}])
def test_hidden_fields_are_sent_once(data):
    assert shown(Example(data)).count('name="token"') == 1


@pytest.mark.parametrize(
    ("lamp", "sign", "word"), [("green", "●", "in time"), ("yellow", "▲", "due soon"), ("red", "■", "overdue")]
)
def test_a_lamp_is_told_by_shape_and_word(lamp, sign, word):
    html = render_to_string("parts/lamp.html", {"lamp": lamp})
    assert sign in html
    assert word in html
    assert "3 h left" in render_to_string("parts/lamp.html", {"lamp": lamp, "text": "3 h left"})


def test_the_pager_keeps_the_other_filters():
    page = Paginator(range(30), 10).page(2)
    html = render_to_string("parts/pager.html", {"page": page}, RequestFactory().get("/areas/?q=a&page=2"))
    assert 'href="?q=a&amp;page=1"' in html
    assert 'href="?q=a&amp;page=3"' in html
    assert "Page 2 of 3" in html
    assert not render_to_string("parts/pager.html", {"page": Paginator([], 10).page(1)}).strip()


@pytest.mark.parametrize(
    ("square_metres", "text"),
    [(None, ""), (0.4, "0 m²"), (87_669.2, "87,669 m²"), (999_999.4, "999,999 m²"), (8_765_400.0, "8.77 km²")],
)
def test_sizes_are_read_in_the_unit_that_fits(square_metres, text):
    assert surface(square_metres) == text

"""Renders forms with the project's templates, but lists to choose from without one.

Django's template takes some thirty microseconds for each option, this takes four, and there are hundreds of categories
and areas on a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Select
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


class Renderer(TemplatesSetting):
    """Django's, with the lists to choose from as an exception."""

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        """Return the HTML."""
        if template_name == Select.template_name:
            return select(context["widget"])
        return super().render(template_name, context, request)


def select(widget: Mapping[str, Any]) -> SafeString:
    """Return what ``django/forms/widgets/select.html`` makes of the context of a widget with texts."""
    name = conditional_escape(widget["name"])
    return mark_safe("".join([f'<select name="{name}"{_attributes(widget["attrs"])}>', *_groups(widget), "</select>"]))  # noqa: S308 - each part is escaped


def _groups(widget: Mapping[str, Any]) -> Iterator[str]:
    for group, options, _index in widget["optgroups"]:
        if group:
            yield f'<optgroup label="{conditional_escape(group)}">'
        for option in options:
            value, label = conditional_escape(str(option["value"])), conditional_escape(option["label"])
            yield f'<option value="{value}"{_attributes(option["attrs"])}>{label}</option>'
        if group:
            yield "</optgroup>"


def _attributes(attrs: Mapping[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{conditional_escape(value)}"'
        for name, value in attrs.items()
        if value is not False
    )

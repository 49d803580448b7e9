"""How every form looks: labels, hints and errors come from templates/django/forms/."""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape as escape
from django.utils.safestring import SafeString


def _attributes(attrs: dict[str, Any]) -> str:
    shown = ((name, value) for name, value in attrs.items() if value is not False)
    return "".join(f" {name}" if value is True else f' {name}="{escape(value)}"' for name, value in shown)


def _input(widget: dict[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{escape(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{escape(widget["name"])}"{value}{_attributes(widget["attrs"])}>'


def _select(widget: dict[str, Any]) -> str:
    """A list to choose from; a city's has an option for each owner and department."""
    options = []
    for group, choices, _ in widget["optgroups"]:
        lines = "".join(
            f'<option value="{escape(one["value"])}"{_attributes(one["attrs"])}>{escape(one["label"])}</option>'
            for one in choices
        )
        options.append(f'<optgroup label="{escape(group)}">{lines}</optgroup>' if group else lines)
    return f'<select name="{escape(widget["name"])}"{_attributes(widget["attrs"])}>{"".join(options)}</select>'


# What Django draws with a template for the field, one for each option and one for the attributes of each.
DRAWN: dict[str, Callable[[dict[str, Any]], str]] = {
    **{
        f"django/forms/widgets/{kind}.html": _input
        for kind in ("text", "hidden", "date", "number", "checkbox", "email")
    },
    "django/forms/widgets/select.html": _select,
}


class FormRenderer(TemplatesSetting):
    """Django's own form machinery with our templates. Set once, in settings.FORM_RENDERER.

    The fields of which a page has many are drawn here, as Django's templates would: those took a fifth of a list.
    """

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = DRAWN.get(template_name)
        if draw is None:
            return str(super().render(template_name, context, request))
        return SafeString(draw(context["widget"]))

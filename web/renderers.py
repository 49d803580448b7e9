"""How every form looks: labels, hints and errors come from templates/django/forms/."""

from collections.abc import Callable
from typing import Any

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString

from web.escaping import conditional_escape as escape


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


def _choices(widget: dict[str, Any]) -> str:
    """Boxes or circles to choose from, each in its label."""
    lines = []
    for group, choices, _ in widget["optgroups"]:
        drawn = "".join(f"<div>{_choice(one)}</div>" for one in choices)
        lines.append(f"<div><label>{escape(group)}</label>{drawn}</div>" if group else drawn)
    own = {name: widget["attrs"][name] for name in ("id", "class") if widget["attrs"].get(name)}
    return f"<div{_attributes(own)}>{''.join(lines)}</div>"


def _choice(one: dict[str, Any]) -> str:
    drawn = _input(one)
    if not one["wrap_label"]:
        return drawn
    own = {"for": one["attrs"]["id"]} if one["attrs"].get("id") else {}
    return f"<label{_attributes(own)}>{drawn} {escape(one['label'])}</label>"


def _is_single_checkbox(bound: BoundField) -> bool:
    return getattr(bound.field.widget, "input_type", "") == "checkbox" and not bound.use_fieldset


def field(bound: BoundField, *, plain: bool = False) -> SafeString:
    """A field with its label, hint and errors. plain: a filter, of which nobody thinks that it had to be filled in."""
    classes = ["field", *(["field-check"] if _is_single_checkbox(bound) else ())]
    classes += [*(["field-invalid"] if bound.errors else ()), *bound.css_classes().split()]
    label: str = escape(bound.label)
    control = str(bound)
    if not bound.field.required and not plain:
        label += ' <span class="optional">(optional)</span>'
    below = ""
    if bound.help_text:
        below = f'<div class="hint" id="{escape(bound.auto_id)}_helptext">{bound.help_text}</div>'
    if bound.errors:
        hidden = '<span class="visually-hidden">Error: </span>'
        told = "".join(f"<p>{hidden}{escape(sentence)}</p>" for sentence in bound.errors)
        below += f'<div class="field-error" id="{escape(bound.auto_id)}_error">{told}</div>'
    if bound.use_fieldset:
        told = f' aria-describedby="{escape(bound.aria_describedby)}"' if bound.aria_describedby else ""
        html = f"<fieldset{told}><legend>{label}</legend>{below}<div>{control}</div></fieldset>"
    elif _is_single_checkbox(bound):
        html = f'{control} <label for="{escape(bound.id_for_label)}">{escape(bound.label)}</label>{below}'
    else:
        html = f'<label for="{escape(bound.id_for_label)}">{label}</label>{below}{control}'
    return SafeString(f'<div class="{escape(" ".join(classes))}">{html}</div>')


# What Django draws with a template for the field, one for each option and one for the attributes of each.
DRAWN: dict[str, Callable[[dict[str, Any]], str]] = {
    **{
        f"django/forms/widgets/{kind}.html": _input
        for kind in ("text", "hidden", "date", "number", "checkbox", "email")
    },
    "django/forms/widgets/select.html": _select,
    **dict.fromkeys(("django/forms/widgets/checkbox_select.html", "django/forms/widgets/radio.html"), _choices),
}


class FormRenderer(TemplatesSetting):
    """Django's own form machinery with our templates. Set once, in settings.FORM_RENDERER.

    The fields of which a page has many are drawn here, as Django's templates would: those took a fifth of a list.
    """

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == self.field_template_name:
            return field(context["field"])
        draw = DRAWN.get(template_name)
        if draw is None:
            return str(super().render(template_name, context, request))
        return SafeString(draw(context["widget"]))

"""How every form looks: labels, hints and errors come from templates/django/forms/."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Django's own form machinery with our templates. Set once, in settings.FORM_RENDERER."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"

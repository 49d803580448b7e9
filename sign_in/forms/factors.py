"""Codes that people type."""

from typing import Any

from django import forms

from web.forms import Hidden, PageForm, Sentences

MAX_CODE = 40  # characters, with the blanks that people type


def code_field(label: str, hint: str) -> forms.CharField:
    words = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "day", "autofocus": True}
    return forms.CharField(label=label, max_length=MAX_CODE, help_text=hint, widget=forms.TextInput(attrs=words))


class AppForm(PageForm):
    """The code that shows that the app and planapp agree."""

    code = code_field("Code", "The six digits that the app shows for planapp now.")


class ConfirmForm(Sentences, forms.Form):
    """The password of somebody who is signed in, once more."""

    password = forms.CharField(
        label="Password",
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class PasskeyNameForm(PageForm):
    """What a passkey is called."""

    name = forms.CharField(label="Name", max_length=60, help_text="Such as “Telephone” or “Laptop at work”.")


class PasskeyForm(PasskeyNameForm):
    """A passkey that the browser has made; its answer is longer than anything that is typed."""

    credential = forms.CharField(widget=Hidden, max_length=20_000)


class SecondStepForm(Sentences, forms.Form):
    """The second step at sign-in, of somebody who is not signed in yet."""

    code = code_field("Code", "The six digits that your authenticator app shows now, or one of your recovery codes.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

"""Escaping, as Django does it, for what is drawn in Python. Its own looks for lazy texts in thousands of words."""

import html
from typing import Any

from django.utils import html as django_html
from django.utils.safestring import SafeString


def escape(text: object) -> SafeString:
    """Also what is marked as safe already."""
    return SafeString(html.escape(str(text)))


def conditional_escape(text: Any) -> SafeString:
    """Leaves alone what is marked as safe."""
    return escape(text) if type(text) is str else SafeString(django_html.conditional_escape(text))

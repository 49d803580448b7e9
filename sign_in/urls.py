"""Addresses of signing in beyond e-mail and password. Their names are those that django-allauth asks for."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

urlpatterns = [
    # Where the library sends somebody who has to sign in (again); the page itself is in the people room.
    path(
        "sign-in/again/",
        login_not_required(RedirectView.as_view(pattern_name="people:sign-in", query_string=True)),
        name="account_login",
    ),
]

"""Addresses of the initiatives room: what one works on, and what one looks over."""

from initiatives.urls import overview, work

app_name = "initiatives"
urlpatterns = [*overview.urlpatterns, *work.urlpatterns]

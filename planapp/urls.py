"""One include per room; what belongs to no room (home, health, API) is here."""

from django.urls import include, path

from initiatives.views.my_work import my_work
from planapp import views

handler404 = views.not_found
handler500 = views.failed
urlpatterns = [
    path("", my_work, name="my-work"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("operations/", views.operations, name="operations"),
    path("gallery/", views.gallery, name="gallery"),
    path("api/", include("planapp.api_urls")),
    path("", include("people.urls")),
    path("", include("sign_in.urls")),
    path("", include("goals.urls")),
    path("", include("initiatives.urls")),
    path("", include("reports.urls")),
    path("", include("reminders.urls")),
    path("", include("imports.urls")),
    path("", include("public.urls")),
    path("", include("search.urls")),
]

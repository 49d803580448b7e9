"""Health for load balancers, and the page for a form that came back with an old token."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from drf_spectacular.generators import SchemaGenerator


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process is alive. Touches nothing else."""
    return JsonResponse({"status": "alive"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token was renewed (a sign-in in another tab): say so and give back every word that was typed."""
    typed = {
        name: value
        for name, value in request.POST.items()
        if name not in {"csrfmiddlewaretoken", "password"} and "password" not in name and str(value).strip()
    }
    return render(request, "planapp/csrf_failure.html", {"typed": typed, "back": request.path}, status=403)


def api_docs(request: HttpRequest) -> HttpResponse:
    """The API's operations, read from its own description; no script needed."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "text": operation.get("description", "").strip(),
            "parameters": [
                {"name": item["name"], "where": item["in"], "text": item.get("description", "")}
                for item in operation.get("parameters", [])
            ],
        }
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "planapp/api_docs.html", {"operations": operations})

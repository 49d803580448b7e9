"""API of people and departments, read-only; and the point of view every endpoint of the past reads from."""

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from people.asof import AsOf
from people.models import Department, User
from people.requests import as_of


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    """A department or an office within one."""

    class Meta:
        model = Department
        fields = ["id", "abbreviation", "name", "parent", "version"]


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person: name and department. E-mail addresses stay on the people pages."""

    class Meta:
        model = User
        fields = ["id", "name", "department", "is_active"]


class DepartmentViewSet(viewsets.ReadOnlyModelViewSet[Department]):
    """Departments."""

    queryset = Department.objects.filter(deleted_at__isnull=True).order_by("name", "pk")
    serializer_class = DepartmentSerializer


class PersonViewSet(viewsets.ReadOnlyModelViewSet[User]):
    """People."""

    queryset = User.objects.order_by("name", "pk")
    serializer_class = PersonSerializer


def as_of_or_400(request: Request) -> AsOf:
    """The point of view of `?as_of=`, with the sentence of a bad one as the API tells it."""
    try:
        return as_of(request)
    except DjangoValidationError as error:
        raise ValidationError(error.message_dict) from None

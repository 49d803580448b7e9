"""API of people and departments, read-only."""

from typing import Any

from people.models import Department, User
from web.api import RecordedSerializer, RecordedViewSet
from web.requests import user_of


class DepartmentSerializer(RecordedSerializer[Department]):
    """A department or an office within one."""

    class Meta:
        model = Department
        fields = ["id", "abbreviation", "name", "parent", "version"]


class PersonSerializer(RecordedSerializer[User]):
    """A person: name and department. E-mail addresses stay on the people pages."""

    class Meta:
        model = User
        fields = ["id", "name", "department", "is_active"]


class DepartmentViewSet(RecordedViewSet[Department]):
    """Departments."""

    queryset = Department.objects.filter(deleted_at__isnull=True).order_by("name", "pk")
    serializer_class = DepartmentSerializer


class PersonViewSet(RecordedViewSet[User]):
    """People."""

    queryset = User.objects.order_by("name", "pk")
    serializer_class = PersonSerializer

    def seen(self, rows: Any) -> Any:
        """Those that whoever asks is told of."""
        return rows.filter(user_of(self.request).knows("pk" if rows.model is User else "subject"))

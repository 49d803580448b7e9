"""What endpoints of recorded rows share: the point of view in time, and rows as they were."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any, TypeVar, get_args

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Model
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request

from records.asof import AsOf
from records.history import Version
from web.requests import as_of

AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATE, description="The plan as recorded by the end of this local day.")
on_a_day = extend_schema_view(list=extend_schema(parameters=[AS_OF]), retrieve=extend_schema(parameters=[AS_OF]))
M = TypeVar("M", bound=Model)


def as_of_or_400(request: Request) -> AsOf:
    """The point of view of `?as_of=`, with the sentence of a bad one as the API tells it."""
    try:
        return as_of(request)
    except DjangoValidationError as error:
        raise ValidationError(error.message_dict) from None


FIELDS: dict[type, Any] = {
    bool: serializers.BooleanField,
    date: serializers.DateField,
    datetime: serializers.DateTimeField,
    int: serializers.IntegerField,
    str: serializers.CharField,
}


class NameField(serializers.CharField):
    """A name that a plain row holds as "" where there is none; the API says null."""

    def to_representation(self, value: str) -> Any:
        return super().to_representation(value) or None


class RowSerializer(serializers.Serializer[Any]):
    """A plain row: `Meta.row` is its dataclass, `Meta.fields` what of it is told. Declared fields win."""

    def get_fields(self) -> dict[str, Any]:
        meta: Any = self.Meta  # type: ignore[attr-defined] # each row says its own
        types = {item.name: get_args(item.type) or (item.type,) for item in fields(meta.row)}
        made = {
            name: FIELDS[kind](**({"allow_null": True} if rest else {}))
            for name, (kind, *rest) in types.items()
            if name in meta.fields
        }
        found = made | super().get_fields()
        return {name: found[name] for name in meta.fields}


class RecordedSerializer(serializers.ModelSerializer[M]):
    """A recorded row, live or as it was: then under the same `id`, and with no `version`, for nobody can edit it."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        if isinstance(instance, Version):
            model: Any = self.Meta.model
            told = {
                field.attname: getattr(instance, field.attname)
                for field in model._meta.concrete_fields
                if field.name != "id" and hasattr(instance, field.attname)
            }
            subject: Any = instance
            instance = model(**told, pk=subject.subject_id, version=None)
        return super().to_representation(instance)


class RecordedViewSet(viewsets.ReadOnlyModelViewSet[M]):
    """Rows of a recorded table; `?as_of=` lists those that were there on that day, as they were."""

    def get_queryset(self) -> Any:
        """The live rows, or the versions that held on that day in the same order."""
        when = as_of_or_400(self.request)
        live: Any = super().get_queryset()
        if when.is_live:
            return live
        versions: Any = live.model._meta.get_field("versions").related_model
        order = [str(name).replace("pk", "subject") for name in live.query.order_by]
        return versions.objects.as_of(when).order_by(*order)

    def get_object(self) -> Any:
        rows = self.get_queryset()
        if issubclass(rows.model, Version):
            return get_object_or_404(rows, subject=self.kwargs["pk"])
        return super().get_object()

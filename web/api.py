"""What endpoints of recorded rows share: the point of view in time, and rows as they were."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any, ClassVar, TypeVar, get_args

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Model, Q
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from records.asof import AsOf
from records.history import Version
from records.texts import whole_number
from web.pagination import BIGGEST
from web.requests import as_of

M = TypeVar("M", bound=Model)
AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATE, description="The plan as recorded by the end of this local day.")
REFUSED = OpenApiResponse(
    inline_serializer("Refusal", {"detail": serializers.CharField(required=False)}),
    description="What is wrong, in a sentence: under the parameter's name, or under `detail`.",
)


def as_of_or_400(request: Request) -> AsOf:
    """The point of view of `?as_of=`, with the sentence of a bad one as the API tells it."""
    try:
        return as_of(request)
    except DjangoValidationError as error:
        raise ValidationError(error.message_dict) from None


@dataclass(frozen=True)
class Filter:
    """A parameter that narrows a list. `read` makes its text a value or raises ValueError with a sentence."""

    name: str
    description: str
    read: Callable[[str], Any]
    where: Callable[[Any], Q]
    kind: Any = str
    enum: tuple[str, ...] = ()


def number(text: str) -> int:
    """An id, from 1 to the largest there can be. Raises ValueError with a sentence."""
    if not (found := whole_number(text, BIGGEST)):
        raise ValueError(f"“{text[:40]}” is not an id, a whole number")
    return found


class ApiSchema(AutoSchema):
    """Describes what every endpoint takes and refuses, from the same declarations by which it does."""

    def get_override_parameters(self) -> list[Any]:
        """The day, and for a list what narrows it."""
        found: list[Any] = [AS_OF]
        if getattr(self.view, "action", "") == "list":
            found += [
                OpenApiParameter(one.name, one.kind, description=one.description, enum=one.enum or None)
                for one in getattr(self.view, "filters", ())
            ]
        return found

    def get_response_serializers(self) -> Any:
        """What comes, and what a request that is refused gets."""
        codes = [400, 401, 403] if getattr(self.view, "action", "") == "list" else [400, 401, 403, 404]
        return {200: super().get_response_serializers(), **dict.fromkeys(codes, REFUSED)}


class Strict:
    """Refuses what it does not know (400), so that a mistyped parameter is never answered with everything."""

    filters: ClassVar[tuple[Filter, ...]] = ()
    schema: Any = ApiSchema()
    lookup_value_regex = "[0-9]{1,19}"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc] # of the view set beside this class
        known = {"as_of"}
        if self.detail is False:  # type: ignore[attr-defined] # set by DRF's router
            known |= {"after", "page_size", *(one.name for one in self.filters)}
        for name, values in request.query_params.lists():
            if name not in known:
                raise ValidationError({name: f"There is no such parameter here. Known: {', '.join(sorted(known))}."})
            if len(values) != 1 or not values[0].strip():
                raise ValidationError({name: "Give this parameter one value, or leave it out."})
        as_of_or_400(request)

    def seen(self, rows: Any) -> Any:
        """Of the rows those that whoever asks may see: for rooms in which that is not the same for all."""
        return rows

    def value_of(self, one: Filter, text: str) -> Any:
        """What a parameter asks for, read once a request. Raises ValueError with a sentence."""
        known: dict[str, Any] = self.__dict__.setdefault("values_read", {})
        if one.name not in known:
            known[one.name] = one.read(text)
        return known[one.name]

    def narrowed(self, rows: Any, request: Request) -> Any:
        """The rows that the parameters ask for."""
        for one in self.filters:
            if text := request.query_params.get(one.name):
                try:
                    value = self.value_of(one, text)
                except ValueError as error:
                    raise ValidationError({one.name: f"{one.name.capitalize()}: {error}."}) from None
                rows = rows.filter(one.where(value))
        return rows


FIELDS: dict[type, Any] = {
    bool: serializers.BooleanField,
    date: serializers.DateField,
    datetime: serializers.DateTimeField,
    int: serializers.IntegerField,
    str: serializers.CharField,
}


def shown(value: Any) -> Any:
    """A value as the API says it: an instant in the time of the installation, all else as it is."""
    if type(value) is not datetime:
        return value
    text = timezone.localtime(value).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


class NameField(serializers.CharField):
    """A name that a plain row holds as "" where there is none; the API says null."""


class RowSerializer(serializers.Serializer[Any]):
    """A plain row: `Meta.row` is its dataclass, `Meta.fields` what of it is shown. Declared fields win.

    They describe the row; its values are taken as they are, for asking each field costs more than the query.
    """

    @cached_property
    def _absent(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, NameField)]

    @cached_property
    def _instants(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, serializers.DateTimeField)]

    @cached_property
    def _values(self) -> Callable[[Any], tuple[Any, ...]]:
        names: tuple[str, ...] = self.Meta.fields  # type: ignore[attr-defined] # each row says its own
        return attrgetter(*names)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        found = dict(zip(self.Meta.fields, self._values(instance), strict=True))  # type: ignore[attr-defined] # as above
        for name in self._instants:
            found[name] = shown(found[name])
        for name in self._absent:
            found[name] = found[name] or None
        return found

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


class ModelRowSerializer(serializers.ModelSerializer[M]):
    """A row of a table; what it links to is said by its id."""

    @cached_property
    def _columns(self) -> list[tuple[str, str]]:
        model: Any = self.Meta.model
        return [(name, model._meta.get_field(name).attname) for name in self.Meta.fields]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: shown(getattr(instance, column)) for name, column in self._columns}


class RecordedSerializer(ModelRowSerializer[M]):
    """A recorded row, live or as it was: then under the same `id`, and with no `version`, for nobody can edit it."""

    def get_fields(self) -> dict[str, Any]:
        found = super().get_fields()
        if "version" in found:
            found["version"].allow_null = True
        return found

    def to_representation(self, instance: Any) -> dict[str, Any]:
        if not isinstance(instance, Version):
            return super().to_representation(instance)
        subject: Any = instance
        own = {"id": subject.subject_id, "version": None}
        return {name: own[name] if name in own else shown(getattr(subject, column)) for name, column in self._columns}


class RecordedViewSet(Strict, viewsets.ReadOnlyModelViewSet[M]):
    """Rows of a recorded table; `?as_of=` lists those that were there on that day, as they were."""

    def get_queryset(self) -> Any:
        """The live rows, or the versions that held on that day in the same order."""
        when = as_of_or_400(self.request)
        live: Any = super().get_queryset()
        if when.is_live:
            return self.narrowed(self.seen(live), self.request)
        versions: Any = live.model._meta.get_field("versions").related_model
        order = [str(name).replace("pk", "subject") for name in live.query.order_by]
        return self.narrowed(self.seen(versions.objects.as_of(when).order_by(*order)), self.request)

    def get_object(self) -> Any:
        rows = self.get_queryset()
        if issubclass(rows.model, Version):
            return get_object_or_404(rows, subject=self.kwargs["pk"])
        return super().get_object()


class RowViewSet(Strict, viewsets.GenericViewSet[Any]):
    """Plain rows that are read at a point in time.

    `rows` gives the rows of a moment, to be narrowed; `read` makes plain rows of some of them.
    """

    rows: ClassVar[Any]  # static methods: a selector, and what makes plain rows of what it gives
    read: ClassVar[Any]

    def get_queryset(self) -> Any:
        return self.seen(self.rows(as_of_or_400(self.request)))

    def list(self, request: Request) -> Response:
        """Pages of rows, in the order of their ids."""
        page = self.paginate_queryset(self.narrowed(self.get_queryset(), request))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One row; 404 where it did not exist at that moment."""
        found = self.read(self.get_queryset().filter(subject_id=int(pk))) if int(pk) <= BIGGEST else []
        if not found:
            raise Http404
        return Response(self.get_serializer(found[0]).data)

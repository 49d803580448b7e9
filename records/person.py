"""What annotations call the signed-in person: the model that AUTH_USER_MODEL names, without importing a room above."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Person  # the type checker puts the project's own model here
else:
    from django.contrib.auth.base_user import AbstractBaseUser as Person

__all__ = ["Person"]

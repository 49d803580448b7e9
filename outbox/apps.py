from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        """Load every room's mails.py: there it registers its kinds of message."""
        autodiscover_modules("mails")

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from records.days import show_days


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        show_days(settings.DATE_STYLE)
        autodiscover_modules("verbs")

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"

    def ready(self) -> None:
        from initiatives.selectors.waiting import register  # noqa: PLC0415 - once the models are there
        from reminders.selectors.held import held_sending  # noqa: PLC0415

        register("reminders.hear_of_hold", held_sending)

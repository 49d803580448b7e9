#!/usr/bin/env python
"""Django's entry point for commands."""

import os
import sys
from typing import Any

from django.core.management import ManagementUtility
from django.core.management.base import CommandError

from demo.environment import demo_environment


class Commands(ManagementUtility):
    """Django's own, but that a command for one government is not begun as who sees all of them."""

    def fetch_command(self, subcommand: str) -> Any:
        command = super().fetch_command(subcommand)
        if sys.argv[1:2] == [subcommand]:  # and not `help subcommand`
            from planapp.who_asks import refuse_to_do_for_all  # noqa: PLC0415 - once settings were read

            try:
                refuse_to_do_for_all(subcommand)
            except CommandError as refused:
                sys.exit(f"{type(refused).__name__}: {refused}")
        return command


if __name__ == "__main__":
    if sys.argv[1:2] == ["demo"]:
        os.environ.update(demo_environment())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planapp.settings")
    Commands(sys.argv).execute()

#!/usr/bin/env python
"""Django's entry point for commands."""

import os
import sys

from django.core.management import execute_from_command_line

from demo.environment import demo_environment

if __name__ == "__main__":
    if sys.argv[1:2] == ["demo"]:
        os.environ.update(demo_environment())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planapp.settings")
    execute_from_command_line(sys.argv)

"""What a process does about memory: Python's search for circles, and what processes share that come of one."""

import gc
from importlib import import_module

from django.conf import settings


def look_less_often() -> None:
    """Look for circles of objects less often than by default; once, before most is loaded.

    A report of 2,001 initiatives makes tens of thousands of rows, and loading Django with all rooms half a million
    objects that stay; by default Python went through all there is for each few thousand of them. That took a third of
    the report's time, and a tenth of a command's start.
    """
    gc.set_threshold(20_000, 20, 100)


def load_pages() -> None:
    """Load what the first request would: processes that are forked afterwards hold it once."""
    import_module(settings.ROOT_URLCONF)


def keep_what_is_loaded() -> None:
    """Never look through what is loaded now again: what nobody touches, forked processes share."""
    gc.collect()
    gc.freeze()

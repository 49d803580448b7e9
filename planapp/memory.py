"""What a process does about memory: Python's search for circles, what forked processes share, what is given back."""

import ctypes
import gc
import os
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

M_ARENA_MAX = -8  # of malloc.h


def look_less_often() -> None:
    """Look for circles of objects less often than by default; once, before most is loaded.

    A report of 2,001 initiatives makes tens of thousands of rows, and loading Django with all rooms half a million
    objects that stay; by default Python went through all there is for each few thousand of them. That took a third of
    the report's time, and a tenth of a command's start.
    """
    gc.set_threshold(20_000, 20, 100)


def share_arenas() -> None:
    """Have the C library take memory from two places instead of from one for each thread; before threads begin.

    Each keeps for itself what the largest request of its threads took. Threads of Python work one at a time anyway.
    """
    choose = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc alone has it
    if choose is not None:
        choose(M_ARENA_MAX, 2)


def load_pages() -> None:
    """Load what the first requests would, Celery for /readyz among it: processes forked afterwards hold it once."""
    import_module(settings.ROOT_URLCONF)
    import_string(settings.WORKER_APP)


def keep_what_is_loaded() -> None:
    """Never look through what is loaded now again: what nobody touches, forked processes share."""
    gc.collect()
    gc.freeze()


class Resident:
    """What this process holds, and what it held when it last gave back: looked at after each request and each task."""

    LARGE = 8 * 1024 * 1024  # bytes a request or a task may add before it is worth to look for what is free
    STATM = Path("/proc/self/statm")

    def __init__(self) -> None:
        self.floor = 0
        self.trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc alone has it

    def give_back(self) -> bool:
        """Return to the system what a large page or file has left free; whether there was a reason to look.

        The C library keeps what is freed below something that is still used, and circles wait for Python's search: a
        process would hold what its largest request needed, once for each thread that served one.
        """
        held = self.bytes()
        self.floor = min(self.floor or held, held)
        if held <= self.floor + self.LARGE:
            return False
        gc.collect()
        if self.trim is not None:
            self.trim(0)
        self.floor = self.bytes()
        return True

    def bytes(self) -> int:
        """In memory now; 0 where the system does not say."""
        try:
            pages = int(self.STATM.read_text(encoding="ascii").split()[1])
        except OSError:
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")


resident = Resident()

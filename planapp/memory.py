"""What a web process does about memory once everything is loaded."""

import gc


def keep_what_is_loaded() -> None:
    """Never look through what is loaded now again, and look for circles less often.

    A report of 2,001 initiatives makes tens of thousands of rows; by default Python went through all of Django for
    each few thousand of them, which took a third of the page's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)

"""The process in which one bench runs, on the database that DATABASE_URL names. Started by `python -m benchmarks`.

`child run MODULE SIZE` migrates an empty database and prints what `MODULE.run(SIZE)` found, a line of JSON each.
`child grow SIZE` fills it with a grown plan instead.
`child once MODULE ARGUMENTS` calls `MODULE.once(*ARGUMENTS)` and prints the most memory this process held.
"""

import json
import sys
from importlib import import_module

import django


def main(what: str, module: str, *arguments: str) -> None:
    django.setup()
    import_module("benchmarks.measure")  # before the first session, whose CPU time it is to know of
    if what == "once":
        import_module(module).once(*arguments)
        import_module("benchmarks.measure").print_peak()
        return
    import_module("django.core.management").call_command("migrate", verbosity=0)
    if what == "grow":
        now = import_module("django.utils.timezone").now()
        import_module("benchmarks.grown").grow(int(module), now=now)
        return
    for found in import_module(module).run(int(arguments[0])):
        print(found.line(), file=sys.stderr, flush=True)
        print(json.dumps(found.record()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

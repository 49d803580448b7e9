"""What protects, taken out in turn: for each, a named test has to fail.

`senders`: the protections of the sender, written down. `guards` and `sweep`: whatever refuses something below the
doors of any room, found in the source.
"""

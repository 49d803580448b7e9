"""The demo: the published OIT plan with its sources, and sample activity on top of it, never mixed up.

`oit-2024-2025.yaml` holds real facts, `sample-activity.yaml` invented ones. `source` reads both; `structure`,
`stories`, `promises` and `closing` turn them into dated acts on a `Timeline`; `load` replays those in order of time
through the services that people use. `launch` and `processes` set up and run what `manage.py demo` starts.
"""

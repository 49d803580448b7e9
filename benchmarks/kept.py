"""`python -m benchmarks.kept [SIZE…]`: grown plans that stay on the server, built once and migrated since.

Another process may use them, or copy one in seconds: `site.database(name, template=…)`.
"""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg

NAMES = {69: "planapp_69", 2_001: "planapp_2001", 50_000: "planapp_50k"}


def main(*told: str) -> None:
    server = urlsplit(os.environ.get("DATABASE_URL", ""))
    for size in map(int, told or NAMES):
        name = NAMES[size]
        with psycopg.connect(server.geturl(), autocommit=True) as admin:
            is_there = admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
            if is_there is None:
                admin.execute(f"CREATE DATABASE {name}")
        environment = {
            **os.environ,
            "DATABASE_URL": server._replace(path=f"/{name}").geturl(),
            "DJANGO_SETTINGS_MODULE": "planapp.settings_test",
        }
        command = (
            ["manage.py", "migrate", "-v0"] if is_there is not None else ["-m", "benchmarks.child", "grow", str(size)]
        )
        subprocess.run([sys.executable, *command], env=environment, check=True)
        print(f"{name} holds {size:,} initiatives.")


if __name__ == "__main__":
    main(*sys.argv[1:])

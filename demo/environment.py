"""The environment of `manage.py demo`: everything in one folder, no service, nothing taken from outside.

Read before Django's settings are, so this module must not import Django.
"""

import os
import secrets
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENV_FILE = "env"
# Each may stand in a file as well (planapp/env.py); the demo reads none of an installation's.
SECRETS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "METRICS_TOKEN")


def demo_dir() -> Path:
    """DEMO_DIR, or var/demo in the project."""
    return (PROJECT / os.environ.get("DEMO_DIR", "var/demo")).resolve()


def demo_environment() -> dict[str, str]:
    """Values for every setting that matters. They win over those set outside: a demo touches no other database."""
    folder = demo_dir()
    folder.mkdir(parents=True, exist_ok=True)
    port, host = os.environ.get("PORT", "8000"), os.environ.get("HOST", "127.0.0.1")
    everywhere = host not in {"127.0.0.1", "localhost", "::1"}
    values = {
        "SECRET_KEY": _secret_key(folder / "secret-key"),
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'planapp.sqlite3'}",
        "REDIS_URL": "",
        "EMAIL_URL": f"folder:{folder / 'mail'}",
        "SITE_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": "*" if everywhere else "localhost,127.0.0.1,[::1]",
        "DEMO": "true",
        "DEMO_FOR_OTHERS": os.environ.get("DEMO_FOR_OTHERS", "false"),
        "DEBUG": "false",
        "BEHIND_TLS_PROXY": "false",
        "LOG_LEVEL": "WARNING",
        "TIME_ZONE": "America/New_York",
        "FROM_EMAIL": "planapp <planapp@demo.example>",
        "SECRET_KEY_FALLBACKS": "",
        "METRICS_TOKEN": "",
    }
    values |= {f"{name}_FILE": "" for name in SECRETS}
    _write(folder / ENV_FILE, "".join(f"{name}='{value}'\n" for name, value in values.items()))
    return values


def _secret_key(file: Path) -> str:
    """Made once, so that people stay signed in over a restart."""
    if not file.exists():
        _write(file, secrets.token_urlsafe(50))
    return file.read_text(encoding="ascii").strip()


def _write(file: Path, text: str) -> None:
    """Readable by this user alone."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)

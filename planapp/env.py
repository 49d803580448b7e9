"""Turns the URLs of the environment into Django's settings."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import dj_database_url
import dj_email_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env

# Connections of one process. Who needs one waits for seconds and not for half a minute, or a server that is away would
# keep every thread of a web process busy with waiting. And who tries to connect gives up as soon: left alone, the pool
# waits twice as long after each try, and would find a server that is back minutes later.
POOL = {"min_size": 1, "max_size": 8, "timeout": 5.0, "reconnect_timeout": 2.0}
# A server that falls silent, its machine off or a wire cut, refuses nothing: without limits a request would wait for as
# long as TCP goes on sending, a quarter of an hour. The first is for a connection that is made, in seconds. The second
# for what was sent and nobody confirmed, in milliseconds. The rest for an answer that is waited for: a statement may
# take as long as it takes, but the machine it runs on has to say that it is there. What the URL names goes before.
SILENCE = {
    "connect_timeout": 3, "tcp_user_timeout": 8_000,
    "keepalives": 1, "keepalives_idle": 3, "keepalives_interval": 2, "keepalives_count": 2,
}  # fmt: skip


def secret(env: Env, name: str, default: str | None = None) -> str:
    """A value that others must not see: of the variable NAME, or of the file that NAME_FILE names.

    Whatever runs as this user, and many a page of a container's manager, can read the environment of a process; a file
    can belong to one. Only what stands around the value is taken away, such as the last end of line. An empty variable
    counts as one that is not there.
    """
    path = env.str(f"{name}_FILE", "")
    if not path:
        return env.str(name) if default is None else env.str(name, default)
    if env.str(name, ""):
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Take one of them away.")
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error}") from error
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which is empty.")
    return value


def database(url: str, pooler: str = "") -> dict[str, Any]:
    """Database settings for a DATABASE_URL: `postgres://…` or `sqlite:///path`.

    `pooler` is "transaction" where PgBouncer stands before PostgreSQL and lends a connection for one transaction: what
    belongs to a connection, prepared statements and open cursors, is then not to be had (docs/scaling.md).
    SQLite runs in WAL with IMMEDIATE transactions: with the defaults a second writer is refused instead of waiting.
    """
    # Checked when taken from the pool: after a restart of the server no request meets a connection that is dead.
    settings: dict[str, Any] = dict(dj_database_url.parse(url, conn_health_checks=True))
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        Path(settings["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        settings["OPTIONS"] = {
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA recursive_triggers=ON;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        }
    elif settings["ENGINE"] == "django.db.backends.postgresql":
        settings["OPTIONS"] = {**SILENCE, **settings.get("OPTIONS", {}), "pool": dict(POOL)}
        if pooler == "transaction":
            return settings | {"DISABLE_SERVER_SIDE_CURSORS": True}
        asked = settings["OPTIONS"].get("options", "")  # by the URL itself
        settings["OPTIONS"] |= {
            # Lets statements be prepared that ask for it (records.statements); by default Django allows none.
            "prepare_threshold": 5,
            # Compiling a wide query costs PostgreSQL seconds where running it takes a tenth of one.
            "options": f"{asked} -c jit=off".strip(),
        }
    else:
        raise ImproperlyConfigured("DATABASE_URL must be postgres://… or sqlite:///….")
    return settings


def replica(url: str, first: dict[str, Any]) -> dict[str, Any]:
    """Settings of a copy of the first database; nothing can be written there, not even by mistake."""
    settings = database(url)
    if first["ENGINE"] != settings["ENGINE"] or settings["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("REPLICA_URL is for PostgreSQL: a standby of the server in DATABASE_URL.")
    settings["OPTIONS"].setdefault("options", "")
    settings["OPTIONS"]["options"] += " -c default_transaction_read_only=on"
    settings["OPTIONS"] |= {"pool": {"min_size": 0, "max_size": 8, "timeout": 1}, "connect_timeout": 1}  # seconds
    return settings


def object_storage(url: str, key: str, secret_key: str) -> dict[str, Any]:
    """A storage of django-storages for a FILES_URL: `s3://bucket/prefix?endpoint=https://…&region=…`.

    Named, not loaded: who reads no file there does not load its libraries.
    """
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.netloc or asked.keys() - {"endpoint", "region"} or "@" in unquote(url):
        raise ImproperlyConfigured(
            "FILES_URL must be s3://bucket/prefix?endpoint=https://…&region=…; the keys stand in FILES_ACCESS_KEY and "
            "FILES_SECRET_KEY."
        )
    endpoint = asked.get("endpoint", "")
    return {
        "BACKEND": "jobs.object_storage.Objects",
        "OPTIONS": {
            "bucket_name": parts.netloc, "location": parts.path.strip("/") or "planapp",
            "endpoint_url": endpoint or None, "region_name": asked.get("region") or "us-east-1",
            "access_key": key, "secret_key": secret_key,
        },
    }  # fmt: skip


# By the beginning of EMAIL_URL: how the library calls it, whether TLS is there from the first byte or asked for,
# and the port where none is named. The library knows neither `smtp+tls` nor `smtp+ssl`, and would send in clear text.
MAIL_SCHEMES = {
    "smtp": ("smtp", {}, 25),
    "smtp+tls": ("smtp", {"EMAIL_USE_TLS": True}, 587),
    "smtp+ssl": ("smtp", {"EMAIL_USE_SSL": True}, 465),
}


def email(url: str) -> dict[str, Any]:
    """E-mail settings for an EMAIL_URL: `smtp+tls://user:password@host:port` and the like, `console:`, or
    `folder:/path` (demo).
    """
    parts = urlsplit(url)
    if parts.scheme == "folder":
        return {"EMAIL_BACKEND": "outbox.mailfolder.EmailBackend", "EMAIL_FILE_PATH": parts.path}
    known, tls, port = MAIL_SCHEMES.get(parts.scheme, (parts.scheme, {}, None))
    parsed = dj_email_url.parse(parts._replace(scheme=known).geturl())
    if "EMAIL_BACKEND" not in parsed:
        raise ImproperlyConfigured(
            "EMAIL_URL must be smtp+tls://…, smtp+ssl://…, smtp://…, console: or folder:/path; it begins with "
            f"“{parts.scheme}”."
        )
    found = {name: value for name, value in parsed.items() if name.startswith("EMAIL_") and name != "EMAIL_FILE_PATH"}
    return found | tls | ({"EMAIL_PORT": parts.port or port} if port else {})


def days(name: str, text: str, *, least: int, may_be_empty: bool = True) -> int | None:
    """A number of days, at least `least`; None for an empty text: for good."""
    if not text.strip() and may_be_empty:
        return None
    if not text.strip().isdecimal() or not least <= int(text) <= 36_500:
        empty = ", or nothing: kept for good" if may_be_empty else ""
        raise ImproperlyConfigured(f"{name} must be a number of days from {least} to 36500{empty}.")
    return int(text)


def cache(redis_url: str) -> dict[str, Any]:
    """What counts tries and keeps what was read: Redis where there is one, else the memory of each process."""
    if not redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    # As for the broker: one that is there and says nothing must not keep whoever asks for a page; seconds.
    options = {"socket_timeout": 3, "socket_connect_timeout": 2}
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url, "OPTIONS": options}


def celery_broker(redis_url: str, data_dir: Path) -> tuple[str, dict[str, Any]]:
    """Broker URL and transport options: Redis where there is one, else a folder of files (demo and tests)."""
    if redis_url:
        # A broker that is there and says nothing must not keep a person who saves; seconds.
        return redis_url, {"visibility_timeout": 3600, "socket_timeout": 3, "socket_connect_timeout": 2}
    folder = data_dir / "broker"
    for name in ("queue", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return "filesystem://localhost", {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.2,
    }

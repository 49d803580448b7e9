"""Gunicorn's settings for `make serve` and the container; each can be set from the environment."""

import os
from datetime import timedelta
from typing import Any

import gunicorn.http.wsgi
from gunicorn.glogging import Logger

from planapp.memory import resident, share_arenas
from web.logs import Json, without_secrets

bind = os.environ.get("BIND") or f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Slow requests are exports, and long exports run in the worker; a web request that takes longer is stuck.
timeout = 60
# Loaded once and shared: a process holds for itself what its requests made. New code needs a restart, not a reload.
preload_app = True
graceful_timeout = 20
# Give memory back now and then, but not in all processes at once.
max_requests = 2000
max_requests_jitter = 400
accesslog = "-"
# No query string: it can hold the signed part of a mail link.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms %({x-request-id}o)s'
control_socket_disable = True

gunicorn.http.wsgi.SERVER = "planapp"  # the name in the Server header; which server and version concerns nobody


class AccessLog(Logger):  # type: ignore[misc] # gunicorn ships no types
    """Addresses that are keys are written without the key; every line in the form that LOG_FORMAT names."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        if os.environ.get("LOG_FORMAT") == "json":
            for handler in (*self.error_log.handlers, *self.access_log.handlers):
                handler.setFormatter(Json())

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {name: without_secrets(value) if isinstance(value, str) else value for name, value in found.items()}


logger_class = AccessLog
share_arenas()


def post_request(worker: Any, req: Any, environ: dict[str, Any], resp: Any) -> None:
    """Called by gunicorn when an answer is sent."""
    resident.give_back()

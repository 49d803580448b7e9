"""Gunicorn's settings for `make serve` and the container; each can be set from the environment."""

import os

bind = os.environ.get("BIND") or f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Slow requests are exports, and long exports run in the worker; a web request that takes longer is stuck.
timeout = 60
graceful_timeout = 20
# Give memory back now and then, but not in all processes at once.
max_requests = 2000
max_requests_jitter = 400
accesslog = "-"
# No query string: it can hold the signed part of a mail link.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
control_socket_disable = True

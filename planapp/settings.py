"""All settings, read from the environment once. `.env.example` lists every variable; a wrong one stops the start."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from environs import Env, validate

from planapp.env import cache, celery_broker, database, days, email, object_storage, replica, secret
from planapp.identity import providers, who_may_use_passwords

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(eager=False)
env.read_env(str(BASE_DIR / ".env"), recurse=False)

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = secret(env, "SECRET_KEY")
# Keys of before, with commas or a line each: what they signed still counts, nothing new is signed with them.
SECRET_KEY_FALLBACKS = secret(env, "SECRET_KEY_FALLBACKS", "").replace(",", " ").split()
ALLOWED_HOSTS = [host.strip() for host in env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])]
SITE_URL = env.str("SITE_URL", "http://localhost:8000").rstrip("/")
TIME_ZONE = env.str("TIME_ZONE", "America/New_York")
DATE_STYLE = env.str("DATE_STYLE", "day first")  # or "month first": how every day is shown (docs/adr/0023)
# Files planapp itself writes (embedded database, embedded broker). Nothing else lives there.
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))
DATABASES = {
    "default": database(
        secret(env, "DATABASE_URL", f"sqlite:///{DATA_DIR / 'planapp.sqlite3'}"),
        pooler=env.str("DATABASE_POOLER", "", validate=validate.OneOf(["", "transaction"])),
    )
}
# A copy of the database, a moment behind: public pages and those of a past day read from it (docs/scaling.md).
REPLICA_URL = secret(env, "REPLICA_URL", "")
REDIS_URL = secret(env, "REDIS_URL", "")
_EMAIL = email(secret(env, "EMAIL_URL", "console:"))
# Object storage for files (docs/adr/0038); empty: they lie in the database.
FILES_URL = env.str("FILES_URL", "")
FILES_ACCESS_KEY = secret(env, "FILES_ACCESS_KEY", "")
FILES_SECRET_KEY = secret(env, "FILES_SECRET_KEY", "")
# The mail relay's own record, which settles mails whose sender died: postfix:/path or ids:/path (docs/adr/0006).
RELAY_TRACE = env.str("RELAY_TRACE", "")
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", "planapp <planapp@localhost>")
# The demo says on its pages that it is one, offers its accounts, and shows the mail folder.
DEMO = env.bool("DEMO", False)
# Said besides DEMO where others than this machine may reach the demo: everybody who does can sign in as administrator.
DEMO_FOR_OTHERS = env.bool("DEMO_FOR_OTHERS", False)
# Behind a proxy that ends TLS and sets X-Forwarded-Proto.
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", False)
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
# Of the logger planapp.security, whatever LOG_LEVEL says; the accounts of a demo are no news.
SECURITY_LOG_LEVEL = env.str("SECURITY_LOG_LEVEL", "WARNING" if DEMO else "INFO")
LOG_FORMAT = env.str("LOG_FORMAT", "line", validate=validate.OneOf(["line", "json"]))
# Days after which rows of a series are removed, once a day (jobs/retention.py); None: they are kept for good.
KEEP_DAYS: dict[str, Any] = {
    "sessions": days("KEEP_SESSIONS_DAYS", env.str("KEEP_SESSIONS_DAYS", "0"), least=0),
    "form_keys": days("KEEP_FORM_KEYS_DAYS", env.str("KEEP_FORM_KEYS_DAYS", "30"), least=1),
    "drafts": days("KEEP_DRAFTS_DAYS", env.str("KEEP_DRAFTS_DAYS", ""), least=7),
    "mails": days("KEEP_MAILS_DAYS", env.str("KEEP_MAILS_DAYS", ""), least=30),
    "exports": days("KEEP_EXPORTS_DAYS", env.str("KEEP_EXPORTS_DAYS", "30"), least=1, may_be_empty=False),
    "imports": days("KEEP_IMPORTS_DAYS", env.str("KEEP_IMPORTS_DAYS", "30"), least=1, may_be_empty=False),
    "left_files": days("KEEP_LEFT_FILES_DAYS", env.str("KEEP_LEFT_FILES_DAYS", "30"), least=1),
}
# Accounts of people who were not here for so long are deactivated, once a day; None: never.
DEACTIVATE_UNSEEN_DAYS = days("DEACTIVATE_UNSEEN_DAYS", env.str("DEACTIVATE_UNSEEN_DAYS", ""), least=30)
LEGAL_HOLD = env.bool("LEGAL_HOLD", False)  # nothing is deleted on schedule
METRICS_TOKEN = secret(env, "METRICS_TOKEN", "")  # whoever has it may read /metrics; empty: nobody
# Where errors and traces go (planapp/telemetry.py); empty: nowhere, and nothing of it is loaded.
SENTRY_DSN = secret(env, "SENTRY_DSN", "")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", "production")
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")
OTEL_SERVICE_NAME = env.str("OTEL_SERVICE_NAME", "planapp")
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 30, validate=validate.Range(min=0, max=720))  # 0: no such limit
# Roles whose holders set up a second step at sign-in before anything else; who comes by the city's provider need not.
SECOND_FACTOR_FOR = [one.strip() for one in env.list("SECOND_FACTOR_FOR", [""]) if one.strip()]
# How often one person may ask for what costs work (web/busy.py); 0: as often as they like.
QUESTIONS_PER_MINUTE = env.int("QUESTIONS_PER_MINUTE", 300, validate=validate.Range(min=0, max=100_000))
# Words of the place that make a password easy to guess, besides those of SITE_URL and of the person.
PASSWORD_WORDS = [one.strip() for one in env.list("PASSWORD_WORDS", [""]) if one.strip()]
# The city's own sign-in (docs/single-sign-on.md): the providers that the sign-in page offers, and who needs none.
SIGN_IN_PROVIDERS, SOCIALACCOUNT_PROVIDERS = providers(env)
PASSWORDS_FOR_EMERGENCIES, EMERGENCY_ADMINISTRATORS = who_may_use_passwords(env)
# For whom an account is made at their first sign-in: "groups", whoever is in a group that has a role here.
NEW_ACCOUNTS = env.str("NEW_ACCOUNTS", "groups", validate=validate.OneOf(["groups", "everyone", "nobody"]))
env.seal()

globals().update(_EMAIL)
if REPLICA_URL:
    DATABASES["replica"] = replica(REPLICA_URL, DATABASES["default"])
    DATABASE_ROUTERS = ["records.replica.Router"]
EXPORT_LEASE = 30  # seconds without a sign of life after which another worker takes a file over
EMAIL_TIMEOUT = 20  # seconds; shorter than the lease of a claimed message

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "rules.apps.AutodiscoverRulesConfig",  # loads every room's rules.py
    "rest_framework",
    "drf_spectacular",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.mfa",
    "records",
    "web",
    "jobs",
    "outbox",
    "people",
    "sign_in",
    "goals",
    "initiatives",
    "reports",
    "reminders",
    "imports",
    "public",
    "search",
    "demo",
    "planapp",
]

MIDDLEWARE = [
    "web.request_ids.RequestId",
    "web.timings.Timed",
    "web.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "web.headers.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "web.request_checks.RequestChecks",
    "django.middleware.csrf.CsrfViewMiddleware",
    "people.middleware.SignedIn",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "web.middleware.SignInForFragments",
    "web.middleware.KeepWhatWasTyped",
    "web.middleware.SignInFirst",
    "web.busy.NotTooOften",
    "people.middleware.Seen",
    "people.middleware.MembersOnly",
    "sign_in.middleware.SecondStepFirst",
    "goals.middleware.PlansApart",
    "django.contrib.messages.middleware.MessageMiddleware",
    "web.middleware.TailsForgiven",
    "goals.middleware.OldNames",
    "web.replica.FromReplica",
]

if OTEL_EXPORTER_OTLP_ENDPOINT:
    MIDDLEWARE.insert(1, "planapp.telemetry.Spans")  # behind the request's id, around all else

ROOT_URLCONF = "planapp.urls"
WSGI_APPLICATION = "planapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "planapp.context.frame",
            ],
            # Words, components and tables of every page, without a {% load %} in each.
            "builtins": ["web.templatetags.ui", "web.templatetags.components", "web.templatetags.tables"],
        },
    }
]
FORM_RENDERER = "web.renderers.FormRenderer"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["people.backends.PeopleBackend"]
LOGIN_URL = "people:sign-in"
LOGIN_REDIRECT_URL = "my-work"
LOGOUT_REDIRECT_URL = "people:sign-in"
CSRF_FAILURE_VIEW = "planapp.views.csrf_failure"
PASSWORD_HASHERS = ["people.hashers.Argon2"]
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds a link to a new password can be used
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "sign_in.passwords.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "sign_in.passwords.HardToGuess"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# django-allauth takes a person through the steps of signing in; accounts and passwords are the people room's.
ACCOUNT_ADAPTER = "sign_in.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = (
    15 * 60
)  # seconds a sign-in is fresh enough to give rights away (people/views/fresh.py)
MFA_ADAPTER = "sign_in.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # the device knows whose finger, face or PIN it is
SOCIALACCOUNT_ADAPTER = "sign_in.adapters.Providers"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds; a person waits for the answer
# A link and not a form: a browser checks `form-action` against every further place a provider leads to.
SOCIALACCOUNT_LOGIN_ON_GET = True
SESSION_ENGINE = "people.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: a working day, then sign in again
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
if SITE_URL.startswith("https://"):  # a browser takes such a cookie from this very host alone, over TLS
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if SITE_URL.startswith("https://"):
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    CSRF_TRUSTED_ORIGINS = [SITE_URL]
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

# SQLite, the embedded default, leaves out the further columns of a covering index and works without them. The header
# against frames is sent by web.headers, on answers that Django's own middleware does not see too.
SILENCED_SYSTEM_CHECKS = ["models.W040", "security.W002"]

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True

# The first counts tries to sign in; without Redis each process of the web server counts for itself. "process" keeps
# what can never change, such as how a plan stood at the end of a quarter that is over.
CACHES = {
    "default": cache(REDIS_URL),
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process", "TIMEOUT": 86_400},
}

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if FILES_URL:
    STORAGES["files"] = object_storage(FILES_URL, FILES_ACCESS_KEY, FILES_SECRET_KEY)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["web.api_authentication.SignedIn"],
    "DEFAULT_PERMISSION_CLASSES": ["people.api_permissions.MemberOnly"],
    "DEFAULT_RENDERER_CLASSES": ["web.api_rendering.Json"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "web.pagination.Pages",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is answered like every other method that the API does not describe
    "URL_FORMAT_OVERRIDE": None,  # `?format=` is a parameter that the API does not know
    "NUM_PROXIES": 1 if BEHIND_TLS_PROXY else 0,  # whose word on a client's address is believed, in web/throttles.py
}
SPECTACULAR_SETTINGS = {
    "TITLE": "planapp API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["people.api_permissions.MemberOnly"],
    "ENUM_NAME_OVERRIDES": {
        "ReportedStatusEnum": "initiatives.models.Status",
        "EffectiveStatusEnum": "initiatives.models.EffectiveStatus",
    },
}

# What may not be lost is a row; Celery only rings the doorbell (docs/adr/0006).
WORKER_APP = "planapp.celery.app"  # loaded by who rings, not by every command
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = celery_broker(REDIS_URL, DATA_DIR)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 140_000  # kB; a process that a large file has filled is replaced after its task
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets": {"()": "web.logs.HideSecrets"}, "work": {"()": "web.logs.NameWork"}},
    "formatters": {
        "line": {"()": "web.logs.Line", "format": "{asctime} {levelname} {name} {work} {message}", "style": "{"},
        "json": {"()": "web.logs.Json"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["secrets", "work"]}
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"planapp.security": {"level": SECURITY_LOG_LEVEL}},
}

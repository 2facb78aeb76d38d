"""Settings, from the environment. What is not said there is the safe choice.

=====================  ====================================================================================
DJANGO_SECRET_KEY      required; `tools/plimsoll.py run` makes one for a checkout
DATABASE_URL           required; the application's login, which owns nothing
MIGRATOR_DATABASE_URL  the owner's login; makes the alias `migrator`. Give it to `migrate`, never to a server
PLIMSOLL_HOSTS         host names served, separated by commas; loopback only unless given
PLIMSOLL_HTTPS         1 (default): TLS is required of every request; 0: plain HTTP, for loopback
PLIMSOLL_PROXY         1: a proxy in front terminates TLS and sets X-Forwarded-Proto; 0 (default)
PLIMSOLL_ORIGINS       origins trusted with forms besides the hosts, separated by commas
PLIMSOLL_DEBUG         1 shows tracebacks; 0 (default)
CELERY_BROKER_URL      a Redis or Valkey address; without it the day runs in-process
CELERY_RESULT_BACKEND  where task results go; the broker unless given
PLIMSOLL_SEAL_KEYS     directory of the private keys of seals; .plimsoll/seal-keys unless given
PLIMSOLL_STATIC_ROOT   where collectstatic puts files; without it they are served from the packages
=====================  ====================================================================================
"""

import os
import sys
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import admin_site

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent


def required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. On a developer's machine start with `python tools/plimsoll.py run -- ...`."
        )
    return value


def switch(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "1" if default else "0")
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}.")
    return value == "1"


def names(name: str, *, default: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


SECRET_KEY = required("DJANGO_SECRET_KEY")
DEBUG = switch("PLIMSOLL_DEBUG", default=False)
ALLOWED_HOSTS = names("PLIMSOLL_HOSTS", default="localhost,127.0.0.1,[::1]")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "simple_history",
    "rest_framework",
    "accounts",
    "ledger",
    "custody",
    "contracts",
    "clearing",
    "clearing.marks",
    "clearing.settlement",
    "clearing.margin",
    "clearing.liquidation",
    "clearing.reconciliation",
    "clearing.corrections",
    "clearing.day",
    "clearing.reports",
    "clearing.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def database(url: str) -> dict[str, Any]:
    """One login. `make down` and administrators see by the name which command holds a connection."""
    parsed: dict[str, Any] = {**dj_database_url.parse(url)}
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
    options = {"application_name": f"{command} [{os.getpid()}]"[:63]}
    parsed["OPTIONS"] = {**options, **parsed.get("OPTIONS", {})}
    return parsed


DATABASES = {"default": database(required("DATABASE_URL"))}
if os.environ.get("MIGRATOR_DATABASE_URL"):
    DATABASES["migrator"] = database(os.environ["MIGRATOR_DATABASE_URL"])

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# History rows are written by database triggers, which bulk and raw SQL cannot get past; signals are off.
SIMPLE_HISTORY_ENABLED = False

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = os.environ.get("PLIMSOLL_STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None

HTTPS = switch("PLIMSOLL_HTTPS", default=True)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if switch("PLIMSOLL_PROXY", default=False) else None
)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = names("PLIMSOLL_ORIGINS", default="")
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "COERCE_DECIMAL_TO_STRING": True,
}

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "")
CELERY_RESULT_BACKEND = os.environ.get("CELERY_RESULT_BACKEND") or CELERY_BROKER_URL or None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A chunk whose worker died is delivered again: every step is idempotent, so twice is harmless; never is not.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE

# Private keys of seals: files of mode 0600, made by `seal_keys create`, never in the database.
SEAL_KEYS_DIRECTORY = Path(os.environ.get("PLIMSOLL_SEAL_KEYS") or BASE_DIR / ".plimsoll" / "seal-keys")

UNFOLD = admin_site.UNFOLD

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

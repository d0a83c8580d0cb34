"""Django's settings; what differs between installations comes from the environment."""

from __future__ import annotations

import sys
from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from banso.shell import environment

django_stubs_ext.monkeypatch()

PACKAGE = Path(__file__).resolve().parents[1]
HOME = environment.home()
TESTING = "pytest" in sys.modules

SECRET_KEY = environment.secret_key(HOME)
DEBUG = environment.flag("BANSO_DEBUG")
ALLOWED_HOSTS = environment.names("BANSO_HOSTS", "localhost,127.0.0.1,[::1]")
HTTPS = environment.flag("BANSO_HTTPS")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"] if HTTPS else []

STAGES = {
    "shared": ["users", "journal", "fields", "lake", "keys", "rest"],
    "know": ["accounts", "people", "subscriptions", "notes", "success", "forgetting"],
    "listen": ["events", "imports", "loads", "surveys", "invitations", "earlier", "answers"],
    "measure": ["metrics", "health", "readings", "revenue", "experience"],
    "prove": [
        "studies",
        "hypotheses",
        "tree",
        "effects",
        "lifetime",
        "prediction",
        "worth",
        "patterns",
        "contrasts",
        "scenarios",
    ],
    "act": ["signals", "tasks", "today", "visits"],
    "grow": [],
    "inform": [],
}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "template_partials",
    "django_htmx",
    "banso.shell",
    *(f"banso.{stage}.{app}" for stage, apps in STAGES.items() for app in apps),
    "allauth",
    "allauth.account",
]
MIDDLEWARE = [
    "banso.shell.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "banso.shell.middleware.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "banso.shell.middleware.upload_limit",
    "banso.shell.middleware.reader",
]
ROOT_URLCONF = "banso.shell.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "banso.shell.context.page",
            ],
        },
    }
]
DATABASES = {"default": environment.database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
ACCOUNT_ADAPTER = "banso.shell.signing_in.ClosedSignUp"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
MAIL = environment.mail()
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_HOST = MAIL.get("EMAIL_HOST", "localhost")
EMAIL_PORT = MAIL.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = MAIL.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = MAIL.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
PUBLIC_URL = environment.address("BANSO_URL")
DEFAULT_FROM_EMAIL = environment.text("BANSO_EMAIL_FROM", "banso@localhost")

USE_TZ = True
TIME_ZONE = environment.text("BANSO_TIME_ZONE", "Asia/Tokyo")
LANGUAGE_CODE = "en"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
FORMAT_MODULE_PATH = ["banso.shell.formats"]

STATIC_URL = "static/"
STATIC_ROOT = None if TESTING else HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
MEDIA_ROOT = HOME / "uploads"
INCOMING_ROOT = HOME / "incoming"
LAKE_ROOT = HOME / "lake"
LAKE_MEMORY = environment.text("BANSO_LAKE_MEMORY", "1GB")
LAKE_THREADS = int(environment.text("BANSO_LAKE_THREADS", "2"))
LAKE_ENGINE = environment.one_of("BANSO_LAKE_ENGINE", ("duckdb", "spark", "clickhouse"))
SPARK_REMOTE = environment.text("BANSO_SPARK_REMOTE")
SPARK_LAKE = environment.text("BANSO_SPARK_LAKE")
SPARK_MEMORY = environment.text("BANSO_SPARK_MEMORY", "2g")
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
API_RATE = environment.whole("BANSO_API_EVENTS_PER_SECOND", 50_000)
API_REQUEST_RATE = environment.whole("BANSO_API_REQUESTS_PER_SECOND", 50)
INBOX_MOST_EVENTS = environment.whole("BANSO_INBOX_MOST_EVENTS", 20_000_000)
IMPORT_MOST_BYTES = int(environment.text("BANSO_IMPORT_MOST_MB", "4096")) * 1024 * 1024

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
BEHIND_PROXY = environment.flag("BANSO_BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# else all who sign in would share the proxy's address, and one guesser lock everybody out
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "banso.shell.logs.WithRequest"}},
    "formatters": {
        "json": {"()": "banso.shell.logs.JsonLines"},
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["request"],
            "formatter": environment.text(
                "BANSO_LOG_FORMAT", "plain" if DEBUG or TESTING else "json"
            ),
        }
    },
    "root": {
        "handlers": ["stderr"],
        "level": environment.text("BANSO_LOG_LEVEL", "WARNING" if TESTING else "INFO"),
    },
}

"""All settings, from the environment only. Production is the default posture.

Without ``DEBUG=1`` the process demands ``SECRET_KEY`` and ``ALLOWED_HOSTS``. docs/operating.md lists every variable.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from citygrid import env, openapi
from citygrid.common import logs

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env.text("CITYGRID_HOME", str(BASE_DIR / "var"))).resolve()
HOME.mkdir(parents=True, exist_ok=True)

# --- posture -------------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
DEMO = env.flag("CITYGRID_DEMO")  # set by `./run demo` alone: allows the demo accounts to exist
SECRET_KEY = env.text("SECRET_KEY") or ("debug-only-" + "abcdefghij" * 5 if DEBUG else "")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "Set SECRET_KEY or SECRET_KEY_FILE (50 random characters), or DEBUG=1 on a developer's machine."
    )
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
    raise ImproperlyConfigured(
        "SECRET_KEY is too short or too simple. Use at least 50 random characters, for example what "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(60))' prints."
    )
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the names this server answers to, separated by commas.")
HTTPS = env.flag("HTTPS", default=not DEBUG)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000 if HTTPS else 0, low=0, high=63_072_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # probes speak plain HTTP from inside
PROXIES = env.number("BEHIND_PROXY", 0, low=0, high=5)  # how many proxies of our own every request passes
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "gis.W001",  # Debian 12 ships GDAL 3.6; no spatial reference here is ever built from a user's string
]

# --- what is installed ---------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "notifications.apps.NotificationsConfig",
    "cases.apps.CasesConfig",
    "gridmap.apps.GridmapConfig",
    "citygrid.accounts.apps.AccountsConfig",
    "citygrid.common.apps.CommonConfig",
    "citygrid.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.humanize",
    "django.forms",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "leaflet",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_static",
]
MIDDLEWARE = [
    "citygrid.common.middleware.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "citygrid.accounts.middleware.SessionGuardMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "citygrid.common.web.RefusalMiddleware",
]
CSRF_FAILURE_VIEW = "citygrid.common.web.csrf_failure"
ROOT_URLCONF = "citygrid.urls"
ASGI_APPLICATION = "citygrid.asgi.application"
FORM_RENDERER = "citygrid.common.form_renderer.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gridmap.web.context.frame",
            ],
        },
    }
]

# --- engines -------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", HOME)}
DB_PREPARE = env.flag("DB_PREPARE", default=True)  # not behind a pooler that gives each transaction another connection
if DATABASES["default"]["ENGINE"].endswith("postgis"):
    if DB_PREPARE:
        # Statements are kept planned by common.statements alone. The rest asks for plans that suit many short questions
        # at once, of data that is in memory.
        DATABASES["default"]["OPTIONS"] = {
            "options": "-c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1",
        } | DATABASES["default"]["OPTIONS"]
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None
WEB_THREADS = env.number("WEB_THREADS", 8, low=1, high=64)  # of one web process; each keeps a connection
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if spatialite_library := env.text("SPATIALITE_LIBRARY_PATH", "mod_spatialite"):
    SPATIALITE_LIBRARY_PATH = spatialite_library
REDIS_URL = env.address("REDIS_URL", "", ("redis", "rediss", "unix"))
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# --- people --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "citygrid.accounts.backends.PasswordBackend",
    "gridmap.posts.backend.PostBackend",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_MIN_LENGTH = env.number("PASSWORD_MIN_LENGTH", 10, low=8, high=64)
PASSWORD_MAX_AGE_DAYS = env.number("PASSWORD_MAX_AGE_DAYS", 90, low=0, high=3650)  # 0: never expires
PASSWORD_HISTORY = env.number("PASSWORD_HISTORY", 5, low=0, high=24)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("username", "display_name", "mobile", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "citygrid.accounts.passwords.ThreeKindsValidator"},
    {"NAME": "citygrid.accounts.passwords.NotUsedBeforeValidator"},
]  # fmt: skip
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # so that an administrator can end a session
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30, low=1, high=1440)
SESSION_COOKIE_AGE = env.number("SESSION_MAX_HOURS", 12, low=1, high=168) * 3600
ADMIN_SECOND_FACTOR = env.flag("ADMIN_SECOND_FACTOR")
TOKEN_DAYS = env.number("TOKEN_DAYS", 30, low=1, high=366)
AXES_FAILURE_LIMIT = env.number("LOGIN_FAILURE_LIMIT", 5, low=3, high=20)
AXES_COOLOFF_TIME = env.number("LOGIN_LOCK_MINUTES", 20, low=1, high=1440) / 60  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "citygrid.accounts.lockout.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # the journal has every sign-in; a second list of addresses nobody needs
AXES_CLIENT_IP_CALLABLE = "citygrid.common.middleware.client_address"
# Columns with identity numbers and phones are encrypted with the first key; the others can still be read.
FIELD_KEYS = env.words("FIELD_KEYS") or [hashlib.sha256(b"field-key:" + SECRET_KEY.encode()).hexdigest()]

# --- place and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
# The second holds texts of Django that read better in another way; makemessages writes to the first alone.
LOCALE_PATHS = [BASE_DIR / "citygrid" / "locale", BASE_DIR / "citygrid" / "locale" / "overrides"]
TIME_ZONE = env.time_zone("TIME_ZONE", "Asia/Shanghai")
USE_I18N = USE_TZ = True
GRID_SEQUENCE_WIDTH = env.number("GRID_SEQUENCE_WIDTH", 3, low=2, high=4)  # digits behind the 12 of the community
CASE_PREFIX = env.text("CASE_PREFIX", "FD")  # letters that begin every case number
WORK_DAY_MODE = env.choice("WORK_DAY_MODE", "hours8", ("hours8", "end_of_day"))  # the city's reading of 工作日
REOPEN_DAYS = env.number("REOPEN_DAYS", 15, low=0, high=365)
FIELD_TASK_EXPIRE_HOURS = env.number("FIELD_TASK_EXPIRE_HOURS", 24, low=1, high=720)  # overdue by so much: called off
REQUEST_EXPIRE_DAYS = env.number("REQUEST_EXPIRE_DAYS", 7, low=1, high=365)  # a request nobody decided lapses
PLATFORM_UNIT = env.text("PLATFORM_UNIT", "PT")  # department that takes tickets whose unit is unclear (兜底)
TICKET_RETURN_HOURS = env.number("TICKET_RETURN_HOURS", 24, low=1, high=720)  # within which a unit may return a ticket
TICKET_REDO_MAX = env.number("TICKET_REDO_MAX", 2, low=0, high=9)  # so often a ticket is done again
TICKET_SIMILAR_DAYS = env.number("TICKET_SIMILAR_DAYS", 30, low=1, high=366)  # how far back duplicates are looked for
TICKET_SIMILAR_METRES = env.number("TICKET_SIMILAR_METRES", 300, low=10, high=5_000)  # how near their places lie
TICKET_SIMILAR_PERCENT = env.number("TICKET_SIMILAR_PERCENT", 40, low=1, high=100)  # score from which one is shown
CALLBACK_ATTEMPTS = env.number("CALLBACK_ATTEMPTS", 3, low=1, high=10)  # on so many days nobody answered: closed
CALLBACK_HOLD_MINUTES = env.number("CALLBACK_HOLD_MINUTES", 30, low=5, high=480)  # so long an agent has a call alone
CALLBACK_PAUSE_HOURS = env.number("CALLBACK_PAUSE_HOURS", 2, low=0, high=48)  # so long it rests after a vain attempt
CALLBACK_LINK_DAYS = env.number("CALLBACK_LINK_DAYS", 7, low=1, high=60)  # a link sent to a caller works so long
TRACK_NUMBER_ATTEMPTS = env.number("TRACK_NUMBER_ATTEMPTS", 5, low=3, high=100)  # wrong phones for a matter
TRACK_NUMBER_DAY_ATTEMPTS = env.number("TRACK_NUMBER_DAY_ATTEMPTS", 15, low=3, high=500)  # and within a day
TRACK_ADDRESS_ATTEMPTS = env.number("TRACK_ADDRESS_ATTEMPTS", 20, low=3, high=1000)  # wrong ones from an address
TRACK_LOCK_MINUTES = env.number("TRACK_LOCK_MINUTES", 60, low=1, high=1440)  # so long they are remembered
THREE_RATE_WEIGHTS = env.weights("THREE_RATE_WEIGHTS", "10,45,45")  # response, solution, satisfaction
FIELD_CHECK_METRES = env.number("FIELD_CHECK_METRES", 200, low=10, high=100_000)
CITY_CODE = env.digits("CITY_CODE", "350982", 6)  # GB/T 2260 code of the city or county this installation serves
MAP_REVIEW_NUMBER = env.text("MAP_REVIEW_NUMBER")  # 审图号, shown in the corner of every map
MAP_TILES_URL = env.text("MAP_TILES_URL")  # {z}/{x}/{y} template; empty: the project's own outlines alone
MAP_TILES_ATTRIBUTION = env.text("MAP_TILES_ATTRIBUTION")

# --- files, mail, logs ---------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "citygrid.common.static.VendorFinder",
]
STATIC_HASHED = env.flag("STATIC_HASHED", default=not DEBUG)  # names carry a hash; collectstatic makes them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "citygrid.common.static.HashedFilesStorage"
        if STATIC_HASHED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(HOME / "media")))
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_TEMP_DIR = HOME / "uploads"  # large uploads never fill the system's own temporary folder
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_MB", 200, low=1, high=2048) * 1024 * 1024
EVIDENCE_PHOTO_MAX_BYTES = env.number("EVIDENCE_PHOTO_MAX_MB", 20, low=1, high=200) * 1024 * 1024
# At most 89 million pixels: above, the imaging library itself begins to warn of bombs.
EVIDENCE_PHOTO_MAX_PIXELS = env.number("EVIDENCE_PHOTO_MAX_MEGAPIXELS", 64, low=1, high=89) * 1_000_000
EVIDENCE_DOCUMENT_MAX_BYTES = env.number("EVIDENCE_DOCUMENT_MAX_MB", 20, low=1, high=200) * 1024 * 1024
EVIDENCE_VIDEO_MAX_BYTES = env.number("EVIDENCE_VIDEO_MAX_MB", 100, low=1, high=2048) * 1024 * 1024
EVIDENCE_VIDEO_MAX_SECONDS = env.number("EVIDENCE_VIDEO_MAX_SECONDS", 60, low=5, high=3600)
EVIDENCE_UNUSED_HOURS = env.number("EVIDENCE_UNUSED_HOURS", 48, low=1, high=720)  # then an unused upload is deleted
EVIDENCE_FONT = env.text("EVIDENCE_FONT")  # font with Chinese characters for the watermark; empty: one is looked for
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env.text("MAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = env.text("MAIL_HOST", "localhost")
EMAIL_PORT = env.number("MAIL_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = env.text("MAIL_USER")
EMAIL_HOST_PASSWORD = env.text("MAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("MAIL_TLS")
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "citygrid@localhost")
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "json", ("json", "console"))
LOGGING_CONFIG = "citygrid.common.logs.configure"
LOGGING = logs.config(level=LOG_LEVEL, fmt=LOG_FORMAT)

# --- content security policy: no inline script, nothing from elsewhere ----------------------------------------------
_tiles = [MAP_TILES_URL.split("/{")[0].rsplit("/", 1)[0]] if MAP_TILES_URL.startswith("http") else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "style-src-attr": [NONE],
        "img-src": [SELF, "data:", "blob:", *_tiles],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- API -----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = openapi.FRAMEWORK
SPECTACULAR_SETTINGS = openapi.DESCRIPTION
LEAFLET_CONFIG = {
    "DEFAULT_CENTER": (27.33217, 120.20016),
    "DEFAULT_ZOOM": 14,
    "TILES": [("tiles", MAP_TILES_URL, MAP_TILES_ATTRIBUTION)] if MAP_TILES_URL else [],
    "RESET_VIEW": False,
    "ATTRIBUTION_PREFIX": MAP_REVIEW_NUMBER,
}

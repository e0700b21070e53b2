"""All settings of Muster, read once from the environment (docs/settings.md lists them).

Without any variable set, this is a real product on one machine: SQLite, private local photos,
the on-device face engine, mail written to files; everything of its own stands in `var/`.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from integrations import parameters
from portal import admin_look, local_secrets

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- where things stand -----------------------------------------------------------------------
VAR_DIR = Path(env.str("MUSTER_VAR", default=str(BASE_DIR / "var")))
DEMO = env.bool("MUSTER_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)

# Secrets come from the environment, else from Systems Manager where a path is named, read when they
# are first used (integrations.parameters), else from a file that this machine makes for itself.
MUSTER_PARAMETERS = env.str("MUSTER_PARAMETERS", default="").rstrip("/")
SECRET_KEY = env.str("SECRET_KEY", default="") or (
    parameters.late(MUSTER_PARAMETERS, "SECRET_KEY")
    if MUSTER_PARAMETERS
    else local_secrets.load(VAR_DIR)["secret_key"]
)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[]) or (
    parameters.late_list(MUSTER_PARAMETERS, "SECRET_KEY_FALLBACKS") if MUSTER_PARAMETERS else []
)

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("MUSTER_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
_IS_HTTPS = PUBLIC_URL.startswith("https://")

# --- apps and floors --------------------------------------------------------------------------
INSTALLED_APPS = [
    # Muster's own stand first: its templates take the place of a library's page of the same name.
    "companies",
    "attendance",
    "leave",
    "portal",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
]

MIDDLEWARE = [
    "portal.middleware.request_id",
    "portal.middleware.tasks_after",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.browser_policies",
    "portal.middleware.admin_content_policy",
    "portal.middleware.no_zero_bytes",
    # The door of punches stands before sessions: it reads no cookie (attendance.door).
    "attendance.door.PunchDoorMiddleware",
    "portal.middleware.small_bodies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.LoginRequired",
    "allauth.account.middleware.AccountMiddleware",
    "portal.sign_ins.sign_ins",
    "portal.middleware.private_answers",
    "portal.middleware.company",
    "portal.sessions.seen",
    "portal.middleware.SameCompany",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.second_factor.SecondFactorRequired",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
# What may be unresolved in a month before it is locked: who counts it (attendance.selectors).
MUSTER_UNRESOLVED = (
    "attendance.selectors.unresolved.of_attendance",
    "leave.selectors.requests.unresolved",
)
# What is open when somebody leaves: who lists it (companies.leaving).
MUSTER_LEAVING = (
    "companies.selectors.leaving.open_of_companies",
    "attendance.selectors.leaving.open_of_attendance",
    "leave.selectors.leaving.open_of_leave",
)
# What people may do from Slack: who offers it (companies.slack), and who sends and works on it.
MUSTER_SLACK_OFFERS = ("attendance.slack.OFFERS", "leave.slack.OFFERS")
MUSTER_SLACK_SENDER = "companies.slack_work.send"
MUSTER_SLACK_DIGEST = "leave.slack.away.digest"
# Which codes of leave a company has (attendance.selectors.leave_codes).
MUSTER_LEAVE_CODES = "leave.selectors.plans.codes"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.page",
            ],
            # Every form, also a library's, says for which company its page was made.
            "builtins": ["companies.templatetags.same_company"],
        },
    },
]

# --- records ----------------------------------------------------------------------------------
MUSTER_DATABASE_SECRET = env.str("MUSTER_DATABASE_SECRET", default="")
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'muster.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: `atomic()` takes the write lock first, so "lock, then look" holds here too.
    # FULL: NORMAL may lose the last commits when the power goes. RECURSIVE: without it, REPLACE
    # deletes rows past the triggers that keep records (companies.integrity).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if env.str("MUSTER_JOURNAL_TABLE", default=""):
        # Where punches stand in the journal, nobody waits for a database that does not answer:
        # seconds to connect, milliseconds until what was sent must have been received.
        DATABASES["default"].setdefault("OPTIONS", {}).update(
            {"connect_timeout": 2, "tcp_user_timeout": 2000}
        )
    # A password that the address does not tell stands in Secrets Manager; it is read to connect.
    if MUSTER_DATABASE_SECRET:
        DATABASES["default"]["PASSWORD"] = parameters.database_password(MUSTER_DATABASE_SECRET)

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # allauth counts here how often somebody confirms who they are: of 300, Django's own
        # number, a few strangers would push out their own.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "companies.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "attendance:today"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
# allauth reads, then writes the cache: tries at the same moment share one count. Ours are counted
# by one statement (companies.services.sign_in, portal.accounts).
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("MUSTER_TRUSTED_PROXIES", default=0)

# Second steps (portal.mfa_views); their secrets are sealed by the keys of MUSTER_FACE_KEYS.
MFA_ADAPTER = "portal.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Addresses are shown to be somebody's own by Muster's links, not by allauth's table of them.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Signing in by a Cognito user pool, beside passwords, where all three are named (portal.cognito).
SOCIALACCOUNT_ADAPTER = "portal.cognito.PoolSignInAdapter"
MUSTER_COGNITO_ISSUER = env.str("MUSTER_COGNITO_ISSUER", default="").rstrip("/")
MUSTER_COGNITO_CLIENT_ID = env.str("MUSTER_COGNITO_CLIENT_ID", default="")
MUSTER_COGNITO_DOMAIN = env.str("MUSTER_COGNITO_DOMAIN", default="").rstrip("/")
MUSTER_COGNITO_CLIENT_SECRET = env.str("MUSTER_COGNITO_CLIENT_SECRET", default="") or (
    parameters.late(MUSTER_PARAMETERS, "MUSTER_COGNITO_CLIENT_SECRET", is_needed=False)
    if MUSTER_PARAMETERS
    else ""
)
# Slack, where all three of its app are there (docs/slack.md): people write /muster there.
MUSTER_SLACK_API = env.str("MUSTER_SLACK_API", default="https://slack.com/api/").rstrip("/") + "/"
_slack = urlsplit(MUSTER_SLACK_API)
MUSTER_SLACK_ORIGIN = f"{_slack.scheme}://{_slack.netloc}"
MUSTER_SLACK_CLIENT_ID = env.str("MUSTER_SLACK_CLIENT_ID", default="") or (
    parameters.late(MUSTER_PARAMETERS, "MUSTER_SLACK_CLIENT_ID", is_needed=False)
    if MUSTER_PARAMETERS
    else ""
)
MUSTER_SLACK_CLIENT_SECRET = env.str("MUSTER_SLACK_CLIENT_SECRET", default="") or (
    parameters.late(MUSTER_PARAMETERS, "MUSTER_SLACK_CLIENT_SECRET", is_needed=False)
    if MUSTER_PARAMETERS
    else ""
)
MUSTER_SLACK_SIGNING_SECRET = env.str("MUSTER_SLACK_SIGNING_SECRET", default="") or (
    parameters.late(MUSTER_PARAMETERS, "MUSTER_SLACK_SIGNING_SECRET", is_needed=False)
    if MUSTER_PARAMETERS
    else ""
)
MUSTER_OPERATOR_SECOND_FACTOR = env.bool("MUSTER_OPERATOR_SECOND_FACTOR", default=not DEMO)

SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Scripts read the token from the page.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
if _IS_HTTPS:
    # Browsers take a cookie of such a name from this very host only, and over TLS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

# --- words and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files, mail, faces -----------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "photos", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False
if DEMO or DEBUG:
    # No collecting before the first page: the files are served from where they lie.
    STATIC_ROOT = None
    WHITENOISE_USE_FINDERS = True
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

MAIL_DIR = VAR_DIR / "mail"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(MAIL_DIR)
# A mail server that does not answer must not hold up the scheduler's other jobs.
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("MUSTER_MAIL_FROM", default="Muster <muster@localhost>")
if env.str("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))

MUSTER_FACE_ENGINE = env.str("MUSTER_FACE_ENGINE", default="dlib")
MUSTER_FACE_WORKERS = env.int("MUSTER_FACE_WORKERS", default=1)
MUSTER_FACE_SECONDS = env.int("MUSTER_FACE_SECONDS", default=20)
MUSTER_FACE_KEYS = env.json("MUSTER_FACE_KEYS", default=None) or (
    parameters.late_json(MUSTER_PARAMETERS, "MUSTER_FACE_KEYS")
    if MUSTER_PARAMETERS
    else local_secrets.load(VAR_DIR)["face_keys"]
)

# --- AWS: each part by itself; without a name, nothing of AWS is touched -------------------------
# Punches are written to this table of DynamoDB before the database (integrations.journal).
MUSTER_JOURNAL_TABLE = env.str("MUSTER_JOURNAL_TABLE", default="")
# Zappa invokes the function itself for what somebody waits for; `none` leaves it to the scheduler.
MUSTER_TASKS = env.str("MUSTER_TASKS", default="none")
# SES in place of a mail server; what becomes of its mails comes back by the topic of that name.
MUSTER_MAIL = env.str("MUSTER_MAIL", default="server")
MUSTER_MAIL_TOPIC = env.str("MUSTER_MAIL_TOPIC", default="")
ANYMAIL = {
    "AMAZON_SES_CONFIGURATION_SET_NAME": env.str("MUSTER_SES_CONFIGURATION_SET", default="") or None
}
if MUSTER_MAIL == "ses":
    EMAIL_BACKEND = "integrations.ses.SesBackend"
# Punches and decisions are told to this SNS topic (its ARN), one event each.
MUSTER_ANNOUNCE_TOPIC = env.str("MUSTER_ANNOUNCE_TOPIC", default="")
# Pictures in a private bucket. Browsers follow signed links there, and post large files to it.
MUSTER_PHOTO_BUCKET = env.str("MUSTER_PHOTO_BUCKET", default="")
MUSTER_PHOTO_KMS_KEY = env.str("MUSTER_PHOTO_KMS_KEY", default="")
MUSTER_PHOTO_ORIGIN = env.str("MUSTER_PHOTO_ORIGIN", default="")
if MUSTER_PHOTO_BUCKET:
    _region = env.str("AWS_REGION", default="us-east-1")
    MUSTER_PHOTO_ORIGIN = (
        MUSTER_PHOTO_ORIGIN or f"https://{MUSTER_PHOTO_BUCKET}.s3.{_region}.amazonaws.com"
    )
    STORAGES["default"] = {
        "BACKEND": "integrations.s3.PictureStorage",
        "OPTIONS": {"bucket_name": MUSTER_PHOTO_BUCKET, "kms_key": MUSTER_PHOTO_KMS_KEY},
    }
_PHOTOS = [MUSTER_PHOTO_ORIGIN] if MUSTER_PHOTO_BUCKET else []
# Static files at an address of their own. A release uploads them (the bucket is named only there)
# and leaves their hashed names in the manifest, which is all that the function needs of them.
MUSTER_STATIC_URL = env.str("MUSTER_STATIC_URL", default="")
MUSTER_STATIC_BUCKET = env.str("MUSTER_STATIC_BUCKET", default="")
MUSTER_STATIC_MANIFEST = Path(
    env.str("MUSTER_STATIC_MANIFEST", default=str(BASE_DIR / "static-manifest"))
)
_STATIC: list[str] = []
if MUSTER_STATIC_URL:
    STATIC_URL = MUSTER_STATIC_URL.rstrip("/") + "/"
    _static = urlsplit(STATIC_URL)
    _STATIC = [f"{_static.scheme}://{_static.netloc}"]
    MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")
    STORAGES["staticfiles"] = {
        "BACKEND": "integrations.static_files.PackagedNames",
        "OPTIONS": {"manifest": MUSTER_STATIC_MANIFEST},
    }
    if MUSTER_STATIC_BUCKET:
        STORAGES["staticfiles"] = {
            "BACKEND": "integrations.s3_static.BucketStatic",
            "OPTIONS": {
                "bucket_name": MUSTER_STATIC_BUCKET,
                "folder": _static.path.strip("/"),
                "manifest": MUSTER_STATIC_MANIFEST,
            },
        }
# For MUSTER_FACE_ENGINE=rekognition: how its collections begin, and how check-ins are compared.
MUSTER_REKOGNITION_PREFIX = env.str("MUSTER_REKOGNITION_PREFIX", default="")
MUSTER_REKOGNITION_MATCH = env.str("MUSTER_REKOGNITION_MATCH", default="search")
MUSTER_REKOGNITION_TPS = env.int("MUSTER_REKOGNITION_TPS", default=5)
MUSTER_REKOGNITION_LIVENESS = env.int("MUSTER_REKOGNITION_LIVENESS", default=0)
# An Aurora cluster of which the job `backup` makes a snapshot a day.
MUSTER_BACKUP_CLUSTER = env.str("MUSTER_BACKUP_CLUSTER", default="")
# `emf` writes numbers as CloudWatch reads them out of the log; `log` as lines.
MUSTER_METRICS = env.str("MUSTER_METRICS", default="log")
# The queue by which the bucket of pictures tells of what was sent to it.
MUSTER_UPLOAD_QUEUE = env.str("MUSTER_UPLOAD_QUEUE", default="")

# --- the browser's rules ----------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE, *_STATIC],
        "style-src": [SELF, NONCE, *_STATIC],
        "img-src": [SELF, "data:", *_PHOTOS, *_STATIC],
        "font-src": [SELF, *_STATIC],
        "connect-src": [SELF, *_PHOTOS],
        "media-src": [SELF, "blob:"],
        "manifest-src": [SELF, *_STATIC],
        # Signing in by the pool is a form, and browsers judge where its answer leads too.
        "form-action": [SELF, MUSTER_COGNITO_DOMAIN] if MUSTER_COGNITO_DOMAIN else [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
# What unfold's Alpine.js and inline styles need beyond that, under the two admin sites only.
ADMIN_CONTENT_SECURITY_POLICY = {
    **CONTENT_SECURITY_POLICY["DIRECTIVES"],
    "script-src": [SELF, UNSAFE_EVAL, *_STATIC],
    "style-src": [SELF, UNSAFE_INLINE, *_STATIC],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _IS_HTTPS and env.bool("MUSTER_REDIRECT_TO_HTTPS", default=True)
# Whoever asks whether the machine is well asks from beside it, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _IS_HTTPS
if env.bool("MUSTER_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The door checks the size of a picture itself; this bounds everything else, files too
# (portal.middleware.small_bodies). None of it touches the disk on its way.
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- logs -------------------------------------------------------------------------------------
# `json` is for CloudWatch and needs Powertools, which a machine of one's own does not have.
MUSTER_LOGS = env.str("MUSTER_LOGS", default="lines")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "portal.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "portal.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if MUSTER_LOGS == "json" else "line",
        }
    },
    # It tells of every client where its credentials come from.
    "loggers": {"botocore": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": env.str("MUSTER_LOG_LEVEL", default="INFO")},
}

# --- the admin sites --------------------------------------------------------------------------
UNFOLD = admin_look.HR
UNFOLD_OPERATOR = admin_look.OPERATOR

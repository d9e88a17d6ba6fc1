import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "only an example"
DEBUG = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "web.urls"
WSGI_APPLICATION = "web.wsgi.application"
INSTALLED_APPS = ["django.contrib.sessions"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3",
                         "NAME": os.environ.get("DATABASE", BASE_DIR / "db.sqlite3")}}

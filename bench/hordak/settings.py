"""Settings of a Django that holds django-hordak alone: the server and the driver are those of Plimsoll."""

import os

import dj_database_url

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"]
DATABASES = {"default": {**dj_database_url.parse(os.environ["HORDAK_DATABASE_URL"])}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
TIME_ZONE = "UTC"
HORDAK_MAX_DIGITS = 20
HORDAK_DECIMAL_PLACES = 2
HORDAK_INTERNAL_CURRENCY = DEFAULT_CURRENCY = "USD"
HORDAK_CURRENCIES = CURRENCIES = ["USD"]

"""How the apps are put together: settings, URLs, the Celery application. Nothing imports this package.

The Celery application is loaded with Django, so that tasks bind to it in every process.
"""

from config.celery import app as celery_app

__all__ = ["celery_app"]

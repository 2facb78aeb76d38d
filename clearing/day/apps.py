from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DayConfig(AppConfig):
    name = "clearing.day"
    verbose_name = _("The business day")

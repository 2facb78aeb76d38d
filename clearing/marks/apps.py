from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarksConfig(AppConfig):
    name = "clearing.marks"
    verbose_name = _("Prices and marks")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    name = "clearing.settlement"
    verbose_name = _("Trades and settlement")

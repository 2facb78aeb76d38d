from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiquidationConfig(AppConfig):
    name = "clearing.liquidation"
    label = "liquidation"
    verbose_name = _("Liquidation")

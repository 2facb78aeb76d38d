"""Balances kept beside the postings, each proved equal to them at every close and by `verify_ledger`."""

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Account, Limit
from ledger.models.books import Book

DIGITS_OF_A_SUM = 40
"""Of what a day moved on an account, and of what it holds by value date: neither has a bound."""

LARGEST_BALANCE_MINOR = 10**17
"""What an account may hold on either side; of a hot one the posting rule looks, at large movements."""


class Balance(models.Model):
    """The running balance of an account; of a hot account what has been rolled up so far.

    Written by the rules of postings and holds alone. The limit is copied from the account at its opening, so
    that the check is a constraint of this row: whoever moves the balance past it is refused, whatever the
    door. `held_minor` is what holds set aside, never negative; it counts against either limit.
    """

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="balance"
    )
    balance_minor = models.BigIntegerField(_("balance"), default=0)
    limit = models.CharField(_("limit"), max_length=17, choices=Limit)
    is_hot = models.BooleanField(_("hot"))
    held_minor = models.BigIntegerField(_("held"), default=0, db_default=0)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.CheckConstraint(
                condition=~Q(limit="no_debit_balance") | Q(balance_minor__lte=Value(0) - F("held_minor")),
                name="ledger_balance_not_in_debit",
            ),
            models.CheckConstraint(
                condition=~Q(limit="no_credit_balance") | Q(balance_minor__gte=F("held_minor")),
                name="ledger_balance_not_in_credit",
            ),
            models.CheckConstraint(condition=Q(held_minor__gte=0), name="ledger_balance_held_not_negative"),
            models.CheckConstraint(
                condition=Q(is_hot=True)
                | Q(balance_minor__gte=-LARGEST_BALANCE_MINOR, balance_minor__lte=LARGEST_BALANCE_MINOR),
                name="ledger_balance_within_bound",
            ),
        ]

    def __str__(self) -> str:
        return str(self.balance_minor)


class BalanceDelta(models.Model):
    """What one statement moved on a hot account, not yet rolled up."""

    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_constraint=False, related_name="deltas"
    )
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("balance delta")
        verbose_name_plural = _("balance deltas")

    def __str__(self) -> str:
        return str(self.amount_minor)


class CurrentBalance(models.Model):
    """View: of every account what is booked (roll-up plus deltas), held, and available.

    `available_minor` may leave, as a positive amount, whichever side the account stands on; NULL: no limit.
    """

    account = models.OneToOneField(
        Account, on_delete=models.DO_NOTHING, primary_key=True, related_name="current_balance"
    )
    balance_minor = models.BigIntegerField(_("balance"))
    held_minor = models.BigIntegerField(_("held"))
    available_minor = models.BigIntegerField(_("available"), null=True)

    class Meta:
        managed = False
        db_table = "ledger_currentbalance"
        verbose_name = _("current balance")
        verbose_name_plural = _("current balances")

    def __str__(self) -> str:
        return str(self.balance_minor)


class DailySnapshot(models.Model):
    """The balance of an account at the close of a day on which it moved, with the day's turnovers.

    Turnovers are numeric: what goes in and out all day is more than the account ever holds.

    A day that was reopened and closed again has another row of the next close number: the newest counts.
    """

    pk = models.CompositePrimaryKey("account_id", "business_date", "close_no")
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="snapshots"
    )
    business_date = models.DateField(_("business date"))
    close_no = models.SmallIntegerField(_("close number"), default=1, db_default=1)
    book = models.ForeignKey(
        Book, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    balance_minor = models.BigIntegerField(_("balance"))
    debit_minor = models.DecimalField(_("debits"), max_digits=DIGITS_OF_A_SUM, decimal_places=0)
    credit_minor = models.DecimalField(_("credits"), max_digits=DIGITS_OF_A_SUM, decimal_places=0)

    class Meta:
        verbose_name = _("daily snapshot")
        verbose_name_plural = _("daily snapshots")
        indexes = [models.Index(fields=["book", "business_date"], name="ledger_dailysnapshot_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(debit_minor__gte=0, credit_minor__lte=0), name="ledger_dailysnapshot_sides_signed"
            ),
            models.CheckConstraint(
                condition=Q(close_no__gt=0), name="ledger_dailysnapshot_close_no_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.business_date}"


class ValueSnapshot(models.Model):
    """The balance of an account by value date, of everything booked up to the close of a day.

    A close writes a row for each value date that its day touched, and a new version of each later one of the
    same account. Debits, credits and the number of postings are those of this booking day and value date.
    """

    pk = models.CompositePrimaryKey("account_id", "closed_date", "close_no", "value_date")
    account = models.ForeignKey(
        Account,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="value_snapshots",
    )
    value_date = models.DateField(_("value date"))
    closed_date = models.DateField(_("known at the close of"))
    close_no = models.SmallIntegerField(_("close number"), default=1, db_default=1)
    book = models.ForeignKey(
        Book, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    balance_minor = models.DecimalField(_("balance"), max_digits=DIGITS_OF_A_SUM, decimal_places=0)
    debit_minor = models.DecimalField(_("debits"), max_digits=DIGITS_OF_A_SUM, decimal_places=0)
    credit_minor = models.DecimalField(_("credits"), max_digits=DIGITS_OF_A_SUM, decimal_places=0)
    posting_count = models.BigIntegerField(_("postings"))

    class Meta:
        verbose_name = _("value snapshot")
        verbose_name_plural = _("value snapshots")
        indexes = [
            models.Index(
                fields=["account", "value_date", "closed_date", "close_no"], name="ledger_valuesnapshot_value"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(debit_minor__gte=0, credit_minor__lte=0, posting_count__gte=0),
                name="ledger_valuesnapshot_sides_signed",
            ),
            models.CheckConstraint(
                condition=Q(close_no__gt=0), name="ledger_valuesnapshot_close_no_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.value_date} ({self.closed_date})"

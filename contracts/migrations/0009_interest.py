"""Benchmarks, fixings, floating rates, holds and changes of interest, penalties."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contracts", "0008_lifecycle_sql"), ("accounts", "0009_approval_rules")]

    operations = [
        migrations.CreateModel(
            name="Benchmark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("administrator", models.CharField(max_length=120, verbose_name="administrator")),
                (
                    "valid_days",
                    models.PositiveSmallIntegerField(verbose_name="days that a fixing is good for"),
                ),
            ],
            options={
                "verbose_name": "benchmark",
                "verbose_name_plural": "benchmarks",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="BenchmarkFixing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fixing_date", models.DateField(verbose_name="fixed on")),
                ("rate_ppm", models.IntegerField(verbose_name="rate")),
                ("source", models.CharField(max_length=200, verbose_name="source")),
            ],
            options={
                "verbose_name": "fixing",
                "verbose_name_plural": "fixings",
                "ordering": ["benchmark", "fixing_date", "id"],
            },
        ),
        migrations.CreateModel(
            name="InterestChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_date", models.DateField(verbose_name="from")),
                ("after_run", models.BigIntegerField(verbose_name="after run")),
            ],
            options={
                "verbose_name": "change of interest",
                "verbose_name_plural": "changes of interest",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="InterestHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[("fixing_missing", "A fixing of the benchmark is missing")],
                        max_length=14,
                        verbose_name="reason",
                    ),
                ),
                ("missing_from", models.DateField(verbose_name="missing from")),
                ("held_on", models.DateField(verbose_name="held on")),
                ("lifted_on", models.DateField(blank=True, null=True, verbose_name="lifted on")),
            ],
            options={
                "verbose_name": "hold of interest",
                "verbose_name_plural": "holds of interest",
                "ordering": ["-held_on", "contract"],
            },
        ),
        migrations.CreateModel(
            name="PenaltyAccrual",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("accrual_date", models.DateField(verbose_name="accrued up to")),
                ("overdue_minor", models.BigIntegerField(verbose_name="overdue")),
                (
                    "cumulative_numerator",
                    models.DecimalField(decimal_places=0, max_digits=48, verbose_name="cumulative numerator"),
                ),
                ("cumulative_posted_minor", models.BigIntegerField(verbose_name="posted in all")),
                ("posted_minor", models.BigIntegerField(verbose_name="posted")),
            ],
            options={
                "verbose_name": "penalty accrual",
                "verbose_name_plural": "penalty accruals",
                "ordering": ["contract", "accrual_date"],
            },
        ),
        migrations.CreateModel(
            name="PenaltyRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("accrual_date", models.DateField(verbose_name="accrued up to")),
                ("sequence", models.PositiveIntegerField(verbose_name="number")),
            ],
            options={
                "verbose_name": "penalty run",
                "verbose_name_plural": "penalty runs",
                "ordering": ["book", "accrual_date", "sequence"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="interestaccrual",
            name="contracts_interestaccrual_figures_finite",
        ),
        migrations.RemoveConstraint(
            model_name="interestadjustment",
            name="contracts_interestadjustment_once",
        ),
        migrations.RemoveConstraint(
            model_name="termsversion",
            name="contracts_termsversion_day_count_known",
        ),
        migrations.AddField(
            model_name="interestaccrual",
            name="same_day_numerator",
            field=models.DecimalField(
                db_default=0,
                decimal_places=0,
                default=0,
                max_digits=40,
                verbose_name="numerator of loans of one day",
            ),
        ),
        migrations.AddField(
            model_name="interestadjustment",
            name="run",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adjustments",
                to="contracts.interestrun",
                verbose_name="run",
            ),
        ),
        migrations.AddField(
            model_name="interestadjustment",
            name="same_day_numerator",
            field=models.DecimalField(
                db_default=0,
                decimal_places=0,
                default=0,
                max_digits=40,
                verbose_name="numerator of loans of one day",
            ),
        ),
        migrations.AddField(
            model_name="interestadjustment",
            name="value_date",
            field=models.DateField(null=True, verbose_name="value date"),
        ),
        migrations.AddField(
            model_name="termsversion",
            name="capitalisation_months",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="months between capitalisations"),
        ),
        migrations.AddField(
            model_name="termsversion",
            name="penalty_mode",
            field=models.CharField(
                choices=[
                    ("INSTEAD", "instead of contract interest"),
                    ("ON_TOP", "on top of contract interest"),
                ],
                default="INSTEAD",
                max_length=7,
                verbose_name="penalty runs",
            ),
        ),
        migrations.AddField(
            model_name="termsversion",
            name="rate_cap_ppm",
            field=models.IntegerField(default=1000000, verbose_name="cap of the rate"),
        ),
        migrations.AddField(
            model_name="termsversion",
            name="rate_floor_ppm",
            field=models.IntegerField(default=0, verbose_name="floor of the rate"),
        ),
        migrations.AddField(
            model_name="termsversion",
            name="reset_months",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="months between resets"),
        ),
        migrations.AddField(
            model_name="termsversion",
            name="same_day_rule",
            field=models.CharField(
                choices=[("FREE", "costs nothing"), ("ONE_DAY", "counts one day")],
                default="FREE",
                max_length=7,
                verbose_name="loan of one day",
            ),
        ),
        migrations.AddField(
            model_name="termsversion",
            name="spread_ppm",
            field=models.IntegerField(default=0, verbose_name="spread over the benchmark"),
        ),
        migrations.AlterField(
            model_name="interestaccrual",
            name="contract",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accruals",
                to="contracts.financingcontract",
                verbose_name="contract",
            ),
        ),
        migrations.AlterField(
            model_name="interestaccrual",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accruals",
                to="contracts.interestrun",
                verbose_name="run",
            ),
        ),
        migrations.AlterField(
            model_name="interestaccrual",
            name="tranche",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accruals",
                to="contracts.fundingtranche",
                verbose_name="tranche",
            ),
        ),
        migrations.AlterField(
            model_name="interestadjustment",
            name="correction",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adjustments",
                to="contracts.ratecorrection",
                verbose_name="correction",
            ),
        ),
        migrations.AlterField(
            model_name="termsversion",
            name="day_count",
            field=models.CharField(
                choices=[
                    ("ACT_365F", "actual/365 fixed"),
                    ("ACT_360", "actual/360"),
                    ("ACT_ACT_ISDA", "actual/actual (ISDA)"),
                    ("THIRTY_360_BOND", "30/360 bond basis"),
                    ("THIRTY_360_US", "30/360 US, with the February rule"),
                    ("THIRTY_E_360", "30E/360"),
                    ("THIRTY_E_360_ISDA", "30E/360 (ISDA)"),
                ],
                max_length=17,
                verbose_name="day count",
            ),
        ),
        migrations.AddConstraint(
            model_name="interestaccrual",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_numerator__lt", 1000000000000000000000000000000000000000),
                    ("cumulative_numerator__lt", 1000000000000000000000000000000000000000),
                    ("same_day_numerator__lt", 1000000000000000000000000000000000000000),
                ),
                name="contracts_interestaccrual_figures_finite",
            ),
        ),
        migrations.AddConstraint(
            model_name="interestadjustment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("correction__isnull", False)),
                fields=("correction", "contract", "tranche"),
                name="contracts_interestadjustment_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="interestadjustment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("run__isnull", False)),
                fields=("run", "contract", "tranche", "value_date"),
                name="contracts_interestadjustment_once_a_run",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="interestadjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("correction__isnull", False), ("run__isnull", True)),
                    models.Q(
                        ("correction__isnull", True), ("run__isnull", False), ("value_date__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="contracts_interestadjustment_has_one_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="benchmark",
            constraint=models.UniqueConstraint(fields=("code",), name="contracts_benchmark_code_unique"),
        ),
        migrations.AddConstraint(
            model_name="benchmark",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z0-9][A-Z0-9-]*$")),
                name="contracts_benchmark_code_plain",
            ),
        ),
        migrations.AddField(
            model_name="termsversion",
            name="benchmark",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="terms",
                to="contracts.benchmark",
                verbose_name="benchmark",
            ),
        ),
        migrations.AddConstraint(
            model_name="termsversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "day_count__in",
                        [
                            "ACT_365F",
                            "ACT_360",
                            "ACT_ACT_ISDA",
                            "THIRTY_360_BOND",
                            "THIRTY_360_US",
                            "THIRTY_E_360",
                            "THIRTY_E_360_ISDA",
                        ],
                    ),
                    ("penalty_mode__in", ["INSTEAD", "ON_TOP"]),
                    ("same_day_rule__in", ["FREE", "ONE_DAY"]),
                ),
                name="contracts_termsversion_day_count_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="termsversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("benchmark__isnull", True), ("reset_months", 0), ("spread_ppm", 0)),
                    models.Q(
                        ("benchmark__isnull", False),
                        ("client_rate_ppm", 0),
                        ("reset_months__in", [0, 1, 2, 3, 4, 6, 12]),
                        ("spread_ppm__range", (-1000000, 1000000)),
                    ),
                    _connector="OR",
                ),
                name="contracts_termsversion_rate_fixed_or_floating",
            ),
        ),
        migrations.AddConstraint(
            model_name="termsversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rate_cap_ppm__gte", models.F("rate_floor_ppm")),
                    ("rate_cap_ppm__lte", 1000000),
                    ("rate_floor_ppm__gte", 0),
                ),
                name="contracts_termsversion_floor_below_cap",
            ),
        ),
        migrations.AddConstraint(
            model_name="termsversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("capitalisation_months", 0),
                    models.Q(
                        ("capitalisation_allowed", True), ("capitalisation_months__in", [1, 2, 3, 4, 6, 12])
                    ),
                    _connector="OR",
                ),
                name="contracts_termsversion_capitalises_where_allowed",
            ),
        ),
        migrations.AddField(
            model_name="benchmarkfixing",
            name="approval",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="benchmarkfixing",
            name="benchmark",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fixings",
                to="contracts.benchmark",
                verbose_name="benchmark",
            ),
        ),
        migrations.AddField(
            model_name="interestchange",
            name="benchmark",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.benchmark",
                verbose_name="benchmark",
            ),
        ),
        migrations.AddField(
            model_name="interestchange",
            name="contract",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.financingcontract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="interesthold",
            name="benchmark",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.benchmark",
                verbose_name="benchmark",
            ),
        ),
        migrations.AddField(
            model_name="interesthold",
            name="contract",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interest_holds",
                to="contracts.financingcontract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="penaltyaccrual",
            name="contract",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="penalty_accruals",
                to="contracts.financingcontract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="penaltyrun",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.book",
                verbose_name="book",
            ),
        ),
        migrations.AddField(
            model_name="penaltyrun",
            name="entry",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
                verbose_name="entry",
            ),
        ),
        migrations.AddField(
            model_name="penaltyaccrual",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accruals",
                to="contracts.penaltyrun",
                verbose_name="run",
            ),
        ),
        migrations.AddIndex(
            model_name="benchmarkfixing",
            index=models.Index(fields=["benchmark", "fixing_date"], name="contracts_fixing_of_day"),
        ),
        migrations.AddConstraint(
            model_name="benchmarkfixing",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate_ppm__range", (-1000000, 1000000))),
                name="contracts_benchmarkfixing_rate_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="benchmarkfixing",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True),
                name="contracts_benchmarkfixing_source_given",
            ),
        ),
        migrations.AddConstraint(
            model_name="interestchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("benchmark__isnull", True), ("contract__isnull", False)),
                    models.Q(("benchmark__isnull", False), ("contract__isnull", True)),
                    _connector="OR",
                ),
                name="contracts_interestchange_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="interesthold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_on__isnull", True)),
                fields=("contract",),
                name="contracts_interesthold_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="interesthold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_on__isnull", True), ("lifted_on__gte", models.F("held_on")), _connector="OR"
                ),
                name="contracts_interesthold_lifted_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="penaltyrun",
            constraint=models.UniqueConstraint(
                fields=("book", "accrual_date", "sequence"), name="contracts_penaltyrun_sequence_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="penaltyaccrual",
            constraint=models.UniqueConstraint(
                fields=("contract", "accrual_date"), name="contracts_penaltyaccrual_once_a_date"
            ),
        ),
        migrations.AddConstraint(
            model_name="penaltyaccrual",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cumulative_numerator__gte", 0),
                    ("cumulative_numerator__lt", 100000000000000000000000000000000000000000000000),
                    ("overdue_minor__gte", 0),
                ),
                name="contracts_penaltyaccrual_figures_finite",
            ),
        ),
    ]

"""Rule packs and their versions; terms name theirs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_approval_kinds"),
        ("contracts", "0004_rates_sql"),
    ]

    operations = [
        migrations.CreateModel(
            name="RulePack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, verbose_name="code")),
            ],
            options={
                "verbose_name": "rule pack",
                "verbose_name_plural": "rule packs",
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="contracts_rulepack_code_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9_]*$")),
                        name="contracts_rulepack_code_plain",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RulePackVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                (
                    "origin",
                    models.CharField(
                        choices=[("shipped", "Shipped with the product"), ("house", "Of the house")],
                        max_length=7,
                        verbose_name="origin",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active")],
                        default="draft",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                ("content", models.TextField(verbose_name="content")),
                ("sha256", models.CharField(max_length=64, verbose_name="hash of the content")),
                ("parameters", models.JSONField(verbose_name="parameters")),
                (
                    "approval",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "pack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="contracts.rulepack",
                        verbose_name="rule pack",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a rule pack",
                "verbose_name_plural": "versions of rule packs",
                "ordering": ["pack", "version"],
            },
        ),
        migrations.AddField(
            model_name="termsversion",
            name="rule_pack_version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="terms",
                to="contracts.rulepackversion",
                verbose_name="rule pack",
            ),
        ),
        migrations.AddConstraint(
            model_name="rulepackversion",
            constraint=models.UniqueConstraint(
                fields=("pack", "version"), name="contracts_rulepackversion_version_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="rulepackversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "active")),
                fields=("pack", "effective_from"),
                name="contracts_rulepackversion_one_from_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="rulepackversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approval__isnull", True), ("origin", "house"), ("state", "draft")),
                    models.Q(("approval__isnull", False), ("origin", "house"), ("state", "active")),
                    models.Q(("approval__isnull", True), ("origin", "shipped"), ("state", "active")),
                    _connector="OR",
                ),
                name="contracts_rulepackversion_shipped_or_approved",
            ),
        ),
    ]

"""Identity checks, screenings, credit groups, suitability and disclosures."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_approval_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
            ],
            options={
                "verbose_name": "credit group",
                "verbose_name_plural": "credit groups",
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="accounts_creditgroup_code_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z0-9][A-Z0-9_.-]*$")),
                        name="accounts_creditgroup_code_well_formed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "\\S")), name="accounts_creditgroup_name_present"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosureVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("version", models.IntegerField(verbose_name="version")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("texts", models.JSONField(verbose_name="texts")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active")],
                        default="draft",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
            ],
            options={
                "verbose_name": "disclosure",
                "verbose_name_plural": "disclosures",
                "ordering": ["code", "-version"],
            },
        ),
        migrations.CreateModel(
            name="DisclosureAcknowledgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "locale",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("zh-hans", "Simplified Chinese"),
                            ("zh-hant", "Traditional Chinese"),
                        ],
                        max_length=7,
                        verbose_name="language",
                    ),
                ),
                ("text_sha256", models.BinaryField(max_length=32, verbose_name="SHA-256 of the text")),
                ("acknowledged_on", models.DateField(verbose_name="acknowledged on")),
                ("acknowledged_at", models.DateTimeField(verbose_name="acknowledged at")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("in_person", "In person"),
                            ("portal", "Client portal"),
                            ("post", "Post"),
                            ("email", "E-mail"),
                        ],
                        max_length=9,
                        verbose_name="channel",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to="accounts.party",
                        verbose_name="party",
                    ),
                ),
                (
                    "disclosure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.disclosureversion",
                        verbose_name="disclosure",
                    ),
                ),
            ],
            options={
                "verbose_name": "acknowledgement",
                "verbose_name_plural": "acknowledgements",
                "ordering": ["-acknowledged_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCreditGroup",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical credit group",
                "verbose_name_plural": "historical credit groups",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCreditGroupMember",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("ownership", "Owns or is owned"),
                            ("control", "Common control"),
                            ("family", "Family"),
                            ("guarantee", "Guarantee"),
                            ("dependence", "Economic dependence"),
                        ],
                        max_length=10,
                        verbose_name="relation",
                    ),
                ),
                ("member_from", models.DateField(verbose_name="member from")),
                (
                    "member_until",
                    models.DateField(blank=True, null=True, verbose_name="member until (that day no longer)"),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.creditgroup",
                        verbose_name="credit group",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical member of a credit group",
                "verbose_name_plural": "historical members of credit groups",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDisclosureVersion",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("version", models.IntegerField(verbose_name="version")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("texts", models.JSONField(verbose_name="texts")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active")],
                        default="draft",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical disclosure",
                "verbose_name_plural": "historical disclosures",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalIdentityCheck",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("onboarding", "Onboarding"),
                            ("periodic", "Periodic review"),
                            ("event", "Review after an event"),
                        ],
                        max_length=10,
                        verbose_name="occasion",
                    ),
                ),
                (
                    "document_kind",
                    models.CharField(
                        choices=[
                            ("passport", "Passport"),
                            ("identity_card", "Identity card"),
                            ("residence_permit", "Residence permit"),
                            ("business_licence", "Business licence"),
                            ("incorporation", "Certificate of incorporation"),
                        ],
                        max_length=16,
                        verbose_name="document",
                    ),
                ),
                ("issuing_country", models.CharField(max_length=2, verbose_name="issued by (country)")),
                ("number", models.CharField(max_length=64, verbose_name="number")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="issued on")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="expires on")),
                ("checked_on", models.DateField(verbose_name="checked on")),
                ("next_review_on", models.DateField(verbose_name="next review on")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("pending", "Awaits review"), ("passed", "Passed"), ("failed", "Failed")],
                        default="pending",
                        max_length=7,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical identity check",
                "verbose_name_plural": "historical identity checks",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalQuestionnaireVersion",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("version", models.IntegerField(verbose_name="version")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("content", models.JSONField(verbose_name="content")),
                ("valid_days", models.IntegerField(verbose_name="an assessment holds for (days)")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active")],
                        default="draft",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical questionnaire",
                "verbose_name_plural": "historical questionnaires",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalScreening",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("sanctions", "Sanctions"),
                            ("exposure", "Politically exposed persons"),
                            ("both", "Sanctions and politically exposed persons"),
                        ],
                        max_length=9,
                        verbose_name="scope",
                    ),
                ),
                ("list_name", models.CharField(max_length=100, verbose_name="list")),
                ("list_version", models.CharField(max_length=40, verbose_name="version of the list")),
                ("screened_on", models.DateField(verbose_name="screened on")),
                ("valid_until", models.DateField(verbose_name="valid until")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("clear", "Clear"),
                            ("possible", "Possible hit"),
                            ("confirmed", "Confirmed"),
                        ],
                        max_length=9,
                        verbose_name="result",
                    ),
                ),
                ("is_sanctioned", models.BooleanField(default=False, verbose_name="sanctioned")),
                (
                    "is_politically_exposed",
                    models.BooleanField(default=False, verbose_name="politically exposed"),
                ),
                ("finding", models.TextField(blank=True, default="", verbose_name="finding")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical screening",
                "verbose_name_plural": "historical screenings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="IdentityCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("onboarding", "Onboarding"),
                            ("periodic", "Periodic review"),
                            ("event", "Review after an event"),
                        ],
                        max_length=10,
                        verbose_name="occasion",
                    ),
                ),
                (
                    "document_kind",
                    models.CharField(
                        choices=[
                            ("passport", "Passport"),
                            ("identity_card", "Identity card"),
                            ("residence_permit", "Residence permit"),
                            ("business_licence", "Business licence"),
                            ("incorporation", "Certificate of incorporation"),
                        ],
                        max_length=16,
                        verbose_name="document",
                    ),
                ),
                ("issuing_country", models.CharField(max_length=2, verbose_name="issued by (country)")),
                ("number", models.CharField(max_length=64, verbose_name="number")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="issued on")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="expires on")),
                ("checked_on", models.DateField(verbose_name="checked on")),
                ("next_review_on", models.DateField(verbose_name="next review on")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("pending", "Awaits review"), ("passed", "Passed"), ("failed", "Failed")],
                        default="pending",
                        max_length=7,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity_checks",
                        to="accounts.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "identity check",
                "verbose_name_plural": "identity checks",
                "ordering": ["-checked_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="IdentityDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="file name")),
                ("media_type", models.CharField(max_length=40, verbose_name="media type")),
                ("content", models.BinaryField(verbose_name="content")),
                ("sha256", models.BinaryField(max_length=32, verbose_name="SHA-256")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "identity_check",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="accounts.identitycheck",
                        verbose_name="identity check",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
            ],
            options={
                "verbose_name": "identity document",
                "verbose_name_plural": "identity documents",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="QuestionnaireVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("version", models.IntegerField(verbose_name="version")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("content", models.JSONField(verbose_name="content")),
                ("valid_days", models.IntegerField(verbose_name="an assessment holds for (days)")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active")],
                        default="draft",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
            ],
            options={
                "verbose_name": "questionnaire",
                "verbose_name_plural": "questionnaires",
                "ordering": ["code", "-version"],
            },
        ),
        migrations.CreateModel(
            name="Screening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("sanctions", "Sanctions"),
                            ("exposure", "Politically exposed persons"),
                            ("both", "Sanctions and politically exposed persons"),
                        ],
                        max_length=9,
                        verbose_name="scope",
                    ),
                ),
                ("list_name", models.CharField(max_length=100, verbose_name="list")),
                ("list_version", models.CharField(max_length=40, verbose_name="version of the list")),
                ("screened_on", models.DateField(verbose_name="screened on")),
                ("valid_until", models.DateField(verbose_name="valid until")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("clear", "Clear"),
                            ("possible", "Possible hit"),
                            ("confirmed", "Confirmed"),
                        ],
                        max_length=9,
                        verbose_name="result",
                    ),
                ),
                ("is_sanctioned", models.BooleanField(default=False, verbose_name="sanctioned")),
                (
                    "is_politically_exposed",
                    models.BooleanField(default=False, verbose_name="politically exposed"),
                ),
                ("finding", models.TextField(blank=True, default="", verbose_name="finding")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screenings",
                        to="accounts.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "screening",
                "verbose_name_plural": "screenings",
                "ordering": ["-screened_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SuitabilityAssessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answers", models.JSONField(verbose_name="answers")),
                ("score", models.IntegerField(verbose_name="score")),
                (
                    "tier",
                    models.SmallIntegerField(
                        choices=[
                            (1, "C1 conservative"),
                            (2, "C2 cautious"),
                            (3, "C3 balanced"),
                            (4, "C4 growth-seeking"),
                            (5, "C5 aggressive"),
                        ],
                        verbose_name="tier",
                    ),
                ),
                ("assessed_on", models.DateField(verbose_name="assessed on")),
                ("expires_on", models.DateField(verbose_name="expires on")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="accounts.party",
                        verbose_name="party",
                    ),
                ),
                (
                    "questionnaire",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.questionnaireversion",
                        verbose_name="questionnaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "suitability assessment",
                "verbose_name_plural": "suitability assessments",
                "ordering": ["-assessed_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="CreditGroupMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("ownership", "Owns or is owned"),
                            ("control", "Common control"),
                            ("family", "Family"),
                            ("guarantee", "Guarantee"),
                            ("dependence", "Economic dependence"),
                        ],
                        max_length=10,
                        verbose_name="relation",
                    ),
                ),
                ("member_from", models.DateField(verbose_name="member from")),
                (
                    "member_until",
                    models.DateField(blank=True, null=True, verbose_name="member until (that day no longer)"),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="accounts.creditgroup",
                        verbose_name="credit group",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="accounts.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "member of a credit group",
                "verbose_name_plural": "members of credit groups",
                "ordering": ["-member_from", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("relation__in", ["ownership", "control", "family", "guarantee", "dependence"])
                        ),
                        name="accounts_creditgroupmember_relation_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("member_until__isnull", True),
                            ("member_until__gt", models.F("member_from")),
                            _connector="OR",
                        ),
                        name="accounts_creditgroupmember_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="disclosureversion",
            constraint=models.UniqueConstraint(
                fields=("code", "version"), name="accounts_disclosureversion_version_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosureversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z][A-Z0-9_-]*$"), ("version__gte", 1)),
                name="accounts_disclosureversion_identity_well_formed",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosureversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "active"])),
                name="accounts_disclosureversion_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosureacknowledgement",
            constraint=models.UniqueConstraint(
                fields=("party", "disclosure", "locale"), name="accounts_disclosureacknowledgement_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosureacknowledgement",
            constraint=models.CheckConstraint(
                condition=models.Q(("locale__in", ["en", "zh-hans", "zh-hant"])),
                name="accounts_disclosureacknowledgement_locale_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosureacknowledgement",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["in_person", "portal", "post", "email"])),
                name="accounts_disclosureacknowledgement_channel_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosureacknowledgement",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    django.db.models.functions.text.Length("text_sha256"), 32
                ),
                name="accounts_disclosureacknowledgement_hash_is_sha256",
            ),
        ),
        migrations.AddIndex(
            model_name="identitycheck",
            index=models.Index(fields=["expires_on"], name="accounts_identity_expires"),
        ),
        migrations.AddIndex(
            model_name="identitycheck",
            index=models.Index(fields=["next_review_on"], name="accounts_identity_review"),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["onboarding", "periodic", "event"])),
                name="accounts_identitycheck_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "document_kind__in",
                        [
                            "passport",
                            "identity_card",
                            "residence_permit",
                            "business_licence",
                            "incorporation",
                        ],
                    )
                ),
                name="accounts_identitycheck_document_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["pending", "passed", "failed"])),
                name="accounts_identitycheck_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("issuing_country__regex", "^[A-Z]{2}$")),
                name="accounts_identitycheck_country_is_iso",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "\\S")), name="accounts_identitycheck_number_present"
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_on__isnull", False),
                    ("document_kind__in", ["business_licence", "incorporation"]),
                    _connector="OR",
                ),
                name="accounts_identitycheck_expiry_present",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_review_on__gt", models.F("checked_on")),
                    models.Q(
                        ("issued_on__isnull", True),
                        ("issued_on__lte", models.F("checked_on")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("issued_on__isnull", True),
                        ("expires_on__isnull", True),
                        ("issued_on__lt", models.F("expires_on")),
                        _connector="OR",
                    ),
                ),
                name="accounts_identitycheck_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "passed"), _negated=True),
                    ("expires_on__isnull", True),
                    ("expires_on__gte", models.F("checked_on")),
                    _connector="OR",
                ),
                name="accounts_identitycheck_passes_while_valid",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approval__isnull", True), ("outcome", "pending")),
                    models.Q(("approval__isnull", False), ("outcome__in", ["passed", "failed"])),
                    _connector="OR",
                ),
                name="accounts_identitycheck_reviewed_as_outcome_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.UniqueConstraint(
                fields=("identity_check", "sha256"), name="accounts_identitydocument_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("media_type__in", ["application/pdf", "image/png", "image/jpeg", "text/plain"])
                ),
                name="accounts_identitydocument_media_type_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", "^[^/\\\\[:cntrl:]]+$")),
                name="accounts_identitydocument_name_plain",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    models.F("sha256"),
                    models.Func(models.F("content"), function="sha256", output_field=models.BinaryField()),
                ),
                name="accounts_identitydocument_sha256_is_of_content",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Range(
                    django.db.models.functions.text.Length("content"), (1, 10485760)
                ),
                name="accounts_identitydocument_size_in_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaireversion",
            constraint=models.UniqueConstraint(
                fields=("code", "version"), name="accounts_questionnaireversion_version_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaireversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z][A-Z0-9_-]*$"), ("version__gte", 1)),
                name="accounts_questionnaireversion_identity_well_formed",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaireversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_days__range", (1, 1096))),
                name="accounts_questionnaireversion_holds_three_years_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaireversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "active"])),
                name="accounts_questionnaireversion_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="screening",
            index=models.Index(fields=["valid_until"], name="accounts_screening_valid"),
        ),
        migrations.AddConstraint(
            model_name="screening",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["sanctions", "exposure", "both"])),
                name="accounts_screening_scope_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="screening",
            constraint=models.CheckConstraint(
                condition=models.Q(("result__in", ["clear", "possible", "confirmed"])),
                name="accounts_screening_result_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="screening",
            constraint=models.CheckConstraint(
                condition=models.Q(("list_name__regex", "\\S"), ("list_version__regex", "\\S")),
                name="accounts_screening_list_present",
            ),
        ),
        migrations.AddConstraint(
            model_name="screening",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("screened_on"))),
                name="accounts_screening_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="screening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("is_politically_exposed", False), ("is_sanctioned", False), ("result", "clear")
                    ),
                    models.Q(
                        ("result__in", ["possible", "confirmed"]),
                        models.Q(("is_sanctioned", True), ("is_politically_exposed", True), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="accounts_screening_flags_as_result_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="screening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("result", "clear"),
                    models.Q(("approval__isnull", True), ("result", "possible")),
                    models.Q(("approval__isnull", False), ("result", "confirmed")),
                    _connector="OR",
                ),
                name="accounts_screening_decided_as_result_says",
            ),
        ),
        migrations.AddIndex(
            model_name="suitabilityassessment",
            index=models.Index(fields=["expires_on"], name="accounts_assessment_expires"),
        ),
        migrations.AddConstraint(
            model_name="suitabilityassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("tier__range", (1, 5))), name="accounts_suitabilityassessment_tier_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="suitabilityassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_on__gt", models.F("assessed_on"))),
                name="accounts_suitabilityassessment_dates_in_order",
            ),
        ),
    ]

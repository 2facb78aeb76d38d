"""What the roles of staff may see and do in the admin.

Permissions are ordinarily made after the last migration; those named here are made now, and found again then.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Everything that has pages, by app label.
MODELS = {
    "accounts": ("user", "party", "staffrolechange", "approval", "outboxmessage"),
    "ledger": (
        "book",
        "unit",
        "accountcategory",
        "account",
        "restriction",
        "entrykind",
        "journalentry",
        "businessday",
        "tradingsession",
    ),
    "custody": ("custodian", "custodyaccount", "cashhome", "payment", "transferinstruction", "statement"),
    "contracts": ("product", "termsversion", "financingcontract"),
    "marks": ("instrument", "corporateaction", "pricesource", "quotefile", "mark"),
    "settlement": ("trade", "rejectedtrade", "corporateactionstep"),
    "margin": ("valuation", "contractlevel", "levelchange", "margincall"),
    "liquidation": ("liquidation",),
    "reconciliation": ("reconciliationrun", "reconciliationbreak"),
    "day": ("dayrun",),
}

# What each role sees: whole apps, or single models as `app.model`.
SEES = {
    "operations": tuple(MODELS),
    "risk": (
        "ledger",
        "contracts",
        "marks",
        "settlement",
        "margin",
        "liquidation",
        "day",
        "reconciliation",
        "accounts.party",
        "accounts.approval",
        "accounts.outboxmessage",
        "custody.custodian",
        "custody.custodyaccount",
    ),
    "finance": (
        "ledger",
        "custody",
        "contracts",
        "reconciliation",
        "day",
        "margin",
        "settlement",
        "marks",
        "liquidation.liquidation",
        "accounts.party",
        "accounts.approval",
    ),
    "compliance": tuple(MODELS),
    "auditor": tuple(MODELS),
}

# Deciding on approvals, and opening and running days. An auditor changes nothing.
ACTS = {
    "operations": (("accounts", "approval", "change"), ("day", "dayrun", "add")),
    "risk": (("accounts", "approval", "change"), ("day", "dayrun", "add")),
    "finance": (("accounts", "approval", "change"), ("day", "dayrun", "add")),
    "compliance": (("accounts", "approval", "change"),),
    "auditor": (),
}


def models_seen(role: str) -> list[tuple[str, str]]:
    found = []
    for name in SEES[role]:
        app, _, model = name.partition(".")
        found += [(app, one) for one in ([model] if model else MODELS[app])]
    return found


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    group_of = apps.get_model("auth", "Group").objects.using(alias)
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for role in SEES:
        wanted = [(app, model, "view") for app, model in models_seen(role)] + list(ACTS[role])
        given = []
        for app, model, action in wanted:
            content_type, _ = content_types.get_or_create(app_label=app, model=model)
            name = f"Can {action} {apps.get_model(app, model)._meta.verbose_name}"
            permission, _ = permissions.get_or_create(
                content_type=content_type, codename=f"{action}_{model}", defaults={"name": name[:255]}
            )
            given.append(permission)
        group, _ = group_of.get_or_create(name=role)
        group.permissions.set(given)


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    for group in groups.filter(name__in=SEES):
        group.permissions.clear()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_seed_staff"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("ledger", "0002_rules"),
        ("custody", "0002_sql"),
        ("contracts", "0002_sql"),
        ("marks", "0002_sql"),
        ("settlement", "0002_sql"),
        ("margin", "0002_sql"),
        ("liquidation", "0002_sql"),
        ("reconciliation", "0002_sql"),
        ("day", "0002_sql"),
    ]

    operations = [migrations.RunPython(grant, withdraw)]

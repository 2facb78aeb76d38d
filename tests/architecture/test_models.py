"""Models and their SQL."""

import pytest
from django.apps import apps
from django.db import models

from tests.architecture.source import APPS, Module, app_modules, calls, sql_files

DELETES_ALONG = {"CASCADE", "SET_DEFAULT"}


def own_models() -> list[type[models.Model]]:
    """The models of the repository's apps; histories are simple-history's."""
    return [
        model
        for model in apps.get_models(include_auto_created=False)
        if model.__module__.split(".")[0] in APPS and not model.__name__.startswith("Historical")
    ]


class TestForeignKeys:
    def test_delete_nothing_along(self) -> None:
        found = []
        for model in own_models():
            for field in model._meta.get_fields():
                on_delete = getattr(getattr(field, "remote_field", None), "on_delete", None)
                if field.concrete and getattr(on_delete, "__name__", "") in DELETES_ALONG:
                    found.append(f"{model._meta.label}.{field.name}")
        assert found == []


class TestModel:
    @pytest.mark.parametrize("forbidden", ["save", "delete"])
    def test_overrides_nothing(self, forbidden: str) -> None:
        found = [model._meta.label for model in own_models() if forbidden in vars(model)]
        assert found == []

    def test_names_its_constraints(self) -> None:
        """`<app>_<model>_<rule>`, for the name is what a refusal is recognised by."""
        found = []
        for model in own_models():
            prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
            found += [c.name for c in model._meta.constraints if not c.name.startswith(prefix)]
        assert found == []


class TestSignals:
    def test_carry_no_business(self) -> None:
        found = [
            f"{module}:{call.lineno}"
            for module in app_modules()
            for name in ("receiver", "Signal")
            for call in calls(module.tree, name)
        ]
        assert found == []


class TestSqlObject:
    def test_can_be_taken_back(self) -> None:
        files = sql_files()
        downs = {file.name.removesuffix(".down.sql") for file in files if file.name.endswith(".down.sql")}
        ups = {file.name.removesuffix(".sql") for file in files if not file.name.endswith(".down.sql")}
        assert ups == downs

    def test_fixes_the_search_path_of_what_runs_as_its_owner(self) -> None:
        """A temporary table would shadow a name: pg_temp is searched first unless it is named last."""
        loose = []
        for file in sql_files():
            text = file.read_text()
            if text.upper().count("SECURITY DEFINER") > text.count("pg_temp"):
                loose.append(file.name)
        assert loose == []


class TestSource:
    @pytest.mark.parametrize("module", app_modules(), ids=str)
    def test_imports_at_the_top(self, module: Module) -> None:
        """Imports inside functions hide cycles. Ruff says so too, but a comment silences it."""
        assert "noqa: PLC0415" not in module.text

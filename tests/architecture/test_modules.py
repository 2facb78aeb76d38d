"""What the files of an app look like: size, names, signatures."""

import ast

import pytest

from tests.architecture.source import Module, app_modules, modules

LONGEST = 400
ALONE = {"ledger/offline/verify_bundle.py": 570}
"""Longer, for they travel as one file."""
DRAWERS = {"utils", "util", "common", "helpers", "core", "exceptions", "misc", "base"}
EVERYWHERE = ("accounts", "ledger", "custody", "contracts", "clearing", "config", "bench", "tools", "tests")


def lines_of_code(module: Module) -> int:
    """Lines that are neither blank nor comment; docstrings count."""
    return sum(1 for line in module.text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


class TestModule:
    @pytest.mark.parametrize("module", modules(*EVERYWHERE), ids=str)
    def test_is_short_enough_to_read(self, module: Module) -> None:
        assert lines_of_code(module) <= ALONE.get(str(module), LONGEST)

    def test_says_what_it_is_for(self) -> None:
        drawers = [str(module) for module in modules(*EVERYWHERE) if DRAWERS & set(module.parts)]
        assert drawers == []


def public_functions(module: Module) -> list[ast.FunctionDef]:
    return [
        node
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def missing_annotations(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one]
    found = [one.arg for one in every if one.annotation is None]
    return found + ([] if function.returns else ["return"])


class TestService:
    def services(self) -> list[Module]:
        return [module for module in app_modules() if module.is_in("services")]

    def test_takes_keywords_only(self) -> None:
        positional = [
            f"{module}: {function.name}"
            for module in self.services()
            for function in public_functions(module)
            if function.args.args or function.args.posonlyargs or function.args.vararg
        ]
        assert positional == []

    def test_is_annotated_whole(self) -> None:
        gaps = [
            f"{module}: {function.name}: {gap}"
            for module in self.services()
            for function in public_functions(module)
            for gap in missing_annotations(function)
        ]
        assert gaps == []

    def test_says_what_it_does(self) -> None:
        silent = [
            f"{module}: {function.name}"
            for module in self.services()
            for function in public_functions(module)
            if not ast.get_docstring(function)
        ]
        assert silent == []

"""No float touches money, and no time is read where money is computed or booked."""

import ast

from tests.architecture.source import Module, app_modules, calls

EXACT_LAYERS = ("domain", "services", "queries", "models")
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime", "time", "monotonic", "perf_counter"}
CLOCK_OWNERS = {"datetime", "date", "timezone", "time"}


def exact_modules() -> list[Module]:
    return [module for module in app_modules() if any(module.is_in(layer) for layer in EXACT_LAYERS)]


def float_uses(module: Module) -> list[str]:
    found = [f"{module}:{call.lineno}: float(...)" for call in calls(module.tree, "float")]
    found += [f"{module}:{call.lineno}: FloatField" for call in calls(module.tree, "FloatField")]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(f"{module}:{node.lineno}: {node.value}")
    return found


def clock_reads(module: Module) -> list[str]:
    return [
        f"{module}:{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and ast.unparse(node.func.value).rpartition(".")[2] in CLOCK_OWNERS
    ]


class TestExactLayers:
    def test_hold_no_float(self) -> None:
        assert [use for module in exact_modules() for use in float_uses(module)] == []

    def test_read_no_clock(self) -> None:
        assert [read for module in exact_modules() for read in clock_reads(module)] == []

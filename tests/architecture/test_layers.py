"""The import contracts are complete: a package that nobody put in its place is found."""

from tests.architecture.source import APPS, ROOT, packages, settings


def contract(beginning: str) -> dict[str, list[str]]:
    found = [
        one for one in settings()["tool"]["importlinter"]["contracts"] if one["name"].startswith(beginning)
    ]
    assert len(found) == 1, beginning
    one: dict[str, list[str]] = found[0]
    return one


class TestImportContracts:
    def test_name_every_package(self) -> None:
        assert set(settings()["tool"]["importlinter"]["root_packages"]) == packages()
        assert set(contract("apps import")["layers"]) == packages()

    def test_order_every_room(self) -> None:
        rooms = {path.parent.name for path in (ROOT / "clearing").glob("*/apps.py")}
        named = {layer.strip("() ") for layer in contract("rooms of clearing")["layers"]}
        assert rooms <= named

    def test_look_inside_every_app_and_room(self) -> None:
        rooms = {f"clearing.{path.parent.name}" for path in (ROOT / "clearing").glob("*/apps.py")}
        inside = set(contract("inside an app")["containers"]) | set(contract("inside the demo")["containers"])
        assert rooms | set(APPS) - {"clearing"} == inside

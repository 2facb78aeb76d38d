"""Which server a command gets."""

import pytest

from tools.environment import APP_URL, MARK, OWNER_URL, External, choose_server, digest
from tools.home import ToolError
from tools.postgres import OLDEST_MAJOR, Binaries, find_binaries

APP = "postgresql://plimsoll_app@db.example/plimsoll"
OWNER = "postgresql://plimsoll_owner@db.example/plimsoll"


class TestChooseServer:
    def test_takes_the_external_server_that_both_addresses_name(self) -> None:
        assert choose_server({APP_URL: APP, OWNER_URL: OWNER}) == External({APP_URL: APP, OWNER_URL: OWNER})

    @pytest.mark.parametrize(("given", "missing"), [(APP_URL, OWNER_URL), (OWNER_URL, APP_URL)])
    def test_refuses_half_an_external_server(self, given: str, missing: str) -> None:
        with pytest.raises(ToolError, match=f"{missing} is not set"):
            choose_server({given: APP})

    def test_takes_its_own_otherwise(self) -> None:
        chosen = choose_server({})
        assert isinstance(chosen, Binaries)
        assert chosen.kind == "wheel"

    def test_does_not_take_the_addresses_of_an_outer_run_for_the_user_s(self) -> None:
        urls = {APP_URL: APP, OWNER_URL: OWNER}
        assert isinstance(choose_server({**urls, MARK: digest(urls)}), Binaries)

    def test_notices_a_user_who_changes_the_addresses_inside_a_run(self) -> None:
        urls = {APP_URL: APP, OWNER_URL: OWNER}
        changed = {APP_URL: APP.replace("db.", "other."), OWNER_URL: OWNER}
        assert choose_server({**changed, MARK: digest(urls)}) == External(changed)


class TestFindBinaries:
    def test_takes_the_newest_of_the_wheel(self) -> None:
        assert find_binaries("wheel").major == 18

    def test_takes_the_newest_of_the_system(self) -> None:
        try:
            found = find_binaries("system")
        except ToolError:
            pytest.skip("PostgreSQL of the system absent: `make system-packages` installs it")
        assert found.major >= OLDEST_MAJOR

    def test_refuses_a_kind_that_it_does_not_know(self) -> None:
        with pytest.raises(ToolError, match="must be wheel or system"):
            find_binaries("docker")

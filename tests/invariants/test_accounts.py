"""What the database itself refuses in accounts, by the constraint's name. The services are bypassed."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, ProgrammingError, connection

from accounts.models import Approval, OutboxMessage, Party, StaffRole, User
from accounts.queries.staff import day_runner_id
from accounts.services.actor import acting
from accounts.services.violations import violated_constraint
from tests.accounts.cast import staff

pytestmark = pytest.mark.django_db

PARTY = "INSERT INTO accounts_party (code, kind, display_name, locale, status) VALUES "
APPROVAL = "INSERT INTO accounts_approval (book_code, kind, subject, payload, payload_hash, maker_id"
MESSAGE = "INSERT INTO accounts_outboxmessage (book_code, party_id, kind, channel, payload, idempotency_key)"


@contextmanager
def refused_as(name: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as caught:
        yield
    assert violated_constraint(error=caught.value) == name


def execute(statement: str, *parameters: str | int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


@pytest.fixture
def mei() -> User:
    return staff("mei.chan", StaffRole.RISK)


@pytest.fixture
def li() -> User:
    return staff("li.wei", StaffRole.RISK)


@pytest.fixture
def ada(mei: User) -> Party:
    with acting(actor_id=mei.pk, reason="account opening form 17"):
        return Party.objects.create(code="C000001", kind="client", display_name="Ada Lovelace")


@pytest.fixture
def approval(mei: User) -> Approval:
    execute(
        APPROVAL + ", status, comment)"
        " VALUES ('MAIN', 'release_liquidation', 'liquidation 12', '{}', sha256('{}'), %s, 'proposed', '')",
        mei.pk,
    )
    return Approval.objects.get()


@pytest.fixture
def message(ada: Party) -> OutboxMessage:
    execute(
        MESSAGE + " VALUES ('MAIN', %s, 'margin_call', 'email', '{}', 'call/1')",
        ada.pk,
    )
    return OutboxMessage.objects.get()


class TestHistoryActorPresent:
    @pytest.mark.parametrize(
        "statement",
        [
            PARTY + "('C9', 'client', 'Nobody', 'en', 'active')",
            "UPDATE accounts_party SET display_name = 'Ada Byron'",
            "UPDATE accounts_user SET is_superuser = true WHERE username = 'mei.chan'",
            "INSERT INTO accounts_user_groups (user_id, group_id) SELECT accounts_user.id, auth_group.id"
            " FROM accounts_user CROSS JOIN auth_group WHERE username = 'mei.chan' AND name = 'finance'",
            "DELETE FROM accounts_user_groups",
        ],
    )
    def test_stops_whoever_does_not_say_who_and_why(self, ada: Party, statement: str) -> None:
        with refused_as("accounts_history_actor_present"):
            execute(statement)

    @pytest.mark.parametrize(
        ("actor", "reason"),
        [
            ("", "why"),
            ("0", "why"),
            ("999999999999999999", "why"),
            ("mei", "why"),
            ("-1", "why"),
            ("1", " \t"),
        ],
    )
    def test_stops_who_names_nobody_or_gives_no_reason(self, actor: str, reason: str) -> None:
        execute(
            "SELECT set_config('plimsoll.actor_id', %s, true), set_config('plimsoll.reason', %s, true)",
            actor,
            reason,
        )
        with refused_as("accounts_history_actor_present"):
            execute(PARTY + "('C9', 'client', 'Nobody', 'en', 'active')")

    def test_stops_bulk_statements_of_the_orm(self) -> None:
        with refused_as("accounts_history_actor_present"):
            Party.objects.bulk_create([Party(code="C9", kind="client", display_name="Nobody")])

    def test_lets_a_statement_that_touches_no_row_pass(self) -> None:
        execute("UPDATE accounts_party SET display_name = 'nobody'")


class TestHistory:
    @pytest.mark.parametrize(
        "table", ["accounts_historicaluser", "accounts_historicalparty", "accounts_staffrolechange"]
    )
    @pytest.mark.parametrize(
        "statement",
        ["DELETE FROM {}", "UPDATE {} SET id = id", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES"],
    )
    def test_is_closed_to_the_application(self, ada: Party, table: str, statement: str) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"):
            execute(statement.format(table))

    @pytest.mark.parametrize(
        "statement",
        [
            "DROP TRIGGER write_history_of_update ON accounts_party",
            "ALTER TABLE accounts_party DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "CREATE TRIGGER forge AFTER INSERT ON django_session FOR EACH STATEMENT"
            " EXECUTE FUNCTION accounts_write_history('accounts_historicalparty')",
            "SELECT accounts_acting_user()",
        ],
    )
    def test_cannot_be_switched_off_or_forged(self, statement: str) -> None:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            execute(statement)


class TestRoles:
    def test_change_leaves_actor_and_reason_by_raw_sql_too(self, mei: User, li: User) -> None:
        finance = Group.objects.get(name="finance")
        with acting(actor_id=li.pk, reason="by raw SQL"):
            execute(
                "INSERT INTO accounts_user_groups (user_id, group_id) VALUES (%s, %s)", mei.pk, finance.pk
            )
            execute("DELETE FROM accounts_user_groups WHERE group_id = %s", finance.pk)
        assert list(
            mei.role_changes.filter(group=finance).order_by("id").values_list("change", "actor_id", "reason")
        ) == [("granted", li.pk, "by raw SQL"), ("withdrawn", li.pk, "by raw SQL")]

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO auth_group (name) VALUES ('captain')",
            "DELETE FROM auth_group",
            "INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (1, 1)",
            "INSERT INTO accounts_user_user_permissions (user_id, permission_id) VALUES (1, 1)",
            "UPDATE accounts_user_groups SET group_id = 1",
            "DELETE FROM accounts_user",
            "DELETE FROM accounts_party",
            "DELETE FROM accounts_approval",
            "DELETE FROM accounts_outboxmessage",
            "DELETE FROM django_admin_log",
            "UPDATE django_admin_log SET change_message = ''",
            "INSERT INTO accounts_outboxmessage (delivered_at, delivery_proof) VALUES (now(), 'never sent')",
            "INSERT INTO accounts_outboxmessage (recorded_at) VALUES ('2000-01-01')",
        ],
    )
    def test_are_all_that_the_application_may_change(self, statement: str) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"):
            execute(statement)

    def test_changes_are_of_a_known_kind(
        self, owner_connection: psycopg.Connection[tuple[object, ...]]
    ) -> None:
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            owner_connection.execute(
                "INSERT INTO accounts_staffrolechange (user_id, group_id, change, actor_id, reason)"
                " SELECT accounts_user.id, auth_group.id, 'lent', accounts_user.id, 'why'"
                " FROM accounts_user CROSS JOIN auth_group LIMIT 1"
            )
        assert caught.value.diag.constraint_name == "accounts_staffrolechange_change_known"


class TestParty:
    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("accounts_party_code_unique", "('C000001', 'client', 'Another', 'en', 'active')"),
            ("accounts_party_code_fits_addresses", "('C/1', 'client', 'Another', 'en', 'active')"),
            ("accounts_party_code_fits_addresses", "('', 'client', 'Another', 'en', 'active')"),
            ("accounts_party_code_fits_addresses", "(E'C1\\nC2', 'client', 'Another', 'en', 'active')"),
            ("accounts_party_kind_known", "('C9', 'pirate', 'Another', 'en', 'active')"),
            ("accounts_party_status_known", "('C9', 'client', 'Another', 'en', 'lost')"),
            ("accounts_party_locale_known", "('C9', 'client', 'Another', 'tlh', 'active')"),
            ("accounts_party_name_present", "('C9', 'client', ' ', 'en', 'active')"),
        ],
    )
    def test_is_refused(self, ada: Party, mei: User, name: str, values: str) -> None:
        with refused_as(name), acting(actor_id=mei.pk, reason="an attack"):
            execute(PARTY + values)

    @pytest.mark.parametrize("change", ["kind = 'funder'", "code = 'C000002'"])
    def test_stays_what_it_is(self, ada: Party, mei: User, change: str) -> None:
        """A client made a funder would be asked for neither suitability nor disclosure."""
        with refused_as("accounts_party_identity_unchanged"), acting(actor_id=mei.pk, reason="an attack"):
            execute("UPDATE accounts_party SET " + change)

    def test_stays_closed(self, ada: Party, mei: User) -> None:
        with refused_as("accounts_party_closed_stays_closed"), acting(actor_id=mei.pk, reason="an attack"):
            execute("UPDATE accounts_party SET status = 'closed'")
            execute("UPDATE accounts_party SET status = 'suspended'")


class TestApproval:
    def decide(self, checker: User | None, *, status: str = "approved") -> None:
        execute(
            "UPDATE accounts_approval SET status = %s, checker_id = %s, decided_at = clock_timestamp()",
            status,
            checker.pk if checker else None,
        )

    def test_is_decided_and_executed_by_raw_sql_as_well(self, approval: Approval, li: User) -> None:
        self.decide(li)
        execute("UPDATE accounts_approval SET status = 'executed', executed_at = clock_timestamp()")
        approval.refresh_from_db()
        assert approval.status == "executed"

    def test_is_not_decided_by_its_maker(self, approval: Approval, mei: User) -> None:
        with refused_as("accounts_approval_maker_is_not_checker"):
            self.decide(mei)

    def test_is_not_decided_by_somebody_who_cannot_sign_in(self, approval: Approval) -> None:
        with refused_as("accounts_approval_checker_can_sign_in"):
            self.decide(User.objects.get(pk=day_runner_id()))

    def test_is_not_decided_by_nobody(self, approval: Approval) -> None:
        with refused_as("accounts_approval_decision_complete"):
            self.decide(None)

    def test_does_not_start_approved(self, mei: User, li: User) -> None:
        with refused_as("accounts_approval_starts_proposed"):
            execute(
                APPROVAL + ", status, checker_id, decided_at, comment)"
                " VALUES ('MAIN', 'write_off_break', 'break 1', '{}', sha256('{}'), %s, 'approved', %s,"
                " clock_timestamp(), '')",
                mei.pk,
                li.pk,
            )

    @pytest.mark.parametrize(
        "change",
        [
            "payload = '{\"orders\": []}'",
            "payload_hash = sha256('other')",
            "subject = 'liquidation 13'",
            "kind = 'write_off_break'",
            "book_code = 'OTHER'",
            "maker_id = {li}",
            "proposed_at = proposed_at - interval '1 day'",
            "id = id + 1",
        ],
    )
    @pytest.mark.parametrize("status", ["proposed", "approved"])
    def test_keeps_its_content(self, approval: Approval, li: User, status: str, change: str) -> None:
        if status == "approved":
            self.decide(li)
        with refused_as("accounts_approval_content_unchanged"):
            execute("UPDATE accounts_approval SET " + change.replace("{li}", str(li.pk)))

    @pytest.mark.parametrize(
        ("before", "change"),
        [
            ("proposed", "status = 'executed', executed_at = clock_timestamp()"),
            ("rejected", "status = 'approved'"),
            ("approved", "status = 'rejected'"),
            ("approved", "status = 'proposed', checker_id = NULL, decided_at = NULL"),
            ("approved", "comment = 'added later'"),
            ("proposed", "comment = 'before the decision'"),
        ],
    )
    def test_moves_forward_only(self, approval: Approval, li: User, before: str, change: str) -> None:
        if before != "proposed":
            self.decide(li, status=before)
        with refused_as("accounts_approval_status_moves_forward"):
            execute("UPDATE accounts_approval SET " + change)

    def test_is_executed_once(self, approval: Approval, li: User) -> None:
        self.decide(li)
        execute("UPDATE accounts_approval SET status = 'executed', executed_at = clock_timestamp()")
        with refused_as("accounts_approval_status_moves_forward"):
            execute("UPDATE accounts_approval SET executed_at = executed_at + interval '1 second'")

    def test_keeps_its_decision_when_executed(self, approval: Approval, li: User) -> None:
        self.decide(li)
        with refused_as("accounts_approval_decision_unchanged"):
            execute(
                "UPDATE accounts_approval SET status = 'executed', executed_at = clock_timestamp(),"
                " checker_id = %s",
                staff("noor.haddad").pk,
            )

    @pytest.mark.parametrize(
        ("name", "kind", "digest"),
        [
            ("accounts_approval_kind_known", "open_the_safe", "sha256('{}')"),
            ("accounts_approval_hash_is_sha256", "write_off_break", "''::bytea"),
        ],
    )
    def test_is_refused(self, mei: User, name: str, kind: str, digest: str) -> None:
        with refused_as(name):
            execute(
                f"{APPROVAL}, status, comment)"
                f" VALUES ('MAIN', '{kind}', 'break 1', '{{}}', {digest}, {mei.pk}, 'proposed', '')"
            )


class TestOutboxMessage:
    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("accounts_outboxmessage_content_unchanged", "payload = '{\"deposit_minor\": 0}'"),
            ("accounts_outboxmessage_content_unchanged", "idempotency_key = 'another'"),
            ("accounts_outboxmessage_content_unchanged", "recorded_at = recorded_at - interval '1 day'"),
            ("accounts_outboxmessage_delivery_proven", "delivered_at = clock_timestamp()"),
            ("accounts_outboxmessage_delivery_proven", "delivery_proof = 'receipt without a time'"),
        ],
    )
    def test_is_not_changed(self, message: OutboxMessage, name: str, change: str) -> None:
        with refused_as(name):
            execute("UPDATE accounts_outboxmessage SET " + change)

    def test_is_delivered_once(self, message: OutboxMessage) -> None:
        execute(
            "UPDATE accounts_outboxmessage SET delivered_at = clock_timestamp(), delivery_proof = 'receipt 1'"
        )
        with refused_as("accounts_outboxmessage_delivered_once"):
            execute("UPDATE accounts_outboxmessage SET delivery_proof = 'receipt 2'")

    @pytest.mark.parametrize(
        ("name", "key"),
        [("accounts_outboxmessage_key_unique", "call/1"), ("accounts_outboxmessage_key_present", " ")],
    )
    def test_is_queued_once_under_a_key(self, message: OutboxMessage, name: str, key: str) -> None:
        with refused_as(name):
            execute(
                MESSAGE
                + " SELECT book_code, party_id, kind, channel, payload, %s FROM accounts_outboxmessage",
                key,
            )

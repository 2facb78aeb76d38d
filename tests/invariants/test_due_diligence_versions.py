"""Questionnaires, disclosures, acknowledgements: what the database refuses, its owner included."""

import datetime as dt
import json
from typing import Any

import psycopg
import pytest
from django.db import connection

from accounts.models import DisclosureAcknowledgement, DisclosureVersion, QuestionnaireVersion
from accounts.services.approvals import approve, execute_approval, propose_approval
from accounts.services.onboarding import onboard_clients
from tests.accounts.builders import TODAY, Desk, in_days, set_up_desk
from tests.invariants.rows import change_row, copy_row, refused

QUESTIONNAIRE, DISCLOSURE = "accounts_questionnaireversion", "accounts_disclosureversion"
ACKNOWLEDGEMENT = "accounts_disclosureacknowledgement"
KINDS = {QUESTIONNAIRE: "activate_questionnaire", DISCLOSURE: "activate_disclosure"}


@pytest.fixture
def desk(db: None) -> Desk:
    made = set_up_desk()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('plimsoll.actor_id', %s, true), set_config('plimsoll.reason', 'attack', true)",
            [str(made.mei.pk)],
        )
    return made


def draft_of(desk: Desk, table: str) -> Any:
    return desk.next_questionnaire() if table == QUESTIONNAIRE else desk.next_disclosure()


def payload_of(version: Any) -> dict[str, Any]:
    said = {
        "code": version.code,
        "version": version.version,
        "effective_from": version.effective_from.isoformat(),
    }
    if isinstance(version, QuestionnaireVersion):
        return {**said, "content": version.content, "valid_days": version.valid_days}
    return {**said, "texts": version.texts}


@pytest.mark.parametrize("table", [QUESTIONNAIRE, DISCLOSURE])
class TestVersion:
    def activate(self, desk: Desk, table: str, row_id: int, payload: Any, *, by_maker: bool = False) -> None:
        maker, checker = (desk.li, desk.mei) if by_maker else (desk.mei, desk.li)
        approval = propose_approval(
            book_code="", kind=KINDS[table], subject="x", payload=payload, maker_id=maker.pk
        )
        approve(approval_id=approval.pk, checker_id=checker.pk)
        execute_approval(approval_id=approval.pk, kind=KINDS[table], subject="x", payload=payload)
        change_row(table, row_id, state="active", approval_id=approval.pk)

    def test_comes_into_force_by_raw_sql_as_well(self, desk: Desk, table: str) -> None:
        draft = draft_of(desk, table)
        self.activate(desk, table, draft.pk, payload_of(draft))
        draft.refresh_from_db()
        assert draft.state == "active"

    def test_of_other_content_does_not(self, desk: Desk, table: str) -> None:
        draft = draft_of(desk, table)
        with refused(f"{table}_activation_executed"):
            self.activate(desk, table, draft.pk, {**payload_of(draft), "effective_from": "2025-03-04"})
        with refused(f"{table}_activation_executed"):
            change_row(table, draft.pk, state="active")

    def test_is_not_put_in_force_by_who_wrote_it(self, desk: Desk, table: str) -> None:
        draft = draft_of(desk, table)
        with refused(f"{table}_maker_is_not_activator"):
            self.activate(desk, table, draft.pk, payload_of(draft), by_maker=True)

    def test_goes_back_to_draft_never(self, desk: Desk, table: str) -> None:
        shipped = draft_of(desk, table).__class__.objects.get(version=1)
        with refused(f"{table}_content_unchanged"):
            change_row(table, shipped.pk, state="draft")

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("starts_as_draft", {"state": "active", "version": 9}),
            ("state_known", {"state": "lost", "version": 9}),
            ("version_unique", {"state": "draft"}),
            ("identity_well_formed", {"state": "draft", "code": "margin risk"}),
            ("identity_well_formed", {"state": "draft", "version": 0}),
        ],
    )
    def test_is_refused(self, desk: Desk, table: str, rule: str, changes: dict[str, object]) -> None:
        shipped = draft_of(desk, table).__class__.objects.get(version=1)
        with refused(f"{table}_{'starts_as_draft' if rule == 'state_known' else rule}"):
            copy_row(table, shipped.pk, **changes)


class TestContent:
    @pytest.mark.parametrize("valid_days", [0, 1_097])
    def test_holds_three_years_at_most(self, desk: Desk, valid_days: int) -> None:
        draft = desk.next_questionnaire()
        with refused(f"{QUESTIONNAIRE}_holds_three_years_at_most"):
            copy_row(QUESTIONNAIRE, draft.pk, version=9, valid_days=valid_days)

    @pytest.mark.parametrize(
        "spoil",
        [
            "content #- '{title,zh-hant}'",
            "content #- '{questions,0,text,en}'",
            "content #- '{questions,0,answers,0,points}'",
            "jsonb_set(content, '{questions,0,answers,0,points}', '-1')",
            "jsonb_set(content, '{questions,0,answers,0,points}', '1.5')",
            "jsonb_set(content, '{questions,0,answers,0,code}', content #> '{questions,0,answers,1,code}')",
            "jsonb_set(content, '{questions,0,code}', content #> '{questions,1,code}')",
            "jsonb_set(content, '{tiers,0,from_points}', '1')",
            "jsonb_set(content, '{tiers,1,from_points}', '0')",
            "content #- '{tiers,4}'",
            "content - 'questions'",
            "jsonb_set(content, '{questions}', '[]')",
        ],
    )
    def test_is_sound(self, desk: Desk, spoil: str) -> None:
        draft = desk.next_questionnaire()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ({spoil})::text FROM {QUESTIONNAIRE} WHERE id = %s", [draft.pk])
            (content,) = cursor.fetchone()
        with refused(f"{QUESTIONNAIRE}_content_sound"):
            copy_row(QUESTIONNAIRE, draft.pk, version=9, content=content)

    @pytest.mark.parametrize("key", ["title", "text", "sha256"])
    def test_of_a_disclosure_is_hashed_in_each_language(self, desk: Desk, key: str) -> None:
        draft = desk.next_disclosure()
        texts = {**draft.texts, "zh-hans": {**draft.texts["zh-hans"], key: "other"}}
        for spoiled in (texts, {"en": draft.texts["en"]}):
            with refused(f"{DISCLOSURE}_texts_hashed"):
                copy_row(DISCLOSURE, draft.pk, version=9, texts=json.dumps(spoiled))


class TestAcknowledgement:
    @pytest.fixture
    def said(self, desk: Desk) -> DisclosureAcknowledgement:
        onboard_clients(party_ids=[desk.ada.pk], on=TODAY, maker_id=desk.mei.pk, checker_id=desk.li.pk)
        return DisclosureAcknowledgement.objects.get()

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("once", {}),
            ("hash_is_of_text", {"text_sha256": b"\0" * 32}),
            ("hash_is_of_text", {"text_sha256": b""}),
            ("hash_is_of_text", {"locale": "zh-hans"}),
            ("hash_is_of_text", {"locale": "tlh"}),
            ("day_is_of_instant", {"acknowledged_on": in_days(2)}),
            ("channel_known", {"channel": "pigeon"}),
        ],
    )
    def test_is_refused(self, said: DisclosureAcknowledgement, rule: str, changes: dict[str, object]) -> None:
        with refused(f"{ACKNOWLEDGEMENT}_{rule}"):
            copy_row(ACKNOWLEDGEMENT, said.pk, **changes)

    def test_of_a_draft_is_refused(self, desk: Desk, said: DisclosureAcknowledgement) -> None:
        draft = desk.next_disclosure()
        digest = bytes.fromhex(draft.texts["en"]["sha256"])
        with refused(f"{ACKNOWLEDGEMENT}_disclosure_active"):
            copy_row(ACKNOWLEDGEMENT, said.pk, disclosure_id=draft.pk, text_sha256=digest)


class TestAppendOnly:
    def test_holds_the_owner_too(
        self, transactional_db: None, owner_connection: psycopg.Connection[tuple[object, ...]]
    ) -> None:
        desk = set_up_desk()
        onboard_clients(party_ids=[desk.ada.pk], on=TODAY, maker_id=desk.mei.pk, checker_id=desk.li.pk)
        for model in ("identitydocument", "suitabilityassessment", "disclosureacknowledgement"):
            for statement in ("UPDATE accounts_{} SET id = id", "DELETE FROM accounts_{}"):
                with pytest.raises(psycopg.errors.CheckViolation) as caught:
                    owner_connection.execute(statement.format(model))
                assert caught.value.diag.constraint_name == f"accounts_{model}_append_only"

    def test_lets_the_owner_ship_versions(self, db: None) -> None:
        assert DisclosureVersion.objects.filter(state="active", approval=None).exists()
        assert QuestionnaireVersion.objects.filter(state="active", approval=None).exists()
        assert dt.date(2000, 1, 1) == QuestionnaireVersion.objects.get().effective_from

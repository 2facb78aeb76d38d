"""A book after a fall: contracts called, liquidations proposed and waiting, the last day still open."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation
from pytest_django import DjangoDbBlocker

from accounts.models import Approval, ApprovalKind, StaffRole, User
from clearing.day.services.run_day import run_day
from clearing.liquidation.models import Liquidation
from tests.desk import colleague, desk_of
from tests.world import SESSIONS, SHARES, TERMS, World, build_world

CRASH = {code: price * 6 // 10 for code, price in SHARES.items()}


@dataclass
class Evening:
    """Olga of operations has run the day; Rita of risk may release and close; Ava audits."""

    world: World
    olga: User
    rita: User
    ava: User

    @property
    def liquidation(self) -> Liquidation:
        return Liquidation.objects.order_by("reference")[0]

    @property
    def release(self) -> Approval:
        return Approval.objects.get(kind=ApprovalKind.RELEASE_LIQUIDATION, subject=self.liquidation.reference)

    @property
    def close(self) -> Approval:
        return Approval.objects.filter(kind=ApprovalKind.CLOSE_BUSINESS_DAY).latest("pk")

    def desk(self, user: User) -> Client:
        return desk_of(user)


def crash(directory: Path, *, contracts: int = 4) -> Evening:
    """Three days, and 40 % off on the third."""
    terms = dataclasses.replace(TERMS, standing_liquidation_authority=False)
    world = build_world(directory, contracts=contracts, terms=terms)
    olga, rita = colleague("olga.meyer", StaffRole.OPERATIONS), colleague("rita.rossi", StaffRole.RISK)
    world.play(*SESSIONS[:2])
    world.prepare(SESSIONS[2], CRASH)
    run_day(book_id=world.book.pk, business_date=SESSIONS[2], maker_id=olga.pk, inbox=world.inbox)
    return Evening(world, olga, rita, colleague("ava.stone", StaffRole.AUDITOR))


@pytest.fixture(scope="module")
def shared_evening(
    django_db_setup: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Evening]:
    """One evening for a module, in a transaction around those of its tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = crash(tmp_path_factory.mktemp("world"))
        yield made
        made.world.close()
        transaction.set_rollback(True)


@pytest.fixture
def evening(shared_evening: Evening, db: None) -> Iterator[Evening]:
    """The evening as it was; what a test does to it is undone."""
    yield shared_evening
    translation.activate("en")

"""Desks of the back office: people with a role, and the client through which they work."""

import re

from django.test import Client

from accounts.models import StaffRole, User
from accounts.queries.staff import day_runner_id
from accounts.services.staff import register_staff

PASSWORD = "a-long-harbour-wall"


def colleague(username: str, role: StaffRole, *, password: str | None = None) -> User:
    """Somebody who works here, by the service that registers staff."""
    return register_staff(
        username=username,
        full_name=username.replace(".", " ").title(),
        role=role,
        password=password,
        actor_id=day_runner_id(),
        reason="the cast of a test",
    )


def desk_of(user: User) -> Client:
    """Where this person works, signed in."""
    client = Client()
    client.force_login(user)
    return client


def text_of(html: str) -> str:
    """What a person reads of a page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())

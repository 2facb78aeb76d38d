"""Acts: what a person does through the admin. One page asks once more, one service does it, one sentence says
how it went.

GET shows what is about to happen; only POST does it (CSRF-protected, and a second click finds what the first
one did: accounts.admin.once). The service runs on behalf of the person who is signed in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.decorators import action

from accounts.admin.once import FIELD, form_key, once
from accounts.admin.panels import Panel, Text, Tone
from accounts.admin.refusals import refusal_sentence
from accounts.models import User

View = TypeVar("View", bound=Callable[..., HttpResponse])


def list_act(*, label: Text, url_path: str) -> Callable[[View], View]:
    """A button above a list, for whom `has_propose_permission` lets; to be named in `actions_list`."""
    decorate: Any = action(description=label, url_path=url_path, permissions=["propose"])
    return cast("Callable[[View], View]", decorate)


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What the page says before it is done."""

    title: Text
    question: Text
    button: Text
    back: str
    tone: Tone = Tone.INFO
    panels: Sequence[Panel] = ()
    warning: Text = ""
    keeps_form: bool = False
    """Whether a refusal shows the filled form again, instead of leading back."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """What to say afterwards, and where to go on."""

    sentence: Text
    href: str
    level: int = messages.SUCCESS


def staff_of(request: HttpRequest) -> User:
    """The person who is signed in.

    :raises PermissionDenied: nobody is.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _as_before(kept: Mapping[str, str]) -> Done:
    return Done(sentence=kept["sentence"], href=kept["href"])


def confirm_and_do(
    request: HttpRequest,
    *,
    confirmation: Confirmation,
    do: Callable[[dict[str, object]], Done],
    form_class: type[forms.Form] | None = None,
    initial: dict[str, object] | None = None,
    model: type[models.Model] | None = None,
) -> HttpResponse:
    """Ask on GET; on POST do it and lead on, or show the page again with what was refused.

    A refusal of a service becomes its sentence; any other exception is a fault and passes.
    """
    sent = request.POST if request.method == "POST" else None
    files = request.FILES if request.method == "POST" else None
    form = form_class(sent, files, initial=initial) if form_class else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            done = once(request, lambda: do(form.cleaned_data if form else {}), _as_before)
        except Exception as error:
            sentence = refusal_sentence(error)
            if sentence is None:
                raise
            if form is None or not confirmation.keeps_form:
                messages.error(request, sentence)
                return HttpResponseRedirect(confirmation.back)
            form.add_error(None, sentence)
        else:
            messages.add_message(request, done.level, str(done.sentence))
            return HttpResponseRedirect(done.href)
    if request.method not in ("GET", "HEAD", "POST"):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": confirmation.title,
        "subtitle": None,
        "confirmation": confirmation,
        "panels": confirmation.panels,
        "form": form,
        "form_key": (FIELD, form_key(request)),
        "opts": model._meta if model else None,
    }
    return TemplateResponse(request, "plimsoll/confirm.html", context)

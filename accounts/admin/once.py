"""A form that is sent twice does it once.

Each page with a form carries a key of its own. What a key did with what was filled in stays in the person's
session: a second click, or the browser's "send again", waits for the first and finds what that one did. Going
back and sending something else is another act.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from accounts.services.turns import turn

if TYPE_CHECKING:
    from accounts.admin.acts import Done

FIELD = "form_key"
KEPT = 40
"""How many forms a session remembers."""
_DONE = "plimsoll_done"


def form_key(request: HttpRequest) -> str:
    """The key of the page that is shown: what was sent keeps its own."""
    return request.POST.get(FIELD, "") or get_random_string(24)


def once(request: HttpRequest, do: Callable[[], "Done"], again: Callable[[Any], "Done"]) -> "Done":
    """Do it, or have `again` tell what the same form did before. A refusal is not remembered."""
    if not request.POST.get(FIELD):
        return do()
    name = _digest(request)
    with turn(key=name):
        kept = _remembered(request)
        if name in kept:
            return again(kept[name])
        done = do()
        request.session[_DONE] = dict(
            [*kept.items(), (name, {"sentence": str(done.sentence), "href": done.href})][-KEPT:]
        )
        request.session.save()
    return done


def _digest(request: HttpRequest) -> str:
    """What was sent, by whom and where to."""
    sent = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    files = {name: [_content(one) for one in request.FILES.getlist(name)] for name in request.FILES}
    said = json.dumps([request.path, request.user.pk, sent, files], sort_keys=True)
    return sha256(said.encode()).hexdigest()[:32]


def _content(file: "UploadedFile[Any]") -> tuple[str, str]:
    """Name and hash of a file, which is left at its beginning."""
    hashed = sha256()
    for chunk in file.chunks():
        hashed.update(chunk)
    file.seek(0)
    return file.name or "", hashed.hexdigest()


def _remembered(request: HttpRequest) -> dict[str, Any]:
    """The forms that this session has done, as another request may just have written them."""
    fresh = type(request.session)(request.session.session_key)
    kept = fresh.get(_DONE, {})
    return dict(kept)

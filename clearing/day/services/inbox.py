"""Take in the files that custodians left: `<inbox>/<custodian>/<file>`, in the order of their names."""

import datetime as dt
from functools import partial
from pathlib import Path

from django.db import transaction

from clearing.day.domain.plan import Figures
from custody.services.statements import import_statement

TAKEN = "taken"


def take_in_inbox(*, book_id: int, business_date: dt.date, inbox: Path | None, maker_id: int) -> Figures:
    """Import every file of the inbox as a statement; once that is committed, move it to `taken/` beside it.

    Joins the caller's transaction. A file that was imported and not moved is imported again, which changes
    nothing. What cannot be read is kept as a statement too and shows as a break.

    :raises UnknownCustodian: a directory is named after nobody.
    Source: DESIGN 8 (watched folder), 9 (statements in).
    """
    if inbox is None or not inbox.is_dir():
        return {"files": 0}
    taken = 0
    for place in sorted(inbox.iterdir()):
        if not place.is_dir():
            continue
        for file in sorted(one for one in place.iterdir() if one.is_file()):
            import_statement(
                book_id=book_id,
                custodian_code=place.name,
                raw=file.read_bytes(),
                file_name=file.name,
                received_on=business_date,
                maker_id=maker_id,
            )
            transaction.on_commit(partial(_put_aside, file))
            taken += 1
    return {"files": taken}


def _put_aside(file: Path) -> None:
    place = file.parent / TAKEN
    place.mkdir(exist_ok=True)
    file.replace(place / file.name)

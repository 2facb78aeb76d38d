"""What a correction finds beyond valuations and what follows from them, as the columns of an unnest."""

import datetime as dt
from dataclasses import dataclass, field

OWN = """
    SELECT u.contract_id, u.business_date, u.figure, u.subject, u.stored, u.recomputed
    FROM unnest(
        %(own_ids)s::bigint[], %(own_dates)s::date[], %(own_figures)s::text[], %(own_subjects)s::text[],
        %(own_stored)s::bigint[], %(own_recomputed)s::bigint[]
    ) AS u(contract_id, business_date, figure, subject, stored, recomputed)
"""


@dataclass(slots=True)
class OwnFindings:
    """Findings row by row; those that do not differ are none."""

    rows: list[tuple[int | None, dt.date, str, str, int | None, int | None]] = field(default_factory=list)

    def add(
        self,
        figure: str,
        day: dt.date,
        subject: str,
        stored: int | None,
        right: int | None,
        contract: int | None = None,
    ) -> None:
        if stored != right:
            self.rows.append((contract, day, figure, subject[:120], stored, right))

    def params(self) -> dict[str, object]:
        """The parameters of `OWN`."""
        columns = list(zip(*self.rows, strict=True)) or [()] * 6
        names = ("ids", "dates", "figures", "subjects", "stored", "recomputed")
        return {f"own_{name}": list(column) for name, column in zip(names, columns, strict=True)}

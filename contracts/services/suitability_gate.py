"""The gate before financing: who has a fault of standing neither applies nor draws; each fault by name."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from accounts.queries.suitability import Standing, SuitabilityFault, standings
from contracts.models import FinancingContract
from contracts.services.refusals import ContractRefusal


class Unsuitable(ContractRefusal):
    """The client may not be financed."""


class IdentityMissing(Unsuitable):
    """No identity check has been passed."""

    code = "contracts_client_identity_checked"
    sentence = _("The client's identity has not been checked; check it before financing.")


class IdentityExpired(Unsuitable):
    """The document that the identity was checked by has expired."""

    code = "contracts_client_identity_valid"
    sentence = _("The client's identity document has expired; check a valid one.")


class IdentityReviewOverdue(Unsuitable):
    """The periodic review of the identity is overdue."""

    code = "contracts_client_identity_reviewed"
    sentence = _("The review of the client's identity is overdue; review it.")


class ScreeningMissing(Unsuitable):
    """No screening against sanctions and political exposure holds on the day."""

    code = "contracts_client_screened"
    sentence = _("The client is not screened against sanctions and political exposure; screen it.")


class ScreeningNotClear(Unsuitable):
    """A screening hit stands."""

    code = "contracts_client_screening_clear"
    sentence = _("A screening hit of the client stands; compliance must clear it first.")


class SuitabilityMissing(Unsuitable):
    """The client has no suitability assessment."""

    code = "contracts_client_suitability_assessed"
    sentence = _("The client's suitability has not been assessed; have the questionnaire answered.")


class SuitabilityExpired(Unsuitable):
    """The suitability assessment has expired."""

    code = "contracts_client_suitability_current"
    sentence = _("The client's suitability assessment has expired; assess it anew.")


class DisclosureMissing(Unsuitable):
    """A risk disclosure in force is not acknowledged."""

    code = "contracts_client_disclosure_acknowledged"
    sentence = _("The client has not acknowledged the risk disclosure in force; have it acknowledged.")


class ClientNotActive(Unsuitable):
    """The client is suspended or closed."""

    code = "contracts_client_active"
    sentence = _("The client is not active; see why before financing.")


BY_FAULT: Mapping[SuitabilityFault, type[Unsuitable]] = {
    SuitabilityFault.IDENTITY_MISSING: IdentityMissing,
    SuitabilityFault.IDENTITY_EXPIRED: IdentityExpired,
    SuitabilityFault.IDENTITY_REVIEW_OVERDUE: IdentityReviewOverdue,
    SuitabilityFault.SCREENING_MISSING: ScreeningMissing,
    SuitabilityFault.SCREENING_NOT_CLEAR: ScreeningNotClear,
    SuitabilityFault.SUITABILITY_MISSING: SuitabilityMissing,
    SuitabilityFault.SUITABILITY_EXPIRED: SuitabilityExpired,
    SuitabilityFault.DISCLOSURE_MISSING: DisclosureMissing,
    SuitabilityFault.PARTY_NOT_ACTIVE: ClientNotActive,
}


def refuse_unsuitable(*, contract_ids: Iterable[int], on: dt.date) -> dict[int, Standing]:
    """Return the standing of each contract's client on a day, or refuse by the first fault.

    Reads only; two statements for any number of contracts. The detail names the contract, its client and all
    faults.

    :raises Unsuitable: the subclass of the fault.
    Source: DESIGN 5 (suitability: the refusal names what is missing, expired or exceeded).
    """
    rows = FinancingContract.objects.filter(id__in=list(contract_ids)).order_by("code")
    clients = {key: (code, client_id) for key, code, client_id in rows.values_list("id", "code", "client_id")}
    found = standings(party_ids={client_id for _, client_id in clients.values()}, on=on)
    for code, client_id in clients.values():
        faults = found[client_id].faults
        if faults:
            raise BY_FAULT[faults[0]](f"{code}: {', '.join(fault.value for fault in faults)}")
    return {contract_id: found[client_id] for contract_id, (_, client_id) in clients.items()}

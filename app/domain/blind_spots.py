"""What can stop a bill or an invoice although Monite's API shows nothing of it beforehand.

Nothing known against a document means: none of these aside. The texts are for people; the codes are
those of the catalogue under which such a refusal comes back.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlindSpot:
    key: str
    text: str
    codes: frozenset[str]


def _spot(key: str, text: str, *codes: str) -> BlindSpot:
    return BlindSpot(key, text, frozenset(codes))


BLIND_SPOTS = (
    _spot("closed_period", "A period that is closed in the books", "PERIOD_CLOSED"),
    _spot("changed_since", "Whatever was changed in the accounting system since the last import",
          "ACC_ARCHIVED", "ACC_GONE", "INACTIVE", "REFERENCE", "TAX_NO_MATCH", "TAX_MISSING", "TAX_US"),
    _spot("tax_direction", "Whether a tax rate is meant for purchases or for sales, and for which accounts",
          "TAX_NO_MATCH", "TAX_MISSING", "TAX_ACCOUNT", "TAX_US"),
    _spot("kept_account", "Accounts that the accounting system keeps for itself", "ACC_GONE"),
    _spot("contact_name", "Contacts: a name that several have over there, or that can't be given to one more",
          "NAME_TWICE", "EMAIL", "TOO_LONG", "RULE_THERE"),
    _spot("contact_put_away", "A contact that was archived over there", "CONTACT_ARCHIVED", "INACTIVE"),
    _spot("contact_details", "A contact's own currency, or an address that is incomplete over there",
          "CURRENCY_CONTACT", "TAX_ADDRESS"),
    _spot("currency", "Which currencies are set up", "CURRENCY", "FEATURE_OFF"),
    _spot("number_there", "Numbers of bills and invoices that were entered over there", "NUMBER_USED"),
    _spot("item", "Products and services that were put away over there", "ITEM", "INACTIVE"),
    _spot("changed_there", "A bill or invoice that was paid, voided or deleted over there",
          "LOCKED_PAID", "DELETED_THERE", "NOT_FOUND_THERE", "RULE_THERE"),
    _spot("plan", "The limits of the plan and the subscription",
          "PLAN_LIMIT", "FEATURE_OFF", "SUBSCRIPTION"),
    _spot("rights", "What the person who connected may still do", "CONN_RIGHTS", "CONN_WITHDRAWN"),
    _spot("traffic", "Whether the accounting system answers, and in time",
          "LIMIT", "LIMIT_DAY", "DOWN", "TIMEOUT", "STUCK", "STALE"),
)  # fmt: skip

"""Reading the raw texts of Monite, Codat, Railz, Xero and QuickBooks: which problem, and what it names.

Nobody publishes these texts, so each rule looks for the words that carry the meaning, and the first
rule that finds them wins: what is said about access comes before what is said about the document.
"""

from __future__ import annotations

import re

_RULES: tuple[tuple[str, str], ...] = (
    ("CONN_RIGHTS", r"correct permissions|authorization failure|permissionserror|003201"),
    (
        "CONN_WITHDRAWN",
        r"token ?expired|invalid_grant|authenticationunsuccessful|authenticationfailed"
        r"|de-?authori[sz]ed access|refresh token|reconnection required|autherror|no active connection"
        r"|no connected accounting|connection is not active|not connected to an accounting system",
    ),
    (
        "SUBSCRIPTION",
        r"subscription period|invalid company status|subscription (?:is|has) (?:inactive|ended|expired)",
    ),
    (
        "LIMIT",
        r"(?:http|status ?(?:code)?)[ =:]*429|rate ?limit|throttle|paused until|too many requests"
        r"|still in progress|status pending|daily rate|quota",
    ),
    ("TIMEOUT", r"timed ?out|time-?out|no answer in time"),
    (
        "DOWN",
        r"fetcherror|internalerror|service unavailable|bad gateway|(?:http|status ?(?:code)?)[ =:]*50[0234]",
    ),
    ("DISCOUNT_WHOLE", r"invoice[- ]level discount|discount on the whole|document[- ]level discount"),
    ("ACC_ARCHIVED", r"account[^;.]*(?:archived|inactive)|archived[^;.]*account"),
    ("CONTACT_ARCHIVED", r"(?:contact|supplier|vendor|customer|counterpart)\b[^;.]*(?:archived|inactive)"),
    ("INACTIVE", r"has been made inactive"),
    (
        "PERIOD_CLOSED",
        r"lock date|period (?:has )?closed|closed period|books (?:have been |are )?closed|closing date",
    ),
    (
        "NUMBER_USED",
        r"(?:#|number) must be unique|duplicate document number|number (?:has|is) already (?:been )?used",
    ),
    (
        "NAME_TWICE",
        r"already assigned to another contact|duplicate name|already using this name|share(?:s)? this name"
        r"|(?:several|more than one|two|multiple) (?:product|contact|item|supplier|vendor|customer|match)",
    ),
    (
        "CURRENCY",
        r"not subscribed to currency|one foreign currency|not set up for currency"
        r"|currency .*(?:not enabled|not switched on|differs)",
    ),
    (
        "LOCKED_PAID",
        r"not of valid status for modification|already (?:been )?paid|is paid and (?:cannot|locked)",
    ),
    ("LINES_NONE", r"line items must be specified|no line items?|has no lines|parameter line is missing"),
    (
        "ACC_LINE",
        r"account code or id must be specified|ledger_account_id|ledger account (?:is )?(?:missing|required)"
        r"|no ledger account|without a(?:n| ledger) account|parameter accountref",
    ),
    (
        "TAX_MISSING",
        r"have a vat rate|tax_rate_ref_id missing|tax rate (?:is )?missing"
        r"|no tax rate (?:on|is set)|without a tax rate",
    ),
    (
        "TAX_NO_MATCH",
        r"tax rate does not exist|taxtype code .* does not exist|invalid line taxcode"
        r"|no (?:matching )?tax rate|invalid reference id : tax",
    ),
    (
        "ACC_GONE",
        r"not a valid code for this document|invalid reference id : account"
        r"|account (?:does not exist|not found)|account [^;]* cannot be used on this transaction",
    ),
    (
        "CONTACT_NONE",
        r"contact must be specified|parameter (?:vendorref|customerref)"
        r"|(?:contact|supplier|vendor|customer|counterpart) (?:does not exist|not found|not mapped)"
        r"|invalid reference id : (?:vendor|customer|names)"
        r"|no matching (?:contact|supplier|vendor|customer|counterpart)",
    ),
)
_COMPILED = tuple((code, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for code, pattern in _RULES)

_NAMED = (
    ("account", re.compile(r"account(?: code)? '?([0-9][\w./-]*)'?", re.IGNORECASE)),
    ("currency", re.compile(r"currency ([A-Z]{3})\b")),
    ("rate", re.compile(r"(\d+(?:\.\d+)?) ?%")),
    ("date", re.compile(r"(?:set at|up to|on or before) (\d[\w -]*\d)", re.IGNORECASE)),
    ("name", re.compile(r"contact name (.+?) is already assigned", re.IGNORECASE)),
)


def code_of(text: str, object_type: str) -> str:
    """The code of the problem that a raw text tells of; UNKNOWN when no rule knows it."""
    for code, pattern in _COMPILED:
        if pattern.search(text):
            return "ACC_PRODUCT" if code == "ACC_LINE" and object_type == "receivable" else code
    return "UNKNOWN"


def values_in(text: str) -> dict[str, str]:
    """What a raw text names: account, currency, rate, date, name; only what is there."""
    found = ((key, pattern.search(text)) for key, pattern in _NAMED)
    return {key: match.group(1).strip() for key, match in found if match}

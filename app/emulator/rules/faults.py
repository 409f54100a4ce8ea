"""The kinds of faults that can be armed on purpose, each with what it does."""

from __future__ import annotations

KINDS = {
    "token_revoked": "The next token is answered with 401, as when it was revoked.",
    "access_withdrawn": "The business takes the access away on the accounting side.",
    "api_down": "The API answers 503 with a page of HTML.",
    "garbage": "The API answers 200 with HTML in place of JSON.",
    "no_answer": "The API closes the connection without an answer.",
    "server_error": "The API answers 500.",
    "rate_limited": "The API answers 429 and asks to wait.",
    "conflict": "Writes are answered with 409.",
    "unprocessable": "Writes are answered with 422.",
    "timeout_after_push": "A push is done, but its answer is 504.",
    "resource_failing": "Ledger accounts, or the resource in options.resource, answer 500; the rest works.",
    "slow_pull": "The next first pull takes two minutes.",
    "period_closed": "The accounting period is closed up to today.",
    "account_archived": "An account that lines use is archived in the books.",
    "link_used": "The sign-in link says that it was used already.",
    "wrong_organisation": "Signing in ends at the other organisation, whichever was chosen.",
    "sign_in_error": "Signing in ends with an unknown error of the provider; nothing is connected.",
    "webhook_lost": "A webhook, Monite's or Codat's, never leaves.",
    "webhook_doubled": "A webhook, Monite's or Codat's, is sent twice with the same id.",
    "webhook_out_of_order": "A webhook, Monite's or Codat's, is sent after the next one to its address.",
    "pull_failing": "Items, or the data type in options.data_type, cannot be pulled; the rest can.",
    "push_stuck": "A push stays pending at the provider for an hour.",
    "push_timed_out": "A push times out at the provider, and is in the books all the same.",
}

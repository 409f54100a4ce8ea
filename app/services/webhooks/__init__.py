"""What Monite and Codat tell by themselves: received, handled, listed; asked for, and tried.

A message is only ever a hint. What it says to have happened is read from Monite, so that one that is
lost, late, doubled or out of order makes nothing wrong, only later.
"""

from app.services.webhooks.handling import handle_again, run_due
from app.services.webhooks.receiving import LARGEST, SECRETS, receive

__all__ = ["LARGEST", "SECRETS", "handle_again", "receive", "run_due"]

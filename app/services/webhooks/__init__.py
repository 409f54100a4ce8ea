"""What Monite and Codat tell by themselves: received, handled, listed; asked for, and tried.

A message is only ever a hint. What it says to have happened is read from Monite, so that one that is
lost, late, doubled or out of order makes nothing wrong, only later.
"""

from app.services.webhooks.handling import handle_again, run_due
from app.services.webhooks.lists import ChannelState, Listed, Silence, channels, find, silence
from app.services.webhooks.receiving import LARGEST, SECRETS, receive
from app.services.webhooks.subscriptions import MADE, MENDED, RENEWED, Subscribed, address_of, subscribe
from app.services.webhooks.trials import Trial, send_test

__all__ = [
    "LARGEST",
    "MADE",
    "MENDED",
    "RENEWED",
    "SECRETS",
    "ChannelState",
    "Listed",
    "Silence",
    "Subscribed",
    "Trial",
    "address_of",
    "channels",
    "find",
    "handle_again",
    "receive",
    "run_due",
    "send_test",
    "silence",
    "subscribe",
]

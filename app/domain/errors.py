"""Everything that can go wrong, by name.

GangwayError
├── MoniteError                   the other side did not do what was asked
│   ├── UnavailableError          no answer, 5xx or a body that is not JSON: worth another try
│   │   └── RateLimitedError      429, with the seconds to wait
│   ├── CredentialsError          client id or secret refused, or a fresh token refused
│   ├── ForbiddenError            403: this partner or token may not
│   ├── NotFoundError             404
│   ├── ConflictError             409: the state of the thing forbids it
│   └── RefusedError              400, 405, 406, 413, 422: the request itself is not accepted
├── CalledOffError                what was to be done by itself must not be done any more
├── NotAllowedError               this person may not do or see that
│   └── SayWhyError               they may, once they have said why they act for somebody else
├── TooManyTriesError             too many wrong tries; it says when to come back
├── UncheckedError                there is access again, and nobody has said that it is the same organisation
├── NotThereError                 no such entity, record or batch here
└── InputError                    what the person entered cannot be used; carries field and words
    └── CapReachedError           the partner can't connect another organisation of this system
"""

from __future__ import annotations


class GangwayError(Exception):
    """The root of all our errors."""


class MoniteError(GangwayError):
    """Monite did not do what was asked; `status` and `request_id` are kept for support."""

    def __init__(self, message: str, *, status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.request_id = request_id


class UnavailableError(MoniteError):
    """No usable answer came; the same call may work later, and may have worked this time."""


class RateLimitedError(UnavailableError):
    """Too many requests; nothing was done, and `retry_after` says how many seconds to wait."""

    def __init__(self, message: str, *, retry_after: float, request_id: str | None = None) -> None:
        super().__init__(message, status=429, request_id=request_id)
        self.retry_after = retry_after


class CredentialsError(MoniteError):
    """The partner's client id or secret is refused."""


class ForbiddenError(MoniteError):
    """The partner may not touch this."""


class NotFoundError(MoniteError):
    """Monite does not know this id."""


class ConflictError(MoniteError):
    """The state of the thing forbids it."""


class RefusedError(MoniteError):
    """The request itself is not accepted."""


class CalledOffError(GangwayError):
    """What was planned by itself must not be sent now that its time has come; nothing was asked."""


class NotAllowedError(GangwayError):
    """The person may not do or see this; the message says who may."""


class SayWhyError(NotAllowedError):
    """One of the partner's people wants to act for a business and has not said why."""


class TooManyTriesError(GangwayError):
    """Somebody tried too often; `retry_after` says in how many seconds they may try again."""

    def __init__(self, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        super().__init__(f"Wait {minutes} minute{'' if minutes == 1 else 's'}, then try again.")
        self.retry_after = retry_after


class UncheckedError(GangwayError):
    """Nothing may be sent before a person has checked what was connected in place of something else."""


class NotThereError(GangwayError):
    """There is no such thing here."""


class InputError(GangwayError):
    """What was entered cannot be used."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class CapReachedError(InputError):
    """The partner's app has as many Xero organisations as it may; the partner finds it by `reference`."""

    def __init__(self, reference: str) -> None:
        super().__init__("cap", "Another Xero organisation can't be added right now.")
        self.reference = reference

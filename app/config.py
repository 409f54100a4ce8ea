"""What the dashboard is told from outside, read once and handed down."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from app.mails import server_of

API_VERSIONS = ("2023-09-01", "2024-01-31", "2024-05-25")
SHORTEST_KEY = 24


class SettingsError(ValueError):
    """A setting is missing or cannot be read; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between two installations of the dashboard."""

    monite_api_url: str
    monite_client_id: str
    monite_client_secret: str
    instance: Path
    secret_key: str
    monite_api_version: str = "2024-01-31"
    host: str = "127.0.0.1"
    port: int = 5000
    sync_interval_minutes: int = 60
    huey_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    rate_limit: int = 30
    """Requests a second that Monite allows one partner, for web and worker together."""
    partner_bill_url: str = ""
    """Where the partner's own product edits a bill; '' when that isn't told. So the three that follow."""
    partner_invoice_url: str = ""
    partner_contact_url: str = ""
    partner_product_url: str = ""
    sends_discounts: bool = False
    """Whether Monite sends invoices with a discount on the whole; its guide says that it doesn't."""
    public_url: str = ""
    """Where browsers and webhooks reach the dashboard, without a slash at its end."""
    partner_name: str = ""
    """What the partner is called on pages that outsiders see; '' when that isn't told."""
    partner_key: str = ""
    """With which the partner's backend asks for launch links; '' where there are none."""
    encryption_keys: tuple[str, ...] = ()
    """Fernet keys, the newest first; older ones still open what they closed."""
    mail_url: str = ""
    """The mail server by which people are told of things; '' where they are not."""
    xero_cap: int = 25
    """How many Xero organisations the partner's app may have connected at a time."""

    hashing: tuple[int, int] = (3, 65_536)
    """Rounds and KiB of memory that a password's hash takes; no setting, so that nobody makes it weak."""
    trusted_proxy: str = ""
    """The address of the proxy that may say where a request came from; '' while there is none."""

    @property
    def database(self) -> Path:
        return self.instance / "gangway.sqlite3"

    @property
    def practice(self) -> bool:
        """Whether the other side is an emulator on this machine, so that nothing reaches real books."""
        return is_loopback(urlsplit(self.monite_api_url).hostname or "")

    @property
    def environment(self) -> str:
        """practice, sandbox (Monite's own for tests) or live: what is done here is real in live alone."""
        if self.practice:
            return "practice"
        return "sandbox" if "sandbox" in (urlsplit(self.monite_api_url).hostname or "") else "live"

    @property
    def secure(self) -> bool:
        """Whether browsers reach the dashboard by https, so that cookies may demand it."""
        return self.public_url.startswith("https://")

    @property
    def open_chooser(self) -> bool:
        """Whether anybody may come in as whomever they like: practice, on this machine alone."""
        outside = self.trusted_proxy or not is_loopback(self.public_host or "localhost")
        return self.practice and is_loopback(self.host) and not outside

    @property
    def public_host(self) -> str:
        """The host of the public address; '' while there is none."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def other_side(self) -> str | None:
        """The emulator's page on which both sides of the sync are seen; None when there is no emulator."""
        api = urlsplit(self.monite_api_url)
        return f"{api.scheme}://{api.netloc}/_emulator/" if self.practice else None

    @property
    def may_leave_to(self) -> tuple[str, ...]:
        """Origins and host patterns to which a person may be sent, as a content policy writes them."""
        api = urlsplit(self.monite_api_url)
        own = (f"{api.scheme}://{api.netloc}",) if self.practice else ()
        return (
            *own,
            "https://*.codat.io",
            "https://*.railz.ai",
            *(f"https://{h}" for h in self.allowed_hosts),
            *dict.fromkeys(_origin(address) for address in self.partner_addresses.values() if address),
        )

    @property
    def partner_addresses(self) -> Mapping[str, str]:
        """Where the partner's own product edits what Gangway can't, by what it is; '' where not told."""
        return {
            "bill": self.partner_bill_url,
            "invoice": self.partner_invoice_url,
            "contact": self.partner_contact_url,
            "product": self.partner_product_url,
        }


def side_of(address: str) -> str:
    """Whose data an address of Monite's stands for: its host, or this machine for an emulator."""
    target = urlsplit(address)
    return "this machine" if is_loopback(target.hostname or "") else target.netloc.lower()


def is_loopback(host: str) -> bool:
    """Whether the host name or address means this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment; raises SettingsError in words when they cannot work."""
    instance = Path(environ.get("GANGWAY_INSTANCE", "instance"))
    missing = [
        name
        for name in ("MONITE_API_URL", "MONITE_CLIENT_ID", "MONITE_CLIENT_SECRET")
        if not environ.get(name)
    ]
    if missing:
        raise SettingsError(
            f"{' and '.join(missing)} must be set. To try Gangway without an account, run `gangway demo`."
        )
    host = environ.get("GANGWAY_HOST", "127.0.0.1")
    _check_host(environ, host)
    version = environ.get("MONITE_API_VERSION", "2024-01-31")
    if version not in API_VERSIONS:
        raise SettingsError(f"MONITE_API_VERSION is {version}; known are {', '.join(API_VERSIONS)}.")
    port = _whole(environ, "GANGWAY_PORT", 5000)
    return Settings(
        monite_api_url=environ["MONITE_API_URL"].rstrip("/"),
        monite_client_id=environ["MONITE_CLIENT_ID"],
        monite_client_secret=environ["MONITE_CLIENT_SECRET"],
        monite_api_version=version,
        instance=instance,
        secret_key=environ.get("GANGWAY_SECRET_KEY")
        or _own_secret(instance, "secret_key", lambda: secrets.token_hex(32)),
        host=host,
        port=port,
        sync_interval_minutes=_whole(environ, "GANGWAY_SYNC_INTERVAL_MINUTES", 60),
        huey_url=environ.get("GANGWAY_HUEY_URL") or None,
        allowed_hosts=tuple(environ.get("GANGWAY_ALLOWED_HOSTS", "").split()),
        rate_limit=_whole(environ, "GANGWAY_RATE_LIMIT", 30),
        partner_bill_url=_partner_address(environ, "GANGWAY_PARTNER_BILL_URL"),
        partner_invoice_url=_partner_address(environ, "GANGWAY_PARTNER_INVOICE_URL"),
        partner_contact_url=_partner_address(environ, "GANGWAY_PARTNER_CONTACT_URL"),
        partner_product_url=_partner_address(environ, "GANGWAY_PARTNER_PRODUCT_URL"),
        sends_discounts=_yes(environ, "GANGWAY_SENDS_DISCOUNTS"),
        public_url=_public_url(environ, f"http://{f'[{host}]' if ':' in host else host}:{port}"),
        partner_name=environ.get("GANGWAY_PARTNER_NAME", "").strip()[:80],
        partner_key=_partner_key(environ),
        encryption_keys=_encryption_keys(environ, instance),
        xero_cap=_whole(environ, "GANGWAY_XERO_CAP", 25),
        mail_url=_mail_url(environ),
        trusted_proxy=_trusted_proxy(environ),
    )


def _check_host(environ: Mapping[str, str], host: str) -> None:
    """Others than this machine may reach it only with a key of its own and by https; people sign in then."""
    if is_loopback(host):
        return
    lacks = []
    if len(environ.get("GANGWAY_SECRET_KEY", "")) < SHORTEST_KEY:
        lacks.append(f"GANGWAY_SECRET_KEY must be set (at least {SHORTEST_KEY} characters)")
    if not environ.get("GANGWAY_PUBLIC_URL", "").strip().startswith("https://"):
        lacks.append("GANGWAY_PUBLIC_URL must be the https:// address under which people reach it")
    if lacks:
        raise SettingsError(
            f"GANGWAY_HOST is {host}, so not only this machine can reach it: {' and '.join(lacks)}. "
            "To try it on this machine alone, leave GANGWAY_HOST out."
        )


def _trusted_proxy(environ: Mapping[str, str]) -> str:
    address = environ.get("GANGWAY_TRUSTED_PROXY", "").strip()
    try:
        return str(ipaddress.ip_address(address)) if address else ""
    except ValueError:
        raise SettingsError(
            f"GANGWAY_TRUSTED_PROXY is {address!r}; it must be the address of the proxy in front, "
            "as in 127.0.0.1."
        ) from None


def _public_url(environ: Mapping[str, str], default: str) -> str:
    address = environ.get("GANGWAY_PUBLIC_URL", "").strip().rstrip("/")
    if not address:
        return default
    target = urlsplit(address)
    plain = target.netloc and not (target.path or target.query or target.fragment or "@" in target.netloc)
    safe = target.scheme == "https" or (target.scheme == "http" and is_loopback(target.hostname or ""))
    if not plain or not safe:
        raise SettingsError(
            f"GANGWAY_PUBLIC_URL is {address!r}; it must be https:// and a host, as in "
            "https://gangway.example.com (http:// only on this machine)."
        )
    return address


def _mail_url(environ: Mapping[str, str]) -> str:
    address = environ.get("GANGWAY_MAIL_URL", "").strip()
    if address:
        try:
            server_of(address)
        except ValueError as error:
            # It holds a password, so it is not repeated.
            raise SettingsError(f"GANGWAY_MAIL_URL can't be used: {error}") from None
    return address


def _partner_key(environ: Mapping[str, str]) -> str:
    key = environ.get("GANGWAY_PARTNER_KEY", "").strip()
    if key and len(key) < SHORTEST_KEY:
        raise SettingsError(
            f"GANGWAY_PARTNER_KEY must have at least {SHORTEST_KEY} characters. "
            "A new one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return key


def _encryption_keys(environ: Mapping[str, str], instance: Path) -> tuple[str, ...]:
    told = tuple(environ.get("GANGWAY_ENCRYPTION_KEYS", "").split())
    for key in told:
        try:
            Fernet(key)
        except ValueError:
            raise SettingsError(
                "GANGWAY_ENCRYPTION_KEYS must hold keys of 32 bytes in URL-safe base64, the newest first, "
                "with a space between them. A new one: "
                "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
            ) from None
    return told or (_own_secret(instance, "encryption_key", lambda: Fernet.generate_key().decode()),)


def _partner_address(environ: Mapping[str, str], name: str) -> str:
    """An address with `{id}` in it, and `{entity_id}` where the partner's product wants that too."""
    address = environ.get(name, "").strip()
    if not address:
        return ""
    problem = _against(address)
    if problem:
        raise SettingsError(
            f"{name} is {address!r}: {problem} An example: https://app.example.com/{{entity_id}}/bills/{{id}}"
        )
    return address


def _against(address: str) -> str:
    """What stands against an address of the partner's product; '' when nothing does."""
    try:
        target = urlsplit(address)
        host, _ = target.hostname or "", target.port
    except ValueError:
        return "it can't be read."
    rest = re.sub(r"\{(?:id|entity_id)\}", "", address)
    objections = (
        (target.scheme not in ("http", "https") or not host, "it must be a whole address, with https://."),
        (
            target.scheme == "http" and not is_loopback(host),
            "it must begin with https:// (http:// only here).",
        ),
        (
            any(sign in target.netloc for sign in "@{}"),
            "its host must be plain, without a name, a password or a placeholder.",
        ),
        ("{id}" not in address, "it must contain {id}."),
        (any(sign in rest for sign in "{}"), "the only placeholders are {id} and {entity_id}."),
        (re.search(r"[\s\"'<>;,]", rest), "it must not contain spaces, quotes, commas or semicolons."),
    )
    return next((words for stands, words in objections if stands), "")


def _origin(address: str) -> str:
    target = urlsplit(address)
    return f"{target.scheme}://{target.netloc}"


def _whole(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, str(default))
    if not value.isdigit() or int(value) < 1:
        raise SettingsError(f"{name} is {value!r}; it must be a whole number above 0.")
    return int(value)


def _yes(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "no")
    if value not in ("yes", "no"):
        raise SettingsError(f"{name} is {value!r}; it must be yes or no.")
    return value == "yes"


def _own_secret(instance: Path, name: str, make: Callable[[], str]) -> str:
    """A secret kept in the instance folder, so that a restart neither signs anybody out nor forgets a key."""
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / name
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(make())
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")

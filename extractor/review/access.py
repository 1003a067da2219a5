"""Who may use the page: a random key per link, a name per key, and a second secret in every request that writes."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

LONGEST_NAME = 60


def name_of(typed: object) -> str | None:
    """A curator's name as it is written down, None where it is none."""
    if not isinstance(typed, str):
        return None
    name = " ".join(typed.split())
    return name if 0 < len(name) <= LONGEST_NAME and name.isprintable() else None


@dataclass(frozen=True, slots=True)
class Access:
    """The keys of one server; new ones each time it is started.

    Attributes:
        keys: key -> the curator it belongs to; None where the curator says the name on the page.
    """

    keys: Mapping[str, str | None]
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @classmethod
    def for_curators(cls, names: Iterable[str] = ()) -> Access:
        """A key for each name; without names, one key for whoever says a name."""
        return cls({secrets.token_urlsafe(32): name for name in names} or {secrets.token_urlsafe(32): None})

    def known(self, key: str) -> str | None:
        """The key if it is one, compared in constant time."""
        return next((each for each in self.keys if hmac.compare_digest(each.encode(), key.encode())), None)

    def csrf(self, key: str, curator: str) -> str:
        """What a page opened with this key under this name has to send with everything that writes."""
        return hmac.new(self._secret, f"{key}\0{curator}".encode(), sha256).hexdigest()

    def fits(self, key: str, curator: str, given: str) -> bool:
        """Whether ``given`` is that."""
        return hmac.compare_digest(self.csrf(key, curator).encode(), given.encode())

"""Who asks PubMed, where, and how patiently."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from urllib.parse import quote, quote_plus, urlsplit

from extractor.errors import PubMedError

BASE_URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
TOOL = "als-cytokine-extractor"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """Time and chance, so that tests need not wait.

    Attributes:
        monotonic: seconds since any fixed moment.
        sleep: waits for that many seconds.
        now: the time of day, with its zone.
        random: a number in [0, 1).
    """

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = _utc_now
    random: Callable[[], float] = random.random


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How PubMed is asked.

    Attributes:
        email: whom NCBI may write to about these requests.
        api_key: raises NCBI's limit from 3 to 10 requests a second; never shown.
        base_url: of the E-utilities, without the utility's name.
        timeout: seconds without a byte before a request is given up.
        deadline: seconds one answer may take in all.
        attempts: how often one request is made before the fetch fails.
        batch_size: records per request and file.
        workers: requests under way at the same time; the rate limit holds for all of them together.

    Raises:
        PubMedError: the e-mail address is missing or the base URL is none.
    """

    email: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = BASE_URL
    timeout: float = 60.0
    deadline: float = 600.0
    attempts: int = 8
    batch_size: int = 200
    workers: int = 3
    clock: Clock = field(default=Clock(), repr=False)

    def __post_init__(self) -> None:
        if "@" not in self.email:
            raise PubMedError(
                "NCBI asks for an e-mail address: give --email, set NCBI_EMAIL or write it into the config file"
            )
        if urlsplit(self.base_url).scheme not in {"http", "https"}:
            raise PubMedError(f"not a web address for the E-utilities: {self.redact(self.base_url)}")

    @classmethod
    def find(
        cls,
        *,
        email: str | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        config: Mapping[str, str] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> Self:
        """Settings from options, else ``NCBI_EMAIL``, ``NCBI_API_KEY``, ``NCBI_BASE_URL``, else the config file.

        Args:
            email: the option.
            api_key: the option.
            base_url: the option.
            config: the config file's ``email``, ``api_key``, ``base_url``.
            environ: the environment.

        Raises:
            PubMedError: there is no e-mail address.
        """
        written = config or {}
        return cls(
            email=email or environ.get("NCBI_EMAIL") or written.get("email") or "",
            api_key=api_key or environ.get("NCBI_API_KEY") or written.get("api_key") or None,
            base_url=base_url or environ.get("NCBI_BASE_URL") or written.get("base_url") or BASE_URL,
        )

    @property
    def interval(self) -> float:
        """Seconds between two requests: at most 3 a second without a key, 10 with one."""
        return 0.102 if self.api_key else 0.34

    def redact(self, text: str) -> str:
        """The text without the key, in whichever spelling."""
        if self.api_key:
            for spelling in {self.api_key, quote(self.api_key, safe=""), quote_plus(self.api_key)}:
                text = text.replace(spelling, "***")
        return text

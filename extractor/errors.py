"""The exception tree. Every error a user can cause is an ``ExtractorError`` whose text is one clear line."""

from __future__ import annotations


def _writable(text: str) -> str:
    """The text with halves of surrogate pairs written out: no file could take them."""
    return text.encode("utf-8", "backslashreplace").decode()


class ExtractorError(Exception):
    """Base of every error that is reported as one line, without a traceback."""

    def __str__(self) -> str:
        """The text in one line that can be written, whatever a parser or a record's id put into it."""
        return " ".join(_writable(super().__str__()).split())


class InputError(ExtractorError):
    """A file or record that cannot be read; the text names the file and the record."""


class RecordError(InputError):
    """One record of a file is broken; the rest of the file is still read.

    Attributes:
        file: path as the user gave it.
        record: the record's id, or its ordinal (``"record 17"``) where it has none.
        stage: where it failed, for example ``"read"``, ``"parse"``, ``"recognise"``.
        reason: one line.
    """

    def __init__(self, file: str, record: str, stage: str, reason: str) -> None:
        self.file = _writable(file)
        self.record = _writable(record)
        self.stage = stage
        self.reason = _writable(reason)
        super().__init__(f"[{record}] {file}: {stage}: {reason}")


class VocabularyError(ExtractorError):
    """A vocabulary table is inconsistent; the text names table and row."""


class GoldError(ExtractorError):
    """An annotation file breaks a rule; the text names record and field."""


class ModelError(ExtractorError):
    """A model is missing, of the wrong version, or its hash does not fit."""


class PubMedError(ExtractorError):
    """NCBI could not be reached or answered with an error that retrying did not mend."""


class StoreError(ExtractorError):
    """The database file cannot be used."""

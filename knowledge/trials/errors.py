"""What may be wrong between us and the registry."""

from __future__ import annotations


class RegistryError(Exception):
    """Something is wrong between us and the registry. The message holds none of its text."""


class RegistryUnavailable(RegistryError):
    """The registry can't be reached, is busy, or did not answer in time.

    retry_after: seconds that it asked us to wait, where it did.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RegistryRejected(RegistryError):
    """The registry refused the request. text: its own sentence, shortened."""

    def __init__(self, text: str) -> None:
        super().__init__("the registry refused the request")
        self.text = text


class RegistryDrift(RegistryError):
    """The answer is not of the shape that the API has."""

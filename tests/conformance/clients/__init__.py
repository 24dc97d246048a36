"""What the behaviours call an endpoint through: one SDK each, all with the same face.

Inputs and outputs are those of the service model; moments are seconds since 1970.
"""
import abc


class ServiceError(Exception):
    """An exception of the service, as the SDK understood it."""

    def __init__(self, code: str, message: str, status: int, members: dict):
        super().__init__(f"{code} ({status}): {message}")
        self.code, self.message, self.status, self.members = code, message, status, members


class NotSent(Exception):
    """The SDK cannot say this: it refuses the call itself, or would send something else."""


class Client(abc.ABC):
    name = ""

    @abc.abstractmethod
    def call(self, operation: str, **members) -> dict:
        """Raises ServiceError and NotSent."""

    def close(self):
        pass

"""Ways out of the NOC: each takes one message and says what became of it."""

from collections.abc import Mapping
from typing import Protocol

from workers.model import Message, Receipt

# Well below the 30 s of a lease: what became of a send is known before somebody else may try.
TIMEOUT_S = 20.0


class Sender(Protocol):
    """One channel."""

    async def send(self, message: Message) -> Receipt:
        """Send once. Raises nothing but for a bug; no text of others is in the receipt."""


Senders = Mapping[str, Sender]

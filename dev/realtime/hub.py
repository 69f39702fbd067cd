"""Who listens to what, and the fan-out with its limits."""

from __future__ import annotations

import logging
from typing import Protocol

from dev.realtime.frames import Broadcast, Frame, FrameError, UserBroadcast
from dev.realtime.limits import RateCounter
from dev.realtime.presence import ChannelKey, Difference, PresenceBoard
from dev.realtime.settings import Settings

log = logging.getLogger("realtime.hub")


class Member(Protocol):
    """A joined channel, as the hub sees it."""

    @property
    def topic(self) -> str:
        """Topic as the client spelled it."""

    @property
    def array_format(self) -> bool:
        """Whether its socket speaks 2.0.0."""

    def wants_broadcast(self, message_id: str | None) -> bool:
        """Whether it may read broadcasts and has not had this one from a replay."""

    def wants_presence(self) -> bool:
        """Whether it may read presence."""

    def deliver(self, frame: Frame) -> None:
        """Queue a frame; never blocks."""

    def push(self, event: str, payload: object) -> None:
        """Queue a text message of its own."""

    def shut_down(self, message: str) -> None:
        """Close it with a system error."""


class Hub:
    """Members by channel; everything that is sent passes here and is counted."""

    def __init__(self, settings: Settings) -> None:
        self._max_payload_bytes = settings.max_payload_bytes
        self._members: dict[ChannelKey, dict[Member, None]] = {}
        self.presence = PresenceBoard()
        self.events = RateCounter(settings.max_events_per_second, settings.rate_bucket_s)
        self.delivered = 0

    @property
    def channels(self) -> int:
        """Channels with at least one member."""
        return len(self._members)

    def enter(self, key: ChannelKey, member: Member) -> None:
        """Start delivering to the member."""
        self._members.setdefault(key, {})[member] = None

    def leave(self, key: ChannelKey, member: Member) -> None:
        """Stop delivering to the member and drop its presence; safe to repeat."""
        members = self._members.get(key, {})
        members.pop(member, None)
        if not members:
            self._members.pop(key, None)
        self.tell_presence(key, self.presence.untrack(key, member))

    def fan_out(
        self, key: ChannelKey, message: Broadcast, skip: Member | None = None
    ) -> list[Member]:
        """Send to every member that may read, except `skip`; those it was meant for.

        Costs one event plus one per receiver.
        """
        self.events.add()
        frames: dict[bool, Frame | None] = {}
        receivers = []
        for member in tuple(self._members.get(key, ())):
            if member is skip or not member.wants_broadcast(message.message_id):
                continue
            if member.array_format not in frames:
                frames[member.array_format] = _encode(message, member)
            frame = frames[member.array_format]
            if frame is not None:
                member.deliver(frame)
                self.delivered += 1
            receivers.append(member)
        self.events.add(len(receivers))
        return receivers

    def relay(self, key: ChannelKey, message: Broadcast, skip: Member | None) -> None:
        """Fan out a client's broadcast; over the limit, who receives it is shut down."""
        for member in self.fan_out(key, message, skip):
            if self.events.triggered:
                member.shut_down("Too many messages per second")

    def from_database(self, topic: str, private: bool, message: UserBroadcast) -> None:
        """Fan out a committed row; over a limit it is dropped, and only the log tells."""
        if len(message.body) > self._max_payload_bytes:
            log.error("UnableToBroadcastChanges: payload size exceeded on %s", topic)
        elif self.events.exceeded or not self.events.has_room(1):
            log.error("UnableToBroadcastChanges: too many requests on %s", topic)
        else:
            self.fan_out(ChannelKey(topic, private), message)

    def tell_presence(self, key: ChannelKey, difference: Difference | None) -> None:
        """Send a presence difference to every member that may read presence."""
        if difference is None:
            return
        for member in tuple(self._members.get(key, ())):
            if member.wants_presence():
                member.push("presence_diff", difference.as_payload())


def _encode(message: Broadcast, member: Member) -> Frame | None:
    try:
        return message.encode(member.topic, array_format=member.array_format)
    except FrameError as error:
        log.info("message on %s not delivered: %s", member.topic, error)
        return None

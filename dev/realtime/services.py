"""What every socket and every request shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from dev.realtime.database import Database
from dev.realtime.hub import Hub
from dev.realtime.limits import RateCounter
from dev.realtime.project import ProjectLink
from dev.realtime.replication import MessageStream
from dev.realtime.rls import Authorizer
from dev.realtime.settings import Settings
from dev.realtime.tokens import KeySet


@dataclass(frozen=True, slots=True)
class Services:
    """One instance per process. `users` are the sockets that joined at least one channel."""

    settings: Settings
    keys: KeySet
    hub: Hub
    database: Database
    authorizer: Authorizer
    stream: MessageStream
    link: ProjectLink
    joins: RateCounter
    users: set[object] = field(default_factory=set)

    def is_full(self, user: object | None = None) -> bool:
        """Whether one more user is too many; a user who is counted already is not."""
        limit = self.settings.max_users
        return limit > 0 and user not in self.users and len(self.users) >= limit

    def add_user(self, user: object) -> None:
        """Count a user; safe to repeat."""
        self.users.add(user)
        self.link.users_changed(len(self.users))

    def remove_user(self, user: object) -> None:
        """Forget a user; safe to repeat."""
        self.users.discard(user)
        self.link.users_changed(len(self.users))


def build(settings: Settings) -> Services:
    """Wire the parts; opens nothing. Raises `OSError` or `ValueError` on a bad key file."""
    hub = Hub(settings)
    database = Database(settings)
    stream = MessageStream(settings.db_url, settings.recovery_gap_s, hub.from_database)
    return Services(
        settings=settings,
        keys=KeySet.from_file(settings.jwks_path),
        hub=hub,
        database=database,
        authorizer=Authorizer(database),
        stream=stream,
        link=ProjectLink(settings, database, stream),
        joins=RateCounter(settings.max_joins_per_second, settings.rate_bucket_s),
    )

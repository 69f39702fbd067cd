"""What all sessions of the SMTP server share: mails, script, who may enter."""

import hmac

from dev.fakes.clock import Clock
from dev.fakes.mail.steps import Step
from dev.fakes.mail.store import Store
from dev.fakes.script import Script
from dev.fakes.settings import MailSettings


class Sink:
    """Takes every mail. `port` is 0 and `certificate` empty until a server listens."""

    def __init__(self, settings: MailSettings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.store = Store()
        self.script: Script[Step] = Script()
        self.port = 0
        self.certificate = ""

    def reset(self) -> None:
        """No mails, no script."""
        self.store.clear()
        self.script.clear()

    def may_enter(self, login: bytes, password: bytes) -> bool:
        """Whether these are the configured user and password."""
        user, secret = self.settings.user.encode(), self.settings.password.encode()
        return hmac.compare_digest(login, user) and hmac.compare_digest(password, secret)

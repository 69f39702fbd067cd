"""The fakes as a service, and what makes workers and functions talk to them."""

from collections.abc import Mapping
from typing import Final

from dev.fakes.settings import MailSettings, MetaSettings
from dev.stack.instance import Instance
from dev.stack.paths import PYTHON, ROOT
from dev.stack.service import Service, accepts

WEBHOOK_PATH: Final = "/functions/v1/whatsapp-webhook"
SENDER: Final = "NOC <noc@noc.local>"
SOURCES: Final = (ROOT / "dev/fakes", ROOT / "dev/simulator")


def service(instance: Instance) -> Service:
    """Health pages, WhatsApp, mail, and the two pages that show what arrived."""
    ports = instance.ports
    return Service(
        name="fakes",
        command=(str(PYTHON), "-m", "dev.fakes"),
        env={
            "FAKES_PORT": str(ports.fakes),
            "FAKES_SMTP_PORT": str(ports.smtp),
            "FAKES_META_WEBHOOK_URL": f"{instance.api_url}{WEBHOOK_PATH}",
            "NOC_INSTANCE": instance.name,
        },
        ports=(ports.fakes, ports.smtp),
        ready=accepts(ports.fakes),
        sources=SOURCES,
    )


def provider_env(instance: Instance, own: Mapping[str, str]) -> dict[str, str]:
    """The fakes' addresses and credentials, under the names of .env.example.

    A provider of which `own` says anything is left to it whole: no real credential goes to a fake.
    """
    meta, mail = MetaSettings.from_env(), MailSettings.from_env()
    every = {
        "WHATSAPP_BASE_URL": instance.fakes_url,
        "WHATSAPP_TOKEN": meta.tokens[0],
        "WHATSAPP_PHONE_NUMBER_ID": meta.phone_number_ids[0],
        "WHATSAPP_APP_SECRET": meta.app_secret,
        "WHATSAPP_VERIFY_TOKEN": meta.verify_token,
        "SMTP_URL": f"smtp://{mail.user}:{mail.password}@127.0.0.1:{instance.ports.smtp}",
        "SMTP_FROM": SENDER,
    }
    taken = {_provider(name) for name, value in own.items() if value}
    return {name: value for name, value in every.items() if _provider(name) not in taken}


def _provider(name: str) -> str:
    return name.split("_", 1)[0]

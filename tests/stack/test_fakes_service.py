"""The fakes as a part of the stack: their ports, their addresses for others, their pages."""

from dev.stack import fakes
from dev.stack.instance import DEV_PORTS, Instance, dev_instance
from dev.stack.lifecycle import welcome
from dev.stack.services import Wanted


def test_both_ports_belong_to_the_service(instance: Instance) -> None:
    service = fakes.service(instance)
    assert service.ports == (instance.ports.fakes, instance.ports.smtp)
    assert service.env["FAKES_SMTP_PORT"] == str(instance.ports.smtp)


def test_the_demo_has_fixed_ports_and_others_have_free_ones(instance: Instance) -> None:
    assert (DEV_PORTS.fakes, DEV_PORTS.smtp) == (54360, 54361)
    assert len({*instance.ports.functions, instance.ports.fakes, instance.ports.smtp}) == 12


def test_webhooks_go_to_the_function_of_the_same_instance(instance: Instance) -> None:
    url = fakes.service(instance).env["FAKES_META_WEBHOOK_URL"]
    assert url == f"{instance.api_url}/functions/v1/whatsapp-webhook"


def test_workers_talk_to_the_fakes_unless_told_otherwise(instance: Instance) -> None:
    env = fakes.provider_env(instance, {})
    assert env["WHATSAPP_BASE_URL"] == instance.fakes_url
    assert env["SMTP_URL"].endswith(f"@127.0.0.1:{instance.ports.smtp}")


def test_a_provider_that_is_set_up_is_left_alone_whole(instance: Instance) -> None:
    env = fakes.provider_env(instance, {"WHATSAPP_TOKEN": "a real one", "SMTP_URL": ""})
    assert not any(name.startswith("WHATSAPP_") for name in env)
    assert set(env) == {"SMTP_URL", "SMTP_FROM"}


def test_the_welcome_names_both_pages_where_they_run() -> None:
    text = welcome(dev_instance(), Wanted(), 1.0)
    assert "http://localhost:54360/caixa" in text
    assert "http://localhost:54360/whatsapp" in text
    assert "/caixa" not in welcome(dev_instance(), Wanted(traffic=False), 1.0)

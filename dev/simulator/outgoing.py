"""Messages that a company hands to the NOC, which sends them: a few to many people, or, while the
queue's story plays, very many to the same few, who are sent one each in 6 s."""

from datetime import datetime, timedelta
from random import Random
from typing import Final

from dev.simulator.catalogue import Company
from dev.simulator.chance import chance, poisson
from dev.simulator.rhythm import activity
from dev.simulator.scenarios import Scenario, queue_fills
from dev.simulator.traffic import SLOT, Event

MESSAGES_PER_S: Final = 0.03
PEOPLE: Final = 400
SAME_FEW: Final = 6  # of the story: together one message a second leaves
BURST_SLOTS: Final = 18
PER_BURST_SLOT: Final = 10  # 144 more than leave in the burst: above 100, well below 500
PER_STORY_SLOT: Final = 2  # as many as leave
TEMPLATE: Final = "cobranca_vencimento"  # approved by the fake Meta


def outgoing(company: Company, slot: datetime, scenario: Scenario, seed: int) -> list[Event]:
    """What the company hands over in the slot. The same slot gives the same ids."""
    source = chance(seed, "outgoing", company.cnpj, slot.timestamp())
    expected = MESSAGES_PER_S * company.weight * activity(slot) * SLOT.total_seconds()
    people = [source.randrange(SAME_FEW, PEOPLE) for _ in range(poisson(source, expected))]
    if queue_fills(scenario, slot, company.cnpj):
        played = (slot - scenario.since) / SLOT
        count = PER_BURST_SLOT if played < BURST_SLOTS else PER_STORY_SLOT
        people += [number % SAME_FEW for number in range(count)]
    return [_message(slot, number, person, source) for number, person in enumerate(people)]


def _message(slot: datetime, number: int, person: int, source: Random) -> Event:
    return {
        "external_id": f"envio-{slot:%Y%m%dT%H%M%S}-{number}",
        "to": f"55119{8_000_0000 + person}",
        "template": TEMPLATE,
        "parameters": [
            f"Cliente {person}",
            f"{slot:%m%d}-{number}",
            f"{slot + timedelta(days=3):%d/%m}",
            f"R$ {source.randrange(50, 900)},00",
        ],
    }

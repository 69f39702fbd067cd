"""The demo companies and the 20 endpoints that each of them calls."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Company:
    """`weight` is the company's share of traffic beside the others', 1.0 for a usual one."""

    cnpj: str
    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Latency is lognormal around `median_ms`; its p95 is about `median_ms * exp(1.645 * sigma)`.

    `weight` is the endpoint's share of its company's calls.
    """

    service: str
    method: str
    route: str
    weight: float
    median_ms: float
    sigma: float = 0.35


COMPANIES: Final = (
    Company("11222333000181", "Padaria Três Marias", 1.2),
    Company("12ABC34501DE35", "Farmácia Ipê Amarelo", 1.0),
    Company("A1B2C3D4000193", "Transportes Caiçara", 1.0),
    Company("00000000000191", "Ótica Horizonte", 1.0),
    Company("AAAAAAAAAAAA45", "Clínica Vila Serena", 0.8),
)

# Calm means green: every p95 stays below 900 ms, the first limit being 1,200 ms.
ENDPOINTS: Final = (
    Endpoint("api", "GET", "/dashboard", 14, 90),
    Endpoint("api", "GET", "/lancamentos", 12, 120),
    Endpoint("api", "GET", "/fluxo-de-caixa", 8, 180, 0.45),
    Endpoint("api", "POST", "/conciliacoes", 6, 210),
    Endpoint("api", "GET", "/relatorios/{id}", 5, 260, 0.45),
    Endpoint("omie", "POST", "/titulos", 7, 360),
    Endpoint("omie", "GET", "/clientes", 5, 280),
    Endpoint("omie", "GET", "/contas-a-receber", 4, 320),
    Endpoint("omie", "GET", "/contas-a-pagar", 4, 330),
    Endpoint("omie", "PUT", "/titulos/{id}", 3, 390),
    Endpoint("f360", "GET", "/parcelas", 5, 300),
    Endpoint("f360", "GET", "/extratos", 4, 380),
    Endpoint("f360", "POST", "/baixas", 3, 340),
    Endpoint("f360", "GET", "/planos-de-contas", 2, 190),
    Endpoint("whatsapp", "POST", "/messages", 6, 230),
    Endpoint("whatsapp", "POST", "/media", 2, 380),
    Endpoint("llm", "POST", "/classificacoes", 4, 420),
    Endpoint("llm", "POST", "/resumos", 2, 480, 0.3),
    Endpoint("banks", "GET", "/saldos", 3, 240),
    Endpoint("banks", "GET", "/transacoes", 2, 350),
)

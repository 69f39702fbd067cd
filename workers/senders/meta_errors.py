"""What an error code of Meta's Cloud API means for the message that met it.

The database has the same table for what comes by webhook (noc.provider_errors).
"""

from collections.abc import Mapping
from typing import Final

from workers.model import Receipt

_CONFIG: Final = Receipt("refused", "config_invalid")
_RATE: Final = Receipt("retry", "rate_limited", retry_after_s=60)
_SERVER: Final = Receipt("retry", "provider_5xx")
_AUTH: Final = Receipt("refused", "auth_invalid", hold="number")
_PERMISSION: Final = Receipt("refused", "permission", hold="number")
_BILLING: Final = Receipt("refused", "billing", hold="number")
_LOCKED: Final = Receipt("refused", "account_locked", hold="number")
_UNREGISTERED: Final = Receipt("refused", "config_invalid", hold="number")
_TEMPLATE: Final = Receipt("refused", "template")

# By code rather than by HTTP status or title, as Meta asks.
CODES: Final[Mapping[int, Receipt]] = {
    0: _AUTH,
    190: _AUTH,
    3: _PERMISSION,
    10: _PERMISSION,
    131005: _PERMISSION,
    131042: _BILLING,
    131044: _BILLING,
    131031: _LOCKED,
    368: _LOCKED,
    131045: _UNREGISTERED,
    133010: _UNREGISTERED,
    131048: Receipt("refused", "spam_limit", hold="company"),
    1: _SERVER,
    2: _SERVER,
    131000: _SERVER,
    131016: _SERVER,
    135000: _SERVER,
    131057: Receipt("retry", "maintenance", retry_after_s=60),
    4: _RATE,
    80007: _RATE,
    130429: Receipt("retry", "rate_limited"),
    131056: Receipt("retry", "pair_rate", retry_after_s=6),
    131026: Receipt("bad_address", "undeliverable"),
    131050: Receipt("bad_address", "opted_out"),
    130497: Receipt("refused", "account_locked"),
    131049: Receipt("refused", "not_delivered_by_meta"),
    131047: Receipt("refused", "window_closed"),
    131064: _TEMPLATE,
    132001: _TEMPLATE,
    132015: _TEMPLATE,
    132016: _TEMPLATE,
    **dict.fromkeys((100, 2500, 131008, 131009, 131030, 131051, 131062, 131063), _CONFIG),
    **dict.fromkeys((132000, 132005, 132007, 132008, 132012, 132018), _CONFIG),
}


def receipt_of(code: int, http_status: int) -> Receipt:
    """Codes that nobody knows: an error of the server is tried again, one of ours is not."""
    if code in CODES:
        return CODES[code]
    if 200 <= code <= 299:
        return _PERMISSION
    if http_status == 429:
        return Receipt("retry", "rate_limited")
    if http_status >= 500:
        return _SERVER
    return _CONFIG

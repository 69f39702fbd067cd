"""What an error code of Meta's Cloud API means for the message that met it."""

from collections.abc import Mapping
from typing import Final

from workers.model import Receipt

# By code rather than by HTTP status or title, as Meta asks.
_CODES: Final[Mapping[int, Receipt]] = {
    0: Receipt("refused", "auth_invalid"),
    190: Receipt("refused", "auth_invalid"),
    3: Receipt("refused", "permission"),
    10: Receipt("refused", "permission"),
    131005: Receipt("refused", "permission"),
    1: Receipt("retry", "provider_5xx"),
    2: Receipt("retry", "provider_5xx"),
    131000: Receipt("retry", "provider_5xx"),
    131016: Receipt("retry", "provider_5xx"),
    135000: Receipt("retry", "provider_5xx"),
    131057: Receipt("retry", "maintenance"),
    4: Receipt("retry", "rate_limited", retry_after_s=60),
    80007: Receipt("retry", "rate_limited", retry_after_s=60),
    130429: Receipt("retry", "rate_limited"),
    131056: Receipt("retry", "pair_rate", retry_after_s=6),
    131048: Receipt("refused", "spam_limit"),
    131049: Receipt("refused", "not_delivered_by_meta"),
    131026: Receipt("bad_address", "undeliverable"),
    131050: Receipt("bad_address", "opted_out"),
    131047: Receipt("refused", "window_closed"),
    131030: Receipt("refused", "config_invalid"),
    131042: Receipt("refused", "billing"),
    131044: Receipt("refused", "billing"),
    131031: Receipt("refused", "account_locked"),
    368: Receipt("refused", "account_locked"),
    130497: Receipt("refused", "account_locked"),
    131045: Receipt("refused", "config_invalid"),
    133010: Receipt("refused", "config_invalid"),
    132001: Receipt("refused", "template"),
    132015: Receipt("refused", "template"),
    132016: Receipt("refused", "template"),
}


def receipt_of(code: int, http_status: int) -> Receipt:
    """Codes that nobody knows: an error of the server is tried again, one of ours is not."""
    if code in _CODES:
        return _CODES[code]
    if 200 <= code <= 299:
        return Receipt("refused", "permission")
    if http_status == 429:
        return Receipt("retry", "rate_limited")
    if http_status >= 500:
        return Receipt("retry", "provider_5xx")
    return Receipt("refused", "config_invalid")

"""The NOC's hands in the outside world: probes, collectors and the watchdog.

Workers decide nothing: thresholds, states and rights live in SQL, reached by RPC alone.
"""

import os

VERSION = "0.1.0"
# Every call of a worker carries this, so that the collector can leave the NOC's own traffic out.
AGENT = f"noc-worker/{VERSION}"

# The Realtime client takes no headers; its WebSocket library reads the agent from here on import.
os.environ.setdefault("WEBSOCKETS_USER_AGENT", AGENT)

"""The providers' health pages, played on loopback: they answer as the current scenario says."""

"""Providers at the network's edge, played on loopback: health pages, WhatsApp, mail."""

"""Tenant isolation against an oracle in plain Python: random worlds, every table, RPC and topic."""

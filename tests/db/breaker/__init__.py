"""Breakers: the database beside a model in Python, and what they mean for messages."""

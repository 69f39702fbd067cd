"""The audit trail verified outside the database, by code that shares nothing with it."""

"""Supabase Auth (GoTrue) stand-in: development only, loopback only, never in a deployed image.

It answers what the panel, the workers and the tests ask of Auth (password sign-in, refresh,
user, sign-out, admin users) with GoTrue's tables, errors, tokens and limits. It has no e-mail,
phone, OAuth or second factor.
"""

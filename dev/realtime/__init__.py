"""Dev-only, loopback-only stand-in for Supabase Realtime; never part of a deployed image."""

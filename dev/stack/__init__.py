"""The local stack: real PostgreSQL, PostgREST and Deno, two stand-ins, one gateway."""

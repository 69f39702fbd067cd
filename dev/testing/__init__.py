"""What `make test` runs: every suite on throw-away instances, summed into one closing line."""

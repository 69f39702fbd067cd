"""An example of a service that starts jobs for the NOC: docs/integration.md, as a program."""

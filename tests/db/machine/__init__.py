"""The rule machine against a model in plain Python: random rules, random measurements."""

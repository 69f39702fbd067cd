"""Demo traffic: five companies that call providers, queue messages and run jobs all day.

It sends through the ingest function with ingest keys marked as simulated, like any collector.
"""

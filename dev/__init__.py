"""Development only: the local stack, its stand-ins, fake providers, simulator and benchmarks."""

"""Chance that can be repeated: the same words give the same numbers, in any process."""

import math
from random import Random


def chance(*words: object) -> Random:
    """A source of numbers for one purpose, such as one company in one slot of time."""
    return Random("/".join(str(word) for word in words))


def poisson(source: Random, mean: float) -> int:
    """How many independent things happened where `mean` were expected; `mean` below 700."""
    limit = math.exp(-mean)
    product = source.random()
    count = 0
    while product > limit:
        count += 1
        product *= source.random()
    return count

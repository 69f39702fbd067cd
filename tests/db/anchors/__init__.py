"""What others document of their alerting, and the tests that prove ours beside it."""

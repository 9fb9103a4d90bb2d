"""One look at everything that must work on the night when it is needed."""

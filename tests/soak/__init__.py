"""A day in the life of one daemon, at a speed that takes minutes. `make soak` runs it; only the verdict's arithmetic is part of the tests."""

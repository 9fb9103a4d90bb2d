"""A real PostgreSQL for whoever asks for it."""

from tests.postgres import cluster, database

__all__ = ["cluster", "database"]

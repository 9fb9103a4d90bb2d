"""What the daemon tells Prometheus of itself and of what it saw."""

from checker.metrics.exposition import Exposition, Page
from checker.metrics.metrics import Metrics
from checker.metrics.view import LastLook, View

__all__ = ["Exposition", "LastLook", "Metrics", "Page", "View"]

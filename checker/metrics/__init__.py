"""What the daemon tells Prometheus of itself and of what it saw."""

from checker.metrics.metrics import Metrics
from checker.metrics.view import LastLook, Off, Pending, View

__all__ = ["LastLook", "Metrics", "Off", "Pending", "View"]

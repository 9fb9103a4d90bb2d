"""The outbox at work: carries out effects, each lane on its own retry clock, until all are settled."""

from checker.delivery.delivery import Delivery
from checker.delivery.figures import Figures
from checker.delivery.marks import Marks
from checker.delivery.trial import Failure

__all__ = ["Delivery", "Failure", "Figures", "Marks"]

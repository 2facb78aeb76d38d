"""Tables of the business day."""

from clearing.day.models.runs import DayChunk, DayRun, DayStep, StepName, StepStatus

__all__ = ["DayChunk", "DayRun", "DayStep", "StepName", "StepStatus"]

"""The tables: directory, calls, facts, supervision and audit."""

from conferences.models.answer_check import AnswerCheck
from conferences.models.audit import AuditEntry
from conferences.models.backfill import BackfillCursor, Gap
from conferences.models.calls import AgentChange, Conference, Feed, Leg, Participant
from conferences.models.directory import (
    Agent,
    AgentAddress,
    Connection,
    Device,
    Queue,
    QueueNumber,
    Supervisor,
    SystemAddress,
    Team,
)
from conferences.models.facts import Fact
from conferences.models.owed import OwedEntry
from conferences.models.pulse import Pulse
from conferences.models.refusals import WebhookRefusal
from conferences.models.supervision import Supervision
from conferences.models.unknown import ForeignAddress, UnknownAddress

__all__ = [
    "Agent",
    "AgentAddress",
    "AgentChange",
    "AnswerCheck",
    "AuditEntry",
    "BackfillCursor",
    "Conference",
    "Connection",
    "Device",
    "Fact",
    "Feed",
    "ForeignAddress",
    "Gap",
    "Leg",
    "OwedEntry",
    "Participant",
    "Pulse",
    "Queue",
    "QueueNumber",
    "Supervision",
    "Supervisor",
    "SystemAddress",
    "Team",
    "UnknownAddress",
    "WebhookRefusal",
]

"""The tables: directory, calls, facts, supervision and audit."""

from conferences.models.audit import AuditCheckpoint, AuditCut, AuditDetail, AuditEntry, AuditLock, OwedEntry
from conferences.models.backfill import BackfillCursor, Gap
from conferences.models.conferences import AgentChange, Conference, Feed, WrapUp
from conferences.models.directory import (
    Agent,
    ChosenKeys,
    ChosenReading,
    Connection,
    Queue,
    SavedView,
    Supervisor,
    Team,
    full_name,
)
from conferences.models.facts import Fact, WebhookRefusal
from conferences.models.legs import Leg, Participant, Reading
from conferences.models.listening.alerts import Alert, AlertChoice
from conferences.models.listening.follows import Follow
from conferences.models.listening.grants import RightsGrant
from conferences.models.listening.hand_over import HandOver
from conferences.models.listening.help import HelpRequest
from conferences.models.listening.policy import ListeningPolicy
from conferences.models.listening.protected import ProtectedNumber
from conferences.models.listening.sensitive import SensitiveSection
from conferences.models.listening.supervision import Supervision
from conferences.models.listening.test_call import TestCall
from conferences.models.logins import Login, TemporaryPassword, WallScreen
from conferences.models.phones import AgentAddress, AnswerCheck, Device, QueueNumber, SystemAddress
from conferences.models.pulse import Pulse
from conferences.models.unknown import ForeignAddress, UnknownAddress

__all__ = [
    "Agent",
    "AgentAddress",
    "AgentChange",
    "Alert",
    "AlertChoice",
    "AnswerCheck",
    "AuditCheckpoint",
    "AuditCut",
    "AuditDetail",
    "AuditEntry",
    "AuditLock",
    "BackfillCursor",
    "ChosenKeys",
    "ChosenReading",
    "Conference",
    "Connection",
    "Device",
    "Fact",
    "Feed",
    "Follow",
    "ForeignAddress",
    "Gap",
    "HandOver",
    "HelpRequest",
    "Leg",
    "ListeningPolicy",
    "Login",
    "OwedEntry",
    "Participant",
    "ProtectedNumber",
    "Pulse",
    "Queue",
    "QueueNumber",
    "Reading",
    "RightsGrant",
    "SavedView",
    "SensitiveSection",
    "Supervision",
    "Supervisor",
    "SystemAddress",
    "Team",
    "TemporaryPassword",
    "TestCall",
    "UnknownAddress",
    "WallScreen",
    "WebhookRefusal",
    "WrapUp",
    "full_name",
]

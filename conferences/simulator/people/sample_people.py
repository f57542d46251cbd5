"""The people of the sample contact center: teams, queues, agents, supervisors and their phones; all fictitious."""

from __future__ import annotations

from dataclasses import dataclass

from conferences.simulator.phones import Outcome


@dataclass(frozen=True)
class QueueRole:
    """A queue and the numbers customers dial to reach it."""

    name: str
    team: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class AgentRole:
    """An agent and where their phone rings."""

    name: str
    address: str
    team: str


@dataclass(frozen=True)
class DeviceRole:
    """A supervisor's phone and how it behaves when dialled."""

    label: str
    address: str
    outcome: Outcome = "answers"


@dataclass(frozen=True)
class SupervisorRole:
    """A supervisor, the teams they look after, and their phones, the usual one first."""

    name: str
    username: str
    teams: tuple[str, ...]
    devices: tuple[DeviceRole, ...]


TEAMS = ("Support", "Sales", "Billing")

QUEUES = (
    QueueRole("Technical support", "Support", ("+14155550101", "+442079460101")),
    QueueRole("Soporte en español", "Support", ("+34600000001",)),
    QueueRole("New business", "Sales", ("+14155550102",)),
    QueueRole("Renewals", "Sales", ("+442079460102",)),
    QueueRole("Billing and refunds", "Billing", ("+14155550103", "+34600000003")),
)

AGENTS = (
    AgentRole("Ana Ruiz", "sip:ana.ruiz@agents.example", "Support"),
    AgentRole("Luis Ortega", "sip:luis.ortega@agents.example", "Support"),
    AgentRole("Priya Raman", "+14155550121", "Support"),
    AgentRole("Tom Okafor", "sip:tom.okafor@agents.example", "Support"),
    AgentRole("Mireia Soler", "+34600000021", "Support"),
    AgentRole("Jonas Lindqvist", "sip:jonas.lindqvist@agents.example", "Support"),
    AgentRole("Grace Adeyemi", "+442079460121", "Sales"),
    AgentRole("Marco Bianchi", "sip:marco.bianchi@agents.example", "Sales"),
    AgentRole("Hannah Weiss", "sip:hannah.weiss@agents.example", "Sales"),
    AgentRole("Daniel Mbeki", "+14155550122", "Sales"),
    AgentRole("Yuki Tanaka", "sip:yuki.tanaka@agents.example", "Sales"),
    AgentRole("Carmen Ibáñez", "+34600000022", "Billing"),
    AgentRole("Oliver Hughes", "+442079460122", "Billing"),
    AgentRole("Leila Haddad", "sip:leila.haddad@agents.example", "Billing"),
    AgentRole("Piotr Nowak", "sip:piotr.nowak@agents.example", "Billing"),
)


@dataclass(frozen=True)
class SystemRole:
    """A machine of the center's own that takes part in calls."""

    name: str
    address: str
    team: str


SYSTEMS = (SystemRole("Billing assistant", "sip:assistant@bots.example", "Billing"),)
"""Its assistant answers what customers of a team ask until an agent comes."""

SUPERVISORS = (
    SupervisorRole(
        "Elena Marín",
        "elena",
        TEAMS,
        (
            DeviceRole("Desk phone", "sip:elena.marin@supervisors.example"),
            DeviceRole("Mobile", "+34600000091"),
        ),
    ),
    SupervisorRole(
        "Samuel Carter",
        "samuel",
        ("Sales",),
        (
            DeviceRole("Headset", "sip:samuel.carter@supervisors.example"),
            DeviceRole("Mobile (always busy)", "+14155550191", "busy"),
        ),
    ),
    SupervisorRole(
        "Aisha Rahman",
        "aisha",
        ("Support", "Billing"),
        (
            DeviceRole("Desk phone", "+442079460191"),
            DeviceRole("Home (nobody picks up)", "+442079460192", "rings_out"),
        ),
    ),
)

CUSTOMERS = tuple(
    [f"+1415555013{last}" for last in range(10)]
    + [f"+1415555014{last}" for last in range(10)]
    + [f"+3460000005{last}" for last in range(10)]
    + [f"+4420794601{last}" for last in range(50, 60)]
)

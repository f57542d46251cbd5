"""Who hears whom in a conference: what is certain, what is ruled out, and what nobody can know."""

from conferences.audibility.claims import Claim, OwnMode, OwnVoice, claim
from conferences.audibility.diagram import Arrow, Graph, Node, Row, graph, rows
from conferences.audibility.hearing import Hearing, after_hold, hears
from conferences.audibility.parties import Party, with_supervisor
from conferences.audibility.reach import Reach, reach
from conferences.audibility.uncertainty import doubt

__all__ = [
    "Arrow",
    "Claim",
    "Graph",
    "Hearing",
    "Node",
    "OwnMode",
    "OwnVoice",
    "Party",
    "Reach",
    "Row",
    "after_hold",
    "claim",
    "doubt",
    "graph",
    "hears",
    "reach",
    "rows",
    "with_supervisor",
]

"""What a refusal of the provider means: one sentence for the supervisor, one for the administrator."""

from typing import NamedTuple


class Refusal(NamedTuple):
    """One meaning of one code.

    `name` is status/code, with * where the provider documents no status; `says` are words of the title or the detail
    that tell two meanings of one code apart. In `administrator`, {field} stands for the field the provider points at;
    `field` for the one it means if it points at none. A `race` is no fault: things changed on the command's way.
    """

    name: str
    supervisor: str
    administrator: str
    says: str = ""
    field: str | None = None
    race: bool = False

    @property
    def status(self) -> str:
        return self.name.partition("/")[0]

    @property
    def code(self) -> str:
        return self.name.partition("/")[2]

"""Reach any state of a council matter by real moves, with the people who make them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cases.councils.models import CouncilMatter
from cases.councils.services import propose
from cases.workflow.engine import advance
from gridmap.areas.models import Area
from tests import cast
from tests.cases.walk import AT, MINUTE

TITLE, RESOLUTION = "停车难", "划设车位，拆除违建棚，街道牵头"


class MatterWalk:
    """Drives one matter; each step takes a minute."""

    def __init__(self, people: dict[str, Any], *, at: Any = AT) -> None:
        self.people, self.at = people, at
        self.matter: CouncilMatter = propose(
            area=Area.objects.get(code=cast.COMMUNITY), title=TITLE, proposal="三十七户联名要求划线", at=at,
            by=people["street"], proposed_by="12号楼居民",
        )  # fmt: skip

    def do(self, name: str, who: str = "street", **given: Any) -> CouncilMatter:
        """Make one move."""
        self.at += MINUTE
        self.matter = advance(self.matter, name, by=self.people[who], at=self.at, **given)
        return self.matter

    def fresh(self) -> CouncilMatter:
        """Read it again."""
        self.matter = CouncilMatter.objects.get(pk=self.matter.pk)
        return self.matter

    def to(self, state: str) -> CouncilMatter:
        """Go on to ``state`` by the shortest way."""
        getattr(self, f"_to_{state}")()
        assert self.matter.state == state
        return self.matter

    def _to_proposed(self) -> None:
        assert self.matter.state == "proposed"

    def _to_on_agenda(self) -> None:
        self.do("put_on_agenda", meeting_at=self.at + timedelta(days=2), meeting_place="社区活动室")

    def _to_discussed(self) -> None:
        self._to_on_agenda()
        self.at += timedelta(days=3)
        self.do("hold_meeting", held_at=self.at - timedelta(hours=2), attended=23, minutes="逐户发言，物业到会")

    def _to_decided(self) -> None:
        self._to_discussed()
        self.do("resolve", resolution=RESOLUTION, in_favour=20, against=3)

    def _to_in_hand(self) -> None:
        self._to_decided()
        self.do("link_whistle")

    def _to_done(self) -> None:
        self._to_decided()
        self.do("carry_out", result="居民自己清理了楼道")

    def _to_published(self) -> None:
        self._to_done()
        self.do("publish", follow_up="楼道已清理，车位下月启用")

    def _to_declined(self) -> None:
        self.do("decline", opinion="属法院执行事项")

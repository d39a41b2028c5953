"""The table of storylines of whistles: how they are blown, who comes, what comes of it, and how often.

Words that begin with ``w.`` are deeds about the whistle, with ``r.`` about a report-in; their number is that of the
called department, the lead's first. Two departments are called, or ``three`` where the storyline needs them.
"""

from __future__ import annotations

from cases.demo.storylines import CHECKED, GREEN, RED, YELLOW, Storyline
from cases.demo.ticket_lines import SPOKEN
from cases.whistles.states import WhistleState as W
from citygrid.accounts.roles import Role

BLOWN = "w.draft w.judge w.blow"
REVIEWED = "w.start w.approve w.issue"
ISSUED = f"{BLOWN} {REVIEWED}"
SIGNED = f"{ISSUED} r.sign:1 r.sign:2"
COME = "r.arrive:1 r.begin:1 r.arrive:2"
DONE = "r.submit:1 r.accept:1 r.submit:2 r.accept:2"
CONCLUDED = f"{SIGNED} {COME} {DONE} w.joint"
RATED = "w.joint w.rate:1 w.rate:2"
ALARM = "w.draft:sensor w.judge w.blow r.sign:1@quick r.sign:2@quick"
MEETING = f"w.draft:council w.judge w.blow:appointed {REVIEWED} r.sign:1 r.contact:1 r.sign:2 r.contact:2"
# What a case goes through once the whistle it waited for is fed back.
AFTER = f"pass {CHECKED} close"
# Two of three come; the third has not come when its day is over.
ONE_ABSENT = f"{SIGNED} {COME} r.await:3@lapse {DONE}"
STORY = (f"{SPOKEN} t.raise send_verify task:accept verify:true accept file w.draft:both "
         f"{ONE_ABSENT.removeprefix('w.draft ')} {RATED} w.feed_back {AFTER} t.reply@soon t.open "
         "t.close:5")  # fmt: skip


def _line(
    name: str, script: str, ends: W, weight: int = 0, waits: str | None = None, lamps: tuple[str, ...] = (GREEN,),
    *, each: Role | None = None, needs: str = "",
) -> Storyline:  # fmt: skip
    return Storyline(name, script, ends, weight, waits, lamps, each, frozenset(needs.split()), about="whistle")


def _rest() -> tuple[Storyline, ...]:
    """What stands still at present, by the order of the states."""
    return (
        _line("whistle drafted", "w.draft", W.DRAFT, 0, "", each=Role.STREET_STAFF),
        _line("whistle judged", "w.draft:media w.judge", W.JUDGED, 0, "", each=Role.STREET_LEADER),
        _line("sent back to the street", f"{BLOWN} w.start w.send_back", W.JUDGED, 0, ""),
        _line("whistle to review", BLOWN, W.WHISTLED, 0, "whistle_review", (GREEN, YELLOW, RED)),
        _line("under review", f"{BLOWN} w.start", W.UNDER_REVIEW, 0, "whistle_review"),
        _line("across the border, to be agreed", "w.draft w.judge:guest w.blow w.start", W.UNDER_REVIEW, 0, ""),
        _line("escalated", f"{BLOWN} w.start w.escalate", W.UNDER_REVIEW, 0, ""),
        _line("to issue", f"{BLOWN} w.start w.approve", W.APPROVED, 0, ""),
        _line("departments called", ISSUED, W.ISSUED, 1, "report_sign", (GREEN, YELLOW, RED), needs="three"),
        _line("awaited on the spot", SIGNED, W.ISSUED, 1, "report_arrive", (GREEN, YELLOW)),
        _line("one objects", f"{ISSUED} r.sign:1 r.object:2", W.ISSUED, 0, ""),
        _line("objection rejected, signed again", f"{ISSUED} r.object:2 r.reject:2 r.sign:2 w.urge", W.ISSUED, 0, ""),
        _line("objection withdrawn", f"{ISSUED} r.object:2 r.withdraw:2", W.ISSUED, 0, ""),
        _line("ordered to answer", f"{SIGNED} r.order:2", W.ISSUED, 0, ""),
        _line("crews called at once", ALARM, W.ISSUED, 1, "report_arrive", needs="emergency"),
        _line("across the border, called", "w.draft:department w.judge:guest w.blow w.start w.agree w.approve w.issue "
              "r.sign:1", W.ISSUED, 0, ""),
        _line("the first are there", f"{SIGNED} r.arrive:1 r.begin:1", W.HANDLING, 0, "report_arrive"),
        _line("one far from the place, one to work again", f"{SIGNED} r.far:1 r.begin:1 r.arrive:2 r.submit:2 "
              "r.rework:2", W.HANDLING, 0, ""),
        _line("result to accept", f"{SIGNED} {COME} r.submit:1 r.submit:2", W.HANDLING, 1, ""),
        _line("crews at work", f"{ALARM} {COME}", W.HANDLING, 0, "", needs="emergency"),
        _line("meeting held, plan handed in", f"{MEETING} {COME} r.plan:1", W.HANDLING, 0, "", needs="key_work"),
        _line("to conclude", f"{SIGNED} {COME} {DONE}", W.HANDLING, 0, ""),
        _line("lead absent, the street concludes", f"{ISSUED} r.sign:2 r.arrive:2 r.submit:2 r.accept:2 "
              "r.await:1@lapse", W.HANDLING, 0, ""),
        _line("to rate", CONCLUDED, W.SUBMITTED, 0, ""),
        _line("one rated low", f"{CONCLUDED} w.low:2", W.SUBMITTED, 0, ""),
        _line("to feed back", f"{CONCLUDED} w.rate:1 w.rate:2", W.RATED, 0, ""),
        _line("rating contested", f"{CONCLUDED} w.rate:1 w.low:2 r.contest:2@office", W.RATED, 0, ""),
        _line("emergency to review afterwards", f"{ALARM} {COME} {DONE} {RATED} w.feed_back", W.FED_BACK, 0, "",
              needs="emergency"),
        _line("case waits for departments", "in file w.draft:case w.judge w.blow w.start w.approve w.issue r.sign:1",
              W.ISSUED, 1, "", needs="case"),
        _line("caller waits for departments", f"{SPOKEN} w.draft:ticket {ISSUED.removeprefix('w.draft ')} r.sign:2 "
              "r.arrive:2", W.HANDLING, 0, "", needs="ticket"),
        _line("blown again", f"{CONCLUDED} w.rate:1 w.rate:2 w.again", W.BLOWN_AGAIN, 0, ""),
    )  # fmt: skip


def _past() -> tuple[Storyline, ...]:
    """What came to an end, the usual first."""
    return (
        _line("from a call to its answer", STORY, W.FED_BACK, 0, needs="case ticket three"),
        _line("all came", f"{SIGNED} {COME} {DONE} {RATED} w.feed_back", W.FED_BACK, 2),
        _line("one did not come", f"{ONE_ABSENT} r.answer:3 {RATED} w.feed_back", W.FED_BACK, 1, needs="three"),
        _line("absence contested", f"{ISSUED} r.sign:1 r.arrive:1 r.await:2@lapse r.contest:2@office r.rule:2 "
              "r.submit:1 r.accept:1 w.joint w.rate:1 w.feed_back", W.FED_BACK, 0),
        _line("nobody came", f"w.draft:leader w.judge w.blow {REVIEWED} r.await:1@lapse w.conclude w.feed_back",
              W.FED_BACK, 0),
        _line("one excused", f"{ISSUED} r.sign:1 r.object:2 r.uphold:2 r.excuse:3 r.arrive:1 r.submit:1 r.accept:1 "
              "w.joint w.rate:1 w.feed_back", W.FED_BACK, 0, needs="three"),
        _line("rating stands", f"{CONCLUDED} w.rate:1 w.low:2 r.contest:2@office r.stand:2 w.feed_back", W.FED_BACK, 0),
        _line("across the border, solved", "w.draft w.judge:guest w.blow w.start w.agree w.approve w.issue r.sign:1 "
              f"r.sign:2 r.sign:3 {COME} r.arrive:3 {DONE} r.submit:3 r.accept:3 {RATED} w.rate:3 w.feed_back",
              W.FED_BACK, 0),
        _line("across the border, refused", "w.draft w.judge:guest w.blow w.start w.disagree w.approve w.issue "
              f"r.sign:1 r.sign:2 {COME} {DONE} {RATED} w.feed_back", W.FED_BACK, 0),
        _line("emergency solved", f"{ALARM} {COME} {DONE} {RATED} w.feed_back w.review:justified", W.FED_BACK, 1,
              needs="emergency"),
        _line("no emergency after all", f"{ALARM} {COME} {DONE} {RATED} w.feed_back w.review:self_solvable", W.FED_BACK,
              0, needs="emergency"),
        _line("planned and done", f"{MEETING} {COME} r.plan:1 r.plan:2 {DONE} {RATED} w.feed_back", W.FED_BACK, 0,
              needs="key_work"),
        _line("caller told", f"{SPOKEN} w.draft:ticket {SIGNED.removeprefix('w.draft ')} {COME} {DONE} {RATED} "
              "w.feed_back t.reply@soon t.open t.close:4", W.FED_BACK, 1, needs="ticket"),
        _line("case moved on", f"in file w.draft:case {SIGNED.removeprefix('w.draft ')} {COME} {DONE} {RATED} "
              f"w.feed_back {AFTER}", W.FED_BACK, 1, needs="case"),
        _line("case let go", "in file w.draft:case w.judge w.blow w.start w.convert dispatch sign assign submit "
              f"confirm {AFTER}", W.CONVERTED, 0, needs="case"),
        _line("street does it alone", "w.draft:street w.judge w.self", W.SELF_HANDLED, 1),
        _line("draft discarded", "w.draft w.discard", W.RECALLED, 0),
        _line("recalled", f"{ISSUED} r.sign:1 w.recall", W.RECALLED, 0),
    )  # fmt: skip


WHISTLE_LINES: tuple[Storyline, ...] = (*_rest(), *_past())

"""The tables as documents: a state diagram and a table of moves, in English, generated and checked for freshness."""

from __future__ import annotations

from django.utils.translation import override

from cases.workflow.table import ClockRule, Lifecycle, Transition


def document(life: Lifecycle) -> str:
    """Return the lifecycle as Markdown with a Mermaid diagram."""
    with override("en"):
        return "\n".join([f"# Lifecycle: {life.label}", "", *_diagram(life), "", *_moves(life), ""])


def _diagram(life: Lifecycle) -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{label}" as {state}' for state, label in life.states.items()]
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in life.rows:
        for target in row.targets:
            for source in row.sources or ("[*]",):
                arrows.setdefault((source, target), []).append(row.name)
    lines += [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    lines += [f"    {state} --> [*]" for state in life.states if state in life.terminal]
    return [*lines, "```"]


def _moves(life: Lifecycle) -> list[str]:
    lines = [
        "| move | label | from | to | who | needs | clocks |",
        "|---|---|---|---|---|---|---|",
    ]
    return lines + [
        f"| `{row.name}` | {row.label} | {_states(row.sources) or '–'} | {_states(row.targets) or 'same'} | "
        f"{_who(row)} | {_needs(row)} | {', '.join(map(_clock, row.clocks)) or '–'} |"
        for row in life.rows
    ]


def _clock(rule: ClockRule) -> str:
    return f"{rule.verb} {rule.kind}" + (f" (to `{rule.to}`)" if rule.to else "")


def _states(states: tuple[str, ...]) -> str:
    return ", ".join(f"`{state}`" for state in states)


def _who(row: Transition) -> str:
    return ", ".join(f"{actor.role.label} ({actor.relation})" for actor in row.actors) or "the system"


def _needs(row: Transition) -> str:
    needs = [f"{item.label}{'' if item.required else ' (if any)'}" for item in row.inputs]
    return ", ".join([*needs, *(["opinion"] if row.opinion else [])]) or "–"

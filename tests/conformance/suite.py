"""The register of behaviours, how they are run, and the table that tells what came of it."""
import dataclasses
import importlib
import pkgutil
import time
import traceback
from collections.abc import Callable

from tests.conformance.clients import Client, NotSent
from tests.conformance.world import World


@dataclasses.dataclass(frozen=True)
class Behaviour:
    operation: str
    says: str  # what was checked: the rest of "it …"
    check: Callable[[World], None]
    is_account_wide: bool


@dataclasses.dataclass(frozen=True)
class Outcome:
    behaviour: Behaviour
    state: str  # passed, failed, left out
    why: str = ""
    seconds: float = 0


behaviours: list[Behaviour] = []


def behaviour(operation: str, says: str, account_wide: bool = False):
    """Registers a check of one operation.

    account_wide  it changes a setting of the whole account, and sets it back: left out unless asked for
    """

    def register(check):
        behaviours.append(Behaviour(operation, says, check, account_wide))
        return check

    return register


def load() -> list[Behaviour]:
    from tests.conformance import behaviours as package

    if not behaviours:
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return sorted(behaviours, key=lambda each: each.operation)


def why(error: Exception) -> str:
    """One line: what was wrong, and where in the behaviour."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "behaviours" in f.filename]
    place = f" ({frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}: {frames[-1].line})" if frames else ""
    return f"{type(error).__name__}: {error}{place}".replace("\n", " ")[:600]


def run(client: Client, patience: float, account_wide: bool, only: str = "") -> list[Outcome]:
    outcomes = []
    for each in load():
        if only and only not in each.operation:
            continue
        if each.is_account_wide and not account_wide:
            outcomes.append(Outcome(each, "left out", "it changes a setting of the whole account"))
            continue
        world, begun = World(client, patience), time.monotonic()
        try:
            each.check(world)
            outcomes.append(Outcome(each, *left_out(world), seconds=time.monotonic() - begun))
        except NotSent as error:
            outcomes.append(Outcome(each, "left out", f"{client.name} does not send {error}"))
        except Exception as error:  # a behaviour may fail in any way; the table says how
            outcomes.append(Outcome(each, "failed", why(error), time.monotonic() - begun))
        finally:
            world.clean()
    return outcomes


def left_out(world: World) -> tuple[str, str]:
    """State and reason of a behaviour that did not fail: it passed only if all its calls were made."""
    if not world.not_sent:
        return "passed", ""
    reasons = "; ".join(dict.fromkeys(map(str, world.not_sent)))
    return "left out", f"{world.client.name} does not send {len(world.not_sent)} of its calls ({reasons}); what it sends holds"


def counts(outcomes: list[Outcome]) -> dict[str, int]:
    """Behaviours by state."""
    return {state: sum(o.state == state for o in outcomes) for state in ("passed", "failed", "left out")}


def operations_passed(outcomes: list[Outcome]) -> tuple[int, int]:
    """How many operations passed all that was checked of them, and how many were looked at."""
    looked_at = {o.behaviour.operation for o in outcomes if o.state != "left out"}
    failed = {o.behaviour.operation for o in outcomes if o.state == "failed"}
    return len(looked_at - failed), len(looked_at)


def table(outcomes: list[Outcome]) -> str:
    """Markdown."""
    lines = ["| operation | it … | |", "|---|---|---|"]
    for outcome in outcomes:
        state = outcome.state if outcome.state == "passed" else f"**{outcome.state}**: {outcome.why}"
        lines.append(f"| {outcome.behaviour.operation} | {outcome.behaviour.says} | {state.replace('|', '/')} |")
    return "\n".join(lines)

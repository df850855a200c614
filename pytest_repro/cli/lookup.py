"""The one reference, or the obtained runs, that a person means.

Verbs name an experiment by any part of its node id and an environment by any part of
its key. A damaged reference is never "not found": where nothing matches and something
cannot be read, that is the answer.
"""

from collections.abc import Iterable, Sequence

from pytest_repro.cli.answers import Answer, unknown_name
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.naming import choose
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.sessions import LastSession
from pytest_repro.cli.shelf import Kept
from pytest_repro.errors import ReproUsageError

__all__ = ["add_reference_arguments", "choose_experiment", "choose_reference"]


def add_reference_arguments(
    parser: Parser, what: str = "a node id, or any part of one"
) -> None:
    """Declare how one reference is named.

    Args:
        parser: Takes the arguments.
        what: What the first argument may be.
    """
    parser.add_argument("experiment", metavar="EXPERIMENT", help=what)
    parser.add_argument(
        "--key", help="environment key, or any part (default: of the last session)"
    )


def choose_reference(
    part: str, key: str | None, kept: Sequence[Kept], last: LastSession
) -> Kept | Answer:
    """Find the reference that is meant.

    Args:
        part: Any part of the node id.
        key: Any part of the environment key; None for that of the last session.
        kept: The references.
        last: What the last session did.

    Returns:
        The reference, or the answer that there is none.

    Raises:
        ReproUsageError: If several are meant.
    """
    experiment = choose_experiment(part, kept)
    if isinstance(experiment, Answer):
        return experiment
    own = {
        one.key: one
        for one in kept
        if one.experiment == experiment and one.error is None
    }
    if key is not None:
        chosen = choose(key, own, what="environment")
        if chosen is None:
            return unknown_name(key, list(own), what=f"environment of {experiment}")
        return own[chosen]
    if len(own) == 1:
        return next(iter(own.values()))
    outcome = last.outcomes.get(experiment)
    if outcome is not None and outcome.environment_key in own:
        return own[outcome.environment_key]
    listed = "".join(f"\n  --key {one}" for one in own)
    msg = f"{experiment} has references for {len(own)} environments{listed}"
    raise ReproUsageError(msg)


def choose_experiment(
    part: str, kept: Sequence[Kept], others: Iterable[str] = ()
) -> str | Answer:
    """Find the experiment that is meant.

    Args:
        part: Any part of the node id.
        kept: The references, some of which may be damaged.
        others: Node ids that are known from elsewhere.

    Returns:
        The node id, or the answer that there is none.

    Raises:
        ReproUsageError: If several are meant.
    """
    known = [one.experiment for one in kept if one.error is None]
    known += others
    experiment = choose(part, known, what="experiment")
    if experiment is not None:
        return experiment
    damaged = tuple(str(one.error) for one in kept if one.error is not None)
    if damaged:
        return Answer(exit=Exit.INTEGRITY, problems=damaged)
    return unknown_name(part, known, what="experiment")

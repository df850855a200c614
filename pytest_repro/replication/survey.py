"""Which runs under variations are worth their time, and what each of them tells.

Everything that must not matter is changed at once; bisection follows only where that
makes a difference. Before it, the very same run is made again: differences that come
and go by themselves would send a bisection anywhere. If they do, the clock and the
system's entropy are held still, one of them if that is enough, and what differs then
differs because of a variation. Where only the first run of all is unlike the others, it
left something behind that they found, and nothing has to be held still.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from pytest_repro.determinism import LOADERS, RESUMED, STILL
from pytest_repro.records import (
    Cause,
    Contract,
    Effect,
    Rung,
    RunRecord,
    Standing,
    Variation,
    Verdict,
)
from pytest_repro.replication.attempts import Attempts, Result, hold
from pytest_repro.replication.bisection import find_causes
from pytest_repro.replication.scoring import effect_of, required_under
from pytest_repro.replication.splitting import told_of_batches, untouched
from pytest_repro.verdicts import judge_resumed

__all__ = ["Survey"]

Several = tuple[Variation, ...]

CHANCE: Final = "chance"
LEFT: Final = Variation(name="first=left-something", axis="a run before")
"""What the first run of all did to those after it; in no list: nobody can try it."""

FILL: Final = "memory fill"
LOADER_WORKERS: Final = "loader workers"
AGAIN: Final = 2
"""How often a run must give its own bits again to be called steady."""

ROUNDS: Final = 3
"""Rounds of what must not matter. Further values, which only the hash seed has, go with
the kernels below, which seldom make a difference: that costs no run of its own."""

APART: Final = frozenset({"OpenBLAS kernels", "libm kernels", "NumPy dispatch"})
"""Kernels of separate libraries: none of them can hide what another one does."""


class Survey:
    """What was found about one experiment so far.

    Attributes:
        effects: What variations did.
        is_steady: Whether the same run gives the same bits.
    """

    def __init__(
        self,
        attempts: Attempts,
        plain: RunRecord,
        *,
        contract: Contract,
        envelope: RunRecord | None,
    ) -> None:
        """Start with a plain run.

        Args:
            attempts: Launches runs.
            plain: The plain run.
            contract: What was promised.
            envelope: A reference of the same bits with an envelope; None for none.
        """
        self.effects: list[Effect] = []
        self.is_steady = True
        self._attempts = attempts
        self._plain = plain
        self._contract = contract
        self._envelope = envelope
        self._was_repeated = False
        self._was_same = False

    @property
    def has_envelope(self) -> bool:
        """Whether an envelope says how far rounding may carry these bits."""
        return self._envelope is not None

    def make(self, table: Sequence[Variation], *, resumes: bool) -> None:
        """Try every variation.

        Args:
            table: Those that apply here.
            resumes: Whether the run is also killed and resumed.
        """
        strict = [one for one in table if one.required is Rung.IDENTICAL]
        rounds = [*_rounds(strict)]
        for members in rounds[:ROUNDS]:
            self._try_at_once(members)
        if resumes and self.is_steady:
            self._try_to_resume()
        loose = [one for one in table if one not in strict]
        fills = [one for one in table if one.axis == FILL]
        if self.is_steady:
            self._hold_memory(fills)
            spare = [one for members in rounds[ROUNDS:] for one in members]
            self._try_libraries([one for one in loose if one.axis in APART], spare)
            self._try_apart([one for one in loose if one.axis not in APART])
        else:
            self._look_at_memory(fills)

    def _try_at_once(self, members: Several) -> None:
        members = self._open(members)
        if not members or not self.is_steady:
            return
        if not self._is_same(members) and not self._was_repeated:
            self._repeat()
            members = self._open(members)
        if members and self.is_steady:
            self._tell_apart(members)

    def _open(self, members: Several) -> Several:
        """Leave out what is known to matter already, and what cannot be varied here."""
        closed = {Standing.BREAKS, Standing.UNTOUCHED}
        told = [one for one in self.effects if one.standing in closed]
        named = {axis for effect in told for axis in effect.axes}
        return tuple(one for one in members if one.axis not in named)

    def _tell_apart(self, members: Several) -> None:
        by_name = {one.name: one for one in members}

        def differs(sets: Sequence[tuple[str, ...]]) -> list[bool]:
            chosen = [tuple(by_name[name] for name in names) for names in sets]
            results = self._attempts.under(chosen)
            return [self._strictly(one).rung is not Rung.IDENTICAL for one in results]

        causes = find_causes(tuple(by_name), differs)
        gone = {name for cause in causes for name in cause}
        for cause in causes:
            several = tuple(by_name[name] for name in cause)
            if not self._happens_again(several):
                return
            self._note(several)
        rest = tuple(one for one in members if one.name not in gone)
        if rest:
            self._note(rest)

    def _happens_again(self, several: Several) -> bool:
        """Make a run under what was found once more: a rare chance seldom comes twice.

        It is told as chance where no further run under the same has other bits.
        """
        for _ in range(AGAIN):
            if (
                self._strictly(self._attempts.afresh(several)).rung
                is not Rung.IDENTICAL
            ):
                return True
        (result,) = self._attempts.under([several])
        self._tell_chance(self._strictly(result))
        return False

    def _tell_chance(self, verdict: Verdict) -> None:
        self.is_steady = False
        self._envelope = None
        chance = Variation(name="again", axis=CHANCE)
        self.effects.append(self._effect((chance,), verdict))

    def _note(self, several: Several) -> None:
        """Keep what variations did at once; loaders that do not exist did nothing."""
        (result,) = self._attempts.under([several])
        idle = _idle(several, result)
        for part in (tuple(one for one in several if one not in idle), idle):
            if part:
                verdict = self._strictly(result)
                effect = self._effect(part, verdict)
                self.effects.append(effect if part is not idle else untouched(effect))

    def _is_same(self, several: Several) -> bool:
        (result,) = self._attempts.under([several])
        is_same = self._strictly(result).rung is Rung.IDENTICAL
        self._was_same |= is_same
        return is_same

    def _strictly(self, result: Result) -> Verdict:
        return hold(
            result, self._plain, contract=self._contract, required=Rung.IDENTICAL
        )

    def _effect(self, several: Several, verdict: Verdict) -> Effect:
        against = self._envelope or self._plain
        return effect_of(several, verdict, contract=self._contract, against=against)

    def _repeat(self) -> None:
        """Make the same run again; where it differs, look for what to hold still."""
        self._was_repeated = True
        again = self._attempts.again()
        verdict = self._strictly(again)
        if verdict.rung is Rung.IDENTICAL:
            return
        self._envelope = None
        settled = self._steady_under(())
        if settled is not None and self._is_identical(again, settled):
            self._plain = settled
            self.effects.append(self._effect((LEFT,), verdict))
            return
        steady = self._find_still()
        if steady is None:
            self._tell_chance(verdict)
            return
        self._plain = steady
        self.effects += [self._effect((one,), verdict) for one in self._attempts.still]

    def _find_still(self) -> RunRecord | None:
        """Hold as little still as makes the same run give the same bits."""
        both = self._steady_under(STILL)
        if both is None:
            self._attempts.hold_still(())
            return None
        for one in STILL:
            steady = self._steady_under((one,))
            if steady is not None:
                return steady
        self._attempts.hold_still(STILL)
        return both

    def _steady_under(self, still: Several) -> RunRecord | None:
        """Run three times: two runs also agree where one of two outcomes is drawn."""
        attempts = self._attempts
        attempts.hold_still(still)
        first = attempts.read(attempts.plain())
        if isinstance(first, Verdict):
            return None
        for _ in range(AGAIN):
            if not self._is_identical(attempts.again(), first):
                return None
        return first

    def _is_identical(self, result: Result, against: RunRecord) -> bool:
        required = Rung.IDENTICAL
        verdict = hold(result, against, contract=self._contract, required=required)
        return verdict.rung is required

    def _may_be_chance(self) -> bool:
        """Make sure, before a difference is told, that runs can be the same at all."""
        if not self._was_same and not self._was_repeated:
            self._repeat()
            return True
        return False

    def _try_to_resume(self) -> None:
        """Kill the run once and resume it, if it has steps to be killed at."""
        steps = self._plain.anchor.resources.steps
        if not steps:
            return
        done = self._attempts.resumed(steps)
        result = self._attempts.read(done.last)
        if isinstance(result, Verdict):
            verdict = replace(result, required=Rung.IDENTICAL)
        else:
            verdict = judge_resumed(result, self._plain)
        if verdict.rung is not Rung.IDENTICAL and self._may_be_chance():
            if self.is_steady:
                self._try_to_resume()
            return
        effect = self._effect((RESUMED,), verdict)
        if not done.deaths:
            effect = untouched(effect)
        elif done.forgotten and effect.standing is Standing.BREAKS:
            note = f"checkpoints did not hold {', '.join(done.forgotten)}"
            effect = replace(effect, note=note)
        self.effects.append(effect)

    def _hold_memory(self, fills: Sequence[Variation]) -> None:
        """Fill memory from now on, if it is read and that leaves numbers to compare.

        What lies in it by chance would make other variations look guilty.
        """
        still = tuple(one for one in fills if not self._open((one,)))
        before = self._attempts.still
        if not still:
            return
        steady = self._steady_under((*before, *still))
        if steady is None:
            self._attempts.hold_still(before)
        else:
            self._plain, self._envelope = steady, None

    def _try_libraries(
        self, kernels: Sequence[Variation], spare: Sequence[Variation]
    ) -> None:
        """Try kernels of separate libraries, and with them what is left over."""
        for members in _rounds([*kernels, *spare]):
            if not self.is_steady:
                return
            strict = self._open(tuple(one for one in members if one in spare))
            loose = tuple(one for one in members if one not in spare)
            if strict and loose and self._is_same((*strict, *loose)):
                self._note((*strict, *loose))
                continue
            self._try_at_once(strict)  # which makes the same run again before it tells
            if self.is_steady:
                self._try_together(loose)

    def _try_together(self, members: Several) -> None:
        """Try libraries that have nothing to do with each other at once."""
        if len(members) > 1 and self._is_same(members):
            self._note(members)
        elif members:
            self._try_apart(members)

    def _try_apart(self, table: Sequence[Variation]) -> None:
        """Try each of those that may round differently by itself."""
        results = self._attempts.under([(one,) for one in table])
        strictly = (self._strictly(one).rung for one in results)
        if any(rung is not Rung.IDENTICAL for rung in strictly):
            if self._may_be_chance() and self.is_steady:
                results = self._attempts.under([(one,) for one in table])
            if not self.is_steady:
                return
        for one, result in zip(table, results, strict=True):
            verdict = hold(
                result,
                self._envelope or self._plain,
                contract=self._contract,
                required=required_under(one, self._contract),
            )
            self.effects.append(told_of_batches(self._effect((one,), verdict), result))

    def _look_at_memory(self, table: Sequence[Variation]) -> None:
        """Tell garbage from other chance: filled memory makes it NaN."""
        for one in table:
            (result,) = self._attempts.under([(one,)])
            verdict = self._strictly(result)
            if verdict.cause is Cause.NON_FINITE:
                self.effects.append(self._effect((one,), verdict))


def _rounds(table: Sequence[Variation]) -> Iterator[Several]:
    """Take one value of each circumstance at a time, then the next ones."""
    axes = {one.axis: [x for x in table if x.axis == one.axis] for one in table}
    for members in zip_longest(*axes.values()):
        yield tuple(one for one in members if one is not None)


def _idle(several: Several, result: Result) -> Several:
    """Find a change of loaders that met none."""
    if isinstance(result, Verdict) or result.identity.determinism.get(LOADERS) != 0:
        return ()
    return tuple(one for one in several if one.axis == LOADER_WORKERS)

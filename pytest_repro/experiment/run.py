"""The run: the object behind the fixture `repro`, which training code talks to.

Everything here records. Nothing compares, and nothing may change what is computed:
an experiment gives the same bits whether it logs little or much.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar, overload

from pytest_repro import assets, determinism
from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment import micro_batches
from pytest_repro.experiment.configuring import Counter
from pytest_repro.experiment.following import Following
from pytest_repro.experiment.inputs import Desk
from pytest_repro.experiment.keeping import Keeper
from pytest_repro.experiment.looping import NEVER, Orders
from pytest_repro.experiment.names import check_name, check_total
from pytest_repro.experiment.parts import by_class
from pytest_repro.experiment.recorder import Recorder
from pytest_repro.experiment.walking import Walker
from pytest_repro.experiment.watching import DEFAULT_EVERY, Watch
from pytest_repro.fingerprints import sketch_of, tree_digest
from pytest_repro.records import Resolution

if TYPE_CHECKING:
    import torch

    from pytest_repro.data import Folds, Parts, Split
    from pytest_repro.recipes import RecipeFunction

__all__ = ["Run"]

T = TypeVar("T")


class Run:
    """One execution of one experiment with one seed.

    Attributes:
        counter: Gives the recipe out.
        seed: The root seed. Before the experiment's fixtures are set up, `random`,
            `numpy.random` and torch are each seeded with a seed derived from it.
    """

    def __init__(
        self,
        seed: int,
        recorder: Recorder,
        *,
        folder: Path,
        root: Path,
        rules: assets.Rules | None = None,
    ) -> None:
        """Start a run.

        Args:
            seed: The root seed.
            recorder: Where everything goes.
            folder: The folder of the test file: assets are found from here.
            root: The root of the project: assets are named from here.
            rules: What may be done for declared assets.
        """
        self.seed = seed
        self._recorder = recorder
        rules = rules or assets.Rules(store=root / ".repro" / "assets")
        self._desk = Desk(recorder, folder=folder, root=root, rules=rules)
        self._following = (
            None if recorder.ledger is None else Following(recorder.ledger)
        )
        self._keeper = Keeper(recorder)
        self.counter = Counter(recorder)
        self._walker = Walker(recorder, self._keeper, self._following)
        if self._following is not None:
            recorder.at_finish(self._following.finish)

    def keep(self, orders: Orders) -> None:
        """Write checkpoints, or begin with one; before the experiment is called.

        Args:
            orders: What is to be done.
        """
        self._keeper.obey(orders)

    @property
    def device(self) -> "torch.device":
        """The accelerator of this machine, or the CPU."""
        from pytest_repro.experiment import torch_device  # noqa: PLC0415  # imports torch

        return torch_device.default_device()

    def derive(self, name: str) -> int:
        """Derive a seed for one purpose.

        It depends on the root seed and the name, never on the order of calls, so a
        new consumer of randomness leaves the others alone.

        Args:
            name: The purpose, such as ``augmentation``.

        Returns:
            An integer in [0, 2**63).
        """
        return determinism.derive(self.seed, check_name(name))

    def generator(self, name: str) -> "torch.Generator":
        """Make a CPU generator for one purpose, seeded with `derive`.

        Draw on the CPU and move the result: the numbers then are the same on every
        device.

        Args:
            name: The purpose, such as ``shuffle``.

        Returns:
            A fresh generator; the same name gives the same numbers again.
        """
        from pytest_repro.experiment import torch_device  # noqa: PLC0415  # imports torch

        generator = torch_device.make_generator(self.derive(name))
        self._keeper.add_generator(name, generator)
        self._recorder.origin.add_generator(name, generator)
        return generator

    def log(self, name: str, value: object, step: SupportsIndex | None = None) -> None:
        """Record one number.

        Tensors need no `.item()`; on an accelerator they are read later, many at
        once, so that logging does not wait for the device.

        Args:
            name: Such as ``train/loss``; at most 128 printable characters.
            value: A Python number, NumPy scalar or 0-dim tensor; its dtype is kept.
            step: With a step, a point of a trace; steps go up, at most once each.
                Without, a final metric: logged once.

        Raises:
            HorizonReached: If this run is to end before that step.
            MetricError: If the value is no single real number, the name is not
                printable, or the metric was logged before.
        """
        self._walker.die_inside()
        self._recorder.log(name, value, step)

    @overload
    def steps(self, *, total: int | None = None) -> Iterator[int]: ...

    @overload
    def steps(
        self, iterable: Iterable[T], *, total: int | None = None
    ) -> Iterator[tuple[int, T]]: ...

    def steps(
        self, iterable: Iterable[T] | None = None, *, total: int | None = None
    ) -> Iterator[int] | Iterator[tuple[int, T]]:
        """Count the steps of a training loop, and tell how it is getting on.

        Not one item more than needed is taken from the iterable, since taking one
        may draw random numbers.

        Args:
            iterable: Batches, for instance; without it, only steps are given.
            total: Stop after so many steps.

        Returns:
            An iterator over ``(step, item)``, or over steps; steps count from 0.

        Raises:
            ReproUsageError: If there is neither an iterable nor a total, or the
                total is no whole number from 1 on.
        """
        check_total(total)
        caller = None if self._keeper.orders.is_idle else sys._getframe(1)  # noqa: SLF001  # public in all but name
        if iterable is not None:
            return self._walker.walk(iterable, total, caller)
        if total is None:
            msg = "steps() needs batches to walk over, or total="
            raise ReproUsageError(msg)
        return (step for step, _ in self._walker.walk(range(NEVER), total, caller))

    def micro_batches(self, batch: T) -> Iterator[tuple[float, T]]:
        """Offer a place where `--repro-vary` may split a batch.

        Args:
            batch: Of equally many rows everywhere.

        Returns:
            The weight 1 and the batch; parts and their weights under that variation.
            Add up ``weight * loss``, where a loss is a mean, before the step.
        """
        return micro_batches.micro_batches(batch)

    def watch(
        self,
        model: "torch.nn.Module",
        optimizer: "torch.optim.Optimizer | None" = None,
        *,
        every: int = DEFAULT_EVERY,
        name: str = "model",
        is_led: bool = False,
    ) -> None:
        """Fingerprint gradients, parameters, buffers, optimizer state and settings.

        Taken now, after the optimizer steps 0, k, 2k, …, and at the end. Without
        an optimizer the steps of `steps` count. Settings are the hyperparameters of
        the optimizer, apart from its state: rounding moves that, and never them.

        Args:
            model: The model.
            optimizer: Its optimizer.
            every: k, in optimizer steps.
            name: What the fingerprints are called, where there are several models.
            is_led: Whether a trainer restores both itself, see `lead`.

        Raises:
            ReproUsageError: If the arguments are something else.
        """
        micro_batches.look_at(model)
        watch = Watch(self._recorder, model, optimizer, every=every)
        watch.start(check_name(name))
        self._walker.watchers.append(watch)
        self._follow(model, optimizer, name)
        parts = {name: model, f"{name}/optimizer": optimizer}
        self._register({f"{name}/watch": watch, **({} if is_led else parts)})

    def _follow(
        self,
        model: "torch.nn.Module",
        optimizer: "torch.optim.Optimizer | None",
        name: str,
    ) -> None:
        """Follow the model in the step ledger too, if there is one."""
        if self._following is None:
            return
        from pytest_repro.experiment import torch_ledger  # noqa: PLC0415  # torch is loaded

        one = torch_ledger.ModelLedger(self._following, model, optimizer, name=name)
        self._recorder.at_finish(lambda: one.finish(is_over=self._recorder.is_over))
        self._walker.watchers.append(one)

    def checkpoint(self, *parts: object, **named: object) -> None:
        """Make objects parts of the run, which checkpoints hold and restore in place.

        What `watch` and `generator` were asked for is a part already. Whatever else a
        loop changes and reads again in a later step belongs here: schedules, gradient
        scalers, averages, counters. Call it before the loop.

        Args:
            *parts: Modules, optimizers, schedules; random generators; lists, dicts,
                sets, tensors, dataclasses; anything that has `state_dict` and
                `load_state_dict`. They are called by their classes.
            **named: The same, with names of their own.

        Raises:
            ReproUsageError: If one cannot be restored in place.
        """
        self._register({**by_class(parts), **named})

    @property
    def checkpoint_every(self) -> int:
        """After how many steps each a checkpoint is written; 0 for never."""
        return self._keeper.orders.every

    def lead(self, name: str, take: Callable[[], Any]) -> Any:  # noqa: ANN401  # as taken
        """Let a trainer that owns its loop keep and restore itself.

        Args:
            name: What checkpoints call it.
            take: Returns its state, between two steps.

        Returns:
            The state with which it is to begin; None for a run from its beginning.
        """
        return self._keeper.lead(check_name(name), take)

    def fingerprint(self, name: str, state: object, step: int | None = None) -> None:
        """Record a checksum of nested state.

        Args:
            name: Such as ``weights``.
            state: A module, a tensor, or containers of such; dict order is
                irrelevant, keys, types, dtypes, shapes and bits matter.
            step: The step after which it was taken, if there is one.

        Raises:
            FingerprintError: If something inside has no fingerprint, naming where.
            MetricError: If the name was used before at that step.
        """
        digest = tree_digest(state)
        self._recorder.fingerprint(name, digest, step, sketch=sketch_of(state))

    def asset(self, path: str | Path) -> Path:
        """Name a file or folder that the experiment reads, and record its digest.

        Args:
            path: A name that `assets.toml` declares; or a path, relative to the folder
                of the test file, else to the project's root, or absolute.

        Returns:
            The absolute path. That of a declared asset may lie in the content store,
            where it is called by its digest and has no suffix.

        Raises:
            ReproUsageError: If there is no such file.
            ReproError: If a declared asset cannot be had as it was declared.
        """
        return self._desk.ask(path)

    @property
    def resolutions(self) -> tuple[Resolution, ...]:
        """How each declared asset was come by, sorted by name."""
        return self._desk.resolutions

    def data(
        self,
        manifest: str | Path,
        split: "Split | None" = None,
        *,
        folds: "Folds | None" = None,
        allow_leaks: bool = False,
    ) -> "Parts":
        """Read a data set's manifest, cut it into parts, and record how.

        Args:
            manifest: Its file, found as `asset` finds files.
            split: How to cut it; what is declared beside it if left out.
            folds: Folds that the experiment uses, to be recorded; likewise.
            allow_leaks: Whether parts may know each other.

        Returns:
            The samples of each part, by its name.

        Raises:
            RecordError: If the manifest cannot be read.
            ReproUsageError: If nobody says how to cut it, or a part would be empty.
            LeakedData: If parts share contents or groups, or ids tell labels.
        """
        from pytest_repro.experiment import cutting  # noqa: PLC0415  # only with data

        found = cutting.cut(self.asset(manifest), split, folds, allow_leaks=allow_leaks)
        return cutting.record(found, self._recorder)

    @overload
    def recipe(self, subject: "RecipeFunction[T]") -> T: ...

    @overload
    def recipe(self, subject: T) -> T: ...

    def recipe(self, subject: Any) -> Any:
        """Ask for the configuration of this run, ``--repro-set`` included; record it.

        Args:
            subject: What `@recipe` made, a `Recipe`, or any frozen dataclass.

        Returns:
            The configuration.

        Raises:
            RecipeError: If an override has no place, or a value does not fit.
            ReproUsageError: If the run asked for another one before.
        """
        return self.counter.ask(subject)

    def _register(self, parts: Mapping[str, object]) -> None:
        for name, subject in parts.items():
            if subject is not None:
                self._keeper.register(check_name(name), subject)

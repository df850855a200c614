"""The class of a divergence: which part of the runs differed first, and what that says.

Each step brings its parts about in a fixed order: generators, data, forward, backward,
optimizer, evaluation. What differed first while everything before it was the same names
the culprit. Where a ledger was thinned, "before it" may be unknown: then the answer is
a stretch of steps, and `CauseClass.UNKNOWN` rather than a guess.

From two records alone, and only ever an explanation: no verdict depends on it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from pytest_repro.records import BEFORE, RunRecord, Verdict
from pytest_repro.verdicts.evidence import CauseClass, Onset, Scene, window
from pytest_repro.verdicts.shared_rows import shared_rows
from pytest_repro.verdicts.tracks import Part, Track, tracks_of

__all__ = ["CauseClass", "Onset", "explain", "first_divergence", "last_agreed"]

TRAINING: Final = frozenset(
    {
        Part.RNG,
        Part.INDICES,
        Part.BATCH,
        Part.INPUTS,
        Part.OUTPUTS,
        Part.GRADIENTS,
        Part.OPTIMIZER,
        Part.PARAMETERS,
    }
)
"""Parts whose difference changes what is learned."""

AFTER_SETTINGS: Final = frozenset(
    {Part.INPUTS, Part.OUTPUTS, Part.TRACE, Part.GRADIENTS}
)
"""Parts that may differ because settings do, which are made in the step before."""

SHARED: Final = 0.1
"""Runs that share so many rows drew them from the same data."""

SILENT: Final = frozenset({Part.SETTINGS, Part.ROWS, Part.FIRST})
"""Parts that explain a difference of another one, and are none by themselves."""


def first_divergence(reference: RunRecord, obtained: RunRecord) -> Onset | None:
    """Say in which part of a run it parted from its reference first.

    Args:
        reference: The reference; its anchor has the seed of the run.
        obtained: The run.

    Returns:
        The class, the step and the evidence; None if nothing that both recorded
        differs, or no part of the training was.
    """
    shared = shared_rows(reference, obtained)
    scene = Scene(tracks_of(reference, obtained), shared=shared)
    if not any(scene.has(part) for part in TRAINING):
        return None
    found = list(_partings(scene.tracks))
    missing = _missing_evaluation(reference, obtained)
    if missing is not None and all(
        missing[0] <= track.place(step) for track, step in found
    ):
        return missing[1]
    if found:
        track, step = min(found, key=_in_order)
        is_training = any(one.part in TRAINING for one, _ in found)
        if not is_training:
            return _reported(scene, track, step)
        return _of_part(scene, track, step)
    return _quiet(scene, reference, obtained)


def last_agreed(reference: RunRecord, obtained: RunRecord) -> int | None:
    """Say up to which step two runs are known to have computed the same.

    Settings may part before: what is computed under them may be rounded to the same
    bits for a while.

    Args:
        reference: The reference; its anchor has the seed of the run.
        obtained: The run.

    Returns:
        The step, `BEFORE` if there is none; None if nothing computed differs.
    """
    scene = Scene(tracks_of(reference, obtained))
    found = list(_partings(scene.tracks))
    if not found:
        return None
    track, step = min(found, key=_in_order)
    if track.part is Part.EVALUATION:
        return max(step - 1, BEFORE)
    after = track.last_same(step)
    begun = BEFORE if after is None else after
    # A generator is looked at when a step begins, and was used in the one before.
    return max(begun - 1, BEFORE) if track.part is Part.RNG else begun


def explain(obtained: RunRecord, reference: RunRecord, verdict: Verdict) -> str:
    """Explain a verdict on one line, where there is something to explain.

    Args:
        obtained: The run.
        reference: The reference that it was judged by.
        verdict: What was found.

    Returns:
        Class, place and evidence; empty if nothing parted, or the reference keeps
        the parts of another seed.
    """
    if verdict.divergence is None or obtained.anchor.seed != reference.anchor.seed:
        return ""
    onset = first_divergence(reference, obtained)
    return "" if onset is None else onset.text


def _in_order(one: tuple[Track, int]) -> tuple[float, int]:
    track, step = one
    return track.place(step), track.part.rank


def _partings(tracks: Iterable[Track]) -> Iterable[tuple[Track, int]]:
    for track in tracks:
        step = track.parted
        if step is not None and track.part not in SILENT:
            yield track, step


def _of_part(scene: Scene, track: Track, step: int) -> Onset:
    if track.part in AFTER_SETTINGS and not scene.parted_at(Part.BATCH, step):
        # An optimizer may call the model again and again within one step.
        settings = _settings(scene, track, BEFORE)
        if settings is not None:
            return settings
    explain = _EXPLAIN.get(track.part)
    return _evaluation(track, step) if explain is None else explain(scene, track, step)


def _order(_: Scene, track: Track, step: int) -> Onset:
    text = "the sampler drew other indices"
    return window(CauseClass.DATA_ORDER, track, step, track.last_same(step), text)


def _generators(scene: Scene, track: Track, step: int) -> Onset:
    """Tell who drew: a step, or what came before the first one."""
    state = scene.parted_at(Part.PARAMETERS, BEFORE)
    first = scene.parted_at(Part.FIRST, BEFORE)
    if step == BEFORE and state is not None and first is None and scene.has(Part.FIRST):
        return _initial(scene, state)
    after = track.last_same(step)
    if step == BEFORE:
        text = f"{track.name} stands elsewhere before step 0"
        if state is not None:
            text += ", and so all initial parameters differ"
        return window(CauseClass.RNG, track, BEFORE, None, text)
    begun = BEFORE if after is None else after
    text = f"{track.name} stands elsewhere when step {step} begins"
    return window(CauseClass.RNG, track, step - 1, begun - 1, text)


def _initial(scene: Scene, track: Track) -> Onset:
    moved = scene.parted_at(Part.RNG, BEFORE)
    text = f"{track.name} differs before step 0"
    text += ", random generators do not" if moved is None else ""
    return window(CauseClass.INITIALISATION, track, BEFORE, None, text)


def _drawn(scene: Scene, track: Track, step: int) -> Onset | None:
    """Tell whether a generator was used otherwise in the very step that parted."""
    for generator in scene.of(Part.RNG):
        later = [one for one in sorted(generator.same) if one > step]
        if (
            later
            and not generator.same[later[0]]
            and not scene.is_other_unit(generator)
        ):
            text = (
                f"{track.name} differs, and {generator.name} stands elsewhere when "
                f"step {later[0]} begins"
            )
            begun = generator.last_same(step + 1)
            after = None if begun is None else begun - 1
            return window(CauseClass.RNG, track, step, after, text)
    return None


def _data(scene: Scene, track: Track, step: int) -> Onset:
    drawn = _drawn(scene, track, step)
    if drawn is not None:
        return drawn
    after = track.last_same(step)
    if scene.was_same(Part.INDICES, step):
        text = "the same indices, another content"
        return window(CauseClass.DATA_CONTENT, track, step, after, text)
    if track.part is Part.INPUTS and scene.was_same(Part.BATCH, step):
        text = "the same batch, and the model was called with something else"
        return window(CauseClass.DATA_CONTENT, track, step, after, text)
    told = _by_rows(scene, track, step) or _by_sample(scene, track, step)
    if told is not None:
        return told
    text = "another batch; without indices order and content cannot be told apart"
    return window(CauseClass.DATA, track, step, after, text)


def _by_rows(scene: Scene, track: Track, step: int) -> Onset | None:
    """Tell order from content by the rows seen so far, if these were added up."""
    after = track.last_same(step)
    for rows in scene.of(Part.ROWS):
        met = [one for one, same in rows.same.items() if same and one > step]
        if rows.same.get(step):
            text = "the same rows in another order within the batch"
            return window(CauseClass.DATA_ORDER, track, step, after, text)
        if met:
            text = f"by step {min(met)} both had seen the same rows"
            return window(CauseClass.DATA_ORDER, track, step, after, text)
        later = [same for one, same in track.same.items() if one > step]
        if step in rows.same and sum(later) * 2 > len(later):
            text = "other rows, while most later batches are the same"
            return window(CauseClass.DATA_CONTENT, track, step, after, text)
    return None


def _by_sample(scene: Scene, track: Track, step: int) -> Onset | None:
    """Tell order from content by how many rows both runs saw at any time."""
    after, rows = track.last_same(step), scene.shared
    if rows is None or 0 < rows.share < SHARED:
        return None
    later = [same for one, same in track.same.items() if one > step]
    if sum(later) * 2 > len(later) or not later:
        # One odd batch, as far as is known; what else it saw, the other saw as well.
        is_known = rows.is_whole or (after is not None and not later)
        if not is_known or rows.share in (0, 1):
            return None
        text = f"mostly the same; {1 - rows.share:.2%} of its rows come nowhere else"
        return window(CauseClass.DATA_CONTENT, track, step, after, text)
    if rows.share == 0:
        text = "no row of the one is a row of the other"
        return window(CauseClass.DATA_CONTENT, track, step, after, text)
    text = f"about {rows.share:.0%} of the rows come in the other run as well"
    return window(CauseClass.DATA_ORDER, track, step, after, text)


def _forward(scene: Scene, track: Track, step: int) -> Onset:
    drawn = _drawn(scene, track, step)
    if drawn is not None:
        return drawn
    after = track.last_same(step)
    if track.part is Part.TRACE and scene.was_same(Part.OUTPUTS, step):
        text = (
            f"equal outputs of the model, another {track.name}: what it is held "
            "against, or how it is computed"
        )
        return window(CauseClass.FORWARD, track, step, step - 1, text)
    blind = scene.blind_spot(step)
    if blind is None and not scene.was_fed_the_same(step):
        text = f"equal parameters, another {track.name}; the data are not known there"
        return window(CauseClass.UNKNOWN, track, step, after, text)
    if blind is None:
        text = f"equal inputs and parameters, another {track.name}"
        return window(CauseClass.FORWARD, track, step, after, text)
    return _settings(scene, track, step) or _unknown(track, step, blind)


def _backward(scene: Scene, track: Track, step: int) -> Onset:
    if scene.was_same(Part.OUTPUTS, step) or scene.was_same(Part.TRACE, step):
        text = "equal outputs and loss, other gradients"
        return window(CauseClass.BACKWARD, track, step, track.last_same(step), text)
    blind = scene.blind_spot(step)
    if blind is None:
        text = "equal parameters, other gradients; outputs are not known"
        return window(CauseClass.UNKNOWN, track, step, step - 1, text)
    return _settings(scene, track, step) or _unknown(track, step, blind)


def _buffers(scene: Scene, track: Track, step: int) -> Onset:
    if step == BEFORE:
        return _initial(scene, track)
    text = "equal inputs and parameters, other buffers"
    return window(CauseClass.FORWARD, track, step, track.last_same(step), text)


def _update(scene: Scene, track: Track, step: int) -> Onset:
    if step == BEFORE:
        return _initial(scene, track)
    after = track.last_same(step)
    begun = BEFORE if after is None else after
    explained = _settings(scene, track, step)
    if explained is not None:
        return explained
    if scene.was_same(Part.GRADIENTS, step):
        text = "equal gradients and settings, another update"
        return window(CauseClass.OPTIMIZER, track, step, after, text)
    return _unknown(track, step, begun)


def _settings(scene: Scene, track: Track, step: int) -> Onset | None:
    """Tell whether hyperparameters differ by then, and whether they once agreed."""
    for settings in scene.of(Part.SETTINGS, track.model):
        parted = settings.parted
        later = [one for one in settings.same if one >= step]
        if parted is None or parted > min(later, default=step):
            continue
        agreed = settings.last_same(parted)
        if agreed is None:
            text = "the settings of the optimizer differ from the start"
            return window(CauseClass.OPTIMIZER, settings, max(parted, 0), None, text)
        until = "before step 0 only" if agreed == BEFORE else f"until step {agreed}"
        text = f"the settings of the optimizer agree {until}"
        return window(CauseClass.SCHEDULE, settings, min(parted, step), agreed, text)
    return None


def _unknown(track: Track, step: int, begun: int) -> Onset:
    text = f"{track.name} is the first to differ; what led to it was not followed"
    return window(CauseClass.UNKNOWN, track, step, begun, text)


def _reported(scene: Scene, track: Track, step: int) -> Onset:
    """Explain what differs although no part of the training is seen to."""
    if scene.has(Part.PARAMETERS):
        return _evaluation(track, step)
    text = (
        f"data and generators are the same, {track.name} is not; no model was watched"
    )
    return window(CauseClass.UNKNOWN, track, step, track.last_same(step), text)


def _evaluation(track: Track, step: int) -> Onset:
    text = f"nothing in training differs, {track.name} does"
    return window(CauseClass.EVALUATION, track, step, track.last_same(step), text)


def _missing_evaluation(
    reference: RunRecord, obtained: RunRecord
) -> tuple[float, Onset] | None:
    """Tell whether only one side was ever called in evaluation mode, and where."""
    is_whole = obtained.failure is None and not (
        obtained.horizon is not None and obtained.horizon.is_end
    )
    if not (is_whole and reference.ledger and obtained.ledger):
        return None
    mark = f"/{Part.EVALUATION.value}"
    theirs = {one.name: one for one in reference.ledger if one.name.endswith(mark)}
    ours = {one.name: one for one in obtained.ledger if one.name.endswith(mark)}
    lost = {one.name for one in (*reference.lost, *obtained.lost)}
    for name in sorted((theirs.keys() ^ ours.keys()) - lost):
        lane = theirs.get(name) or ours[name]
        side = "obtained run" if name in theirs else "reference"
        onset = Onset(
            cause=CauseClass.EVALUATION,
            step=lane.steps[0],
            part=name,
            evidence=f"the {side} never calls the model in evaluation mode",
        )
        return lane.orders[0], onset
    return None


def _quiet(scene: Scene, reference: RunRecord, obtained: RunRecord) -> Onset | None:
    """Explain runs whose steps do not differ: by final metrics, or by settings."""
    row = next(
        (one for one in reference.seeds if one.seed == obtained.anchor.seed), None
    )
    ours, theirs = set(obtained.anchor.metrics), set(row.metrics if row else ())
    names = sorted({metric.name for metric in ours ^ theirs})
    if row is not None and names:
        return Onset(
            cause=CauseClass.EVALUATION
            if scene.has(Part.PARAMETERS)
            else CauseClass.UNKNOWN,
            step=None,
            part=names[0],
            evidence=f"nothing that was followed in training differs, {names[0]} does",
        )
    for settings in scene.of(Part.SETTINGS):
        if settings.parted is not None:
            return _settings(scene, settings, settings.parted)
    return None


_EXPLAIN: Final[Mapping[Part, Callable[[Scene, Track, int], Onset]]] = {
    Part.RNG: _generators,
    Part.INDICES: _order,
    Part.BATCH: _data,
    Part.INPUTS: _data,
    Part.OUTPUTS: _forward,
    Part.TRACE: _forward,
    Part.GRADIENTS: _backward,
    Part.OPTIMIZER: _update,
    Part.PARAMETERS: _update,
    Part.BUFFERS: _buffers,
}
"""What a part that differs first says; any other was evaluated otherwise."""

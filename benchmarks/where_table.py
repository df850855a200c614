"""Where each fault lies: its class, the operation and the line, as its edit says.

Written from the edits alone, before anything was run, so that what the program answers
is held against a person's answer and not against itself. Where two answers are equally
right (a clipped gradient belongs to the backward pass, or to the update) both stand.
Faults that change nothing, or only how long a run is, have no place here.

Two things were corrected after the first run, since they were wrong about torch: on a
CPU optimizers update one tensor at a time, not all at once (``_foreach_``), by the
operators that torch/optim names for each setting; and in inference mode dropout and
linear layers are one operator each.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["PLACES", "Place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one fault of `benchmarks.faults_table` lies.

    Attributes:
        classes: Names of `OnsetClass`, any of which is right.
        operations: Shell patterns of operators, any of which is right.
        lines: Texts, one of which must stand in the line that is named.
    """

    classes: tuple[str, ...]
    operations: tuple[str, ...]
    lines: tuple[str, ...]


CONTENT: Final = ("data content",)
ORDER: Final = ("data order",)
INITIAL: Final = ("initialisation",)
FORWARD: Final = ("forward",)
BACKWARD: Final = ("backward",)
OPTIMIZER: Final = ("optimizer",)
SCHEDULE: Final = ("schedule",)
EVALUATION: Final = ("evaluation only",)

ADD: Final = ("aten.add.*", "aten.add_.*")
MUL: Final = ("aten.mul_.*",)
ADDCDIV: Final = ("aten.addcdiv_.*",)
SQUARES: Final = ("aten.mul_.*", "aten.addcmul_.*")
LERP: Final = ("aten.lerp_.*",)
DROPOUT: Final = (
    "aten.bernoulli*",
    "aten.native_dropout*",
    "aten.dropout*",
    "aten.div*",
    "aten.mul*",
)
BATCH_NORM: Final = ("aten.*batch_norm*",)
WRITTEN: Final = ("aten.fill_*", "aten.copy_*", "aten.index_put*")
PERMUTED: Final = ("aten.randperm*",)
BATCHED: Final = ("aten.stack*", "aten.slice*", "aten.select*")
CLIPPED: Final = ("aten.*",)


def _update(*classes: str, operations: tuple[str, ...]) -> Place:
    return Place(classes=classes, operations=operations, lines=("optimizer.step(",))


def _at(classes: tuple[str, ...], operations: tuple[str, ...], *lines: str) -> Place:
    return Place(classes=classes, operations=operations, lines=lines)


SHUFFLED: Final = _at(ORDER, PERMUTED, "torch.randperm(")
NO_SCHEDULE: Final = _update("schedule", operations=ADD)
LOADED: Final = (".load(", ".epochs(")

LOGISTIC: Final = {
    "learning rate × 1.01": _update("optimizer", operations=("aten.*",)),
    "no line search": _update("optimizer", operations=("aten.*",)),
    "penalty × 1.01": _at(FORWARD, ("aten.mul*",), "model.linear.weight.square()"),
    "biased standard deviation": _at(CONTENT, ("aten.std*",), "std(dim=0"),
    "weights start at one": _at(
        INITIAL, ("aten.fill_*", "aten.zero_*"), "ones_(self.linear.weight)"
    ),
    "test data scaled by 1.01": _at(
        EVALUATION, ("aten.mul*",), "(data.test_inputs - mean)"
    ),
    "another stream for the split": _at(
        (*CONTENT, *ORDER), PERMUTED, "torch.randperm("
    ),
    "label of row 20 set to 0": _at(CONTENT, WRITTEN, "labels[20] = 0"),
}

DIGITS_CNN: Final = {
    "learning rate × 1.01": _update("optimizer", operations=ADD),
    "momentum 0.9 → 0.91": _update("optimizer", operations=ADD),
    "weight decay × 1.01": _update("optimizer", operations=ADD),
    "no Nesterov": _update("optimizer", operations=ADD),
    "rate drops one step later": _update("schedule", operations=ADD),
    "batch norm eps × 1.01": _at(FORWARD, BATCH_NORM, "self.norm1(self.conv1("),
    "batch norm momentum 0.1 → 0.11": _at(
        (*EVALUATION, *FORWARD), BATCH_NORM, "self.norm1(self.conv1("
    ),
    "last activation capped at 6": _at(
        FORWARD, ("aten.hardtanh*", "aten.relu*"), "self.norm3(self.conv3("
    ),
    "another stream for the order": SHUFFLED,
    "gradients never zeroed": _at(BACKWARD, ("aten.*",), "loss.backward("),
    "schedule never stepped": NO_SCHEDULE,
    "no `model.eval()`": _at(EVALUATION, BATCH_NORM, "self.norm1(self.conv1("),
    "pixels scaled by 1/17": _at(CONTENT, ("aten.div*",), "/ 17"),
    "label of row 100 set to 3": _at(CONTENT, WRITTEN, "labels[100] = 3"),
}

DIGITS_MLP: Final = {
    "learning rate × 1.01": _update("optimizer", operations=MUL),
    "beta1 0.9 → 0.91": _update("optimizer", operations=LERP),
    "beta2 0.999 → 0.998": _update("optimizer", operations=SQUARES),
    "eps × 10": _update("optimizer", operations=ADD),
    "weight decay × 1.01": _update("optimizer", operations=MUL),
    "Adam for AdamW": _update("optimizer", operations=(*MUL, *ADD)),
    "dropout 0.2 → 0.21": _at(FORWARD, DROPOUT, "self.dropout(F.relu(self.hidden1("),
    "label smoothing × 1.02": _at(FORWARD, ("aten.*",), "F.cross_entropy("),
    "another stream for the order": SHUFFLED,
    "no `model.eval()`": _at(EVALUATION, DROPOUT, "self.dropout(F.relu(self.hidden1("),
    "label of row 11 set to 0": _at(CONTENT, WRITTEN, "labels[11] = 0"),
}

TRAINED: Final = "parts.loop.build().train("
"""The loop is one of the package: what it does is done in this line of a project."""

MOVED: Final = _at(CONTENT, ("aten.*",), "policy.apply(images")
"""Samples are augmented in the loss; a number drawn for them becomes a tensor there."""

RATE: Final = (*MUL, *ADDCDIV)
"""A rate enters the decay and the update; rounding may hide it in the former."""

DIGITS_PARTS: Final = {
    "learning rate × 1.01": _at(OPTIMIZER, RATE, TRAINED),
    "weight decay × 1.01": _at(OPTIMIZER, MUL, TRAINED),
    "label smoothing × 1.02": _at(FORWARD, ("aten.*",), "criterion(model("),
    "warm-up over 21 steps": _at((*SCHEDULE, *OPTIMIZER), RATE, TRAINED),
    "rate falls over 401 steps": _at(SCHEDULE, RATE, TRAINED),
    "noise up to 0.101": MOVED,
    "moved with probability 0.51": MOVED,
    "the same noise in every epoch": MOVED,
    "batch of 63": _at((*ORDER, *CONTENT), ("aten.stack*", "aten.cat*"), TRAINED),
    "one unit more": _at(
        INITIAL, ("aten.empty*", "aten.uniform_*"), "self.stem = nn.Linear(64"
    ),
    "layer norm eps × 1.01": _at(
        FORWARD, ("aten.native_layer_norm*",), "x = x + layer(x)"
    ),
    "test data scaled by 1.01": _at(
        EVALUATION, ("aten.mul*",), "parts.eval.build()(model"
    ),
    "another stream for the split": _at(
        (*CONTENT, *ORDER), PERMUTED, "torch.randperm("
    ),
    "label of row 100 set to 3": _at(CONTENT, WRITTEN, "labels[100] = 3"),
}

MNIST_CNN: Final = {
    "learning rate × 1.01": _update("optimizer", operations=ADDCDIV),
    "weight decay × 1.01": _update("optimizer", operations=ADD),
    "dropout 0.2 → 0.21": _at(FORWARD, DROPOUT, "self.dropout(x)"),
    "no augmentation": _at(CONTENT, ("aten.*",), "model(images)", "policy.apply("),
    "moved as in the next epoch": _at(CONTENT, ("aten.*",), "policy.apply("),
    "moved by -1 or 0 only": _at(CONTENT, ("aten.*",), "policy.apply("),
    "labels to train on reversed": _at(
        (*ORDER, *CONTENT), (*BATCHED, "aten.flip*"), "flip(0)", *LOADED
    ),
    "test data scaled by 1.01": _at(EVALUATION, ("aten.mul*",), "1.01 * data.test_"),
    "pixels scaled by 1/256": _at(CONTENT, ("aten.div*",), "/ 256"),
    "label of row 4000 set to 0": _at(CONTENT, WRITTEN, "labels[4000] = 0"),
}

SERIES_GRU: Final = {
    "learning rate × 1.01": _update("optimizer", operations=ADDCDIV),
    "alpha 0.99 → 0.98": _update("optimizer", operations=SQUARES),
    "weight decay × 1.01": _update("optimizer", operations=ADD),
    "dropout 0.05 → 0.051": _at(FORWARD, DROPOUT, "self.dropout(states)"),
    "gradients clipped at 0.101": _at(
        (*BACKWARD, *OPTIMIZER), CLIPPED, "clip_grad_norm_("
    ),
    "gradients clipped at 1.0": _at(
        (*BACKWARD, *OPTIMIZER), CLIPPED, "clip_grad_norm_("
    ),
    "smooth L1 for squared error": _at(
        FORWARD, ("aten.smooth_l1_loss*", "aten.mse_loss*"), "F.smooth_l1_loss("
    ),
    "scored one value later": _at(
        EVALUATION, ("aten.slice*", "aten.mse_loss*"), "error = F.mse_loss("
    ),
    "another stream for the order": SHUFFLED,
    "no `model.eval()`": _at(EVALUATION, DROPOUT, "self.dropout(states)"),
    "another noise": _at(
        CONTENT, ("aten.*",), "torch.tensor(values", "mackey_glass(2400)", ".unfold("
    ),
}

GENERATED: Final = {
    "learning rate × 1.01": _update("optimizer", "schedule", operations=MUL),
    "beta2 0.95 → 0.96": _update("optimizer", operations=SQUARES),
    "warm-up over 21 steps": _update("schedule", "optimizer", operations=MUL),
    "rate falls to 1 %, not 0": _update("schedule", operations=MUL),
    "gradients clipped at 1.01": _at(
        (*BACKWARD, *OPTIMIZER), CLIPPED, "clip_grad_norm_("
    ),
    "schedule never stepped": _update("schedule", operations=MUL),
    "no `model.eval()`": _at(EVALUATION, DROPOUT, "self.dropout("),
    "dropout 0.1 → 0.11": _at(FORWARD, DROPOUT, "self.dropout("),
    "initial weights × 1.01": _at(INITIAL, ("aten.normal_*",), "nn.init.normal_("),
    "ReLU for GELU": _at(
        FORWARD, ("aten.relu*", "aten.gelu*"), "self.expand(self.norm2("
    ),
    "attention sees the next character": _at(
        (*FORWARD, *INITIAL), ("aten.tril*",), ".tril(1)"
    ),
    "another text": _at(CONTENT, ("aten.*",), "torch.tensor([", ".unfold("),
}

ESSAY: Final = {
    "eps × 10": _update("optimizer", operations=ADD),
    "weight decay × 1.01": _update("optimizer", operations=MUL),
    "gains and biases decay too": _update("optimizer", operations=MUL),
    "one window more to train on": _at(ORDER, BATCHED, "windows[:seen]", *LOADED),
    "batch of 31": _at(ORDER, BATCHED, *LOADED),
    "windows reversed": _at(
        (*ORDER, *CONTENT), (*BATCHED, "aten.flip*"), "flip(0)", *LOADED
    ),
    "characters numbered backwards": _at(
        CONTENT, ("aten.*",), "torch.tensor([", ".unfold("
    ),
    "first layer norm eps × 1.01": _at(
        FORWARD, ("aten.native_layer_norm*",), "self.attention(self.norm1(x))"
    ),
}

PLACES: Final = {
    "logistic": LOGISTIC,
    "digits_cnn": DIGITS_CNN,
    "digits_mlp": DIGITS_MLP,
    "digits_parts": DIGITS_PARTS,
    "mnist_cnn": MNIST_CNN,
    "series_gru": SERIES_GRU,
    "transformer[generated]": GENERATED,
    "transformer[essay]": ESSAY,
}
"""Experiment -> label of the fault -> where it lies."""

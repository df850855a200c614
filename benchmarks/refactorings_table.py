"""Harmless changes: what a careful colleague does on a quiet day; no bit may move.

A gate that flags one of these loses trust, so each is run like a fault. Every shipped
experiment has some. A new metric, or a number logged as another type, is not harmless
and so is not here.
"""

from typing import Final

from benchmarks.variants import EXPERIMENTS, Edit, Variant

__all__ = ["REFACTORINGS"]

Row = tuple[str, str] | tuple[str, str, int]
"""The text that is there, the text that takes its place, and how often."""


def _change(experiment: str, label: str, *rows: Row, file: str = "") -> Variant:
    target = file or EXPERIMENTS[experiment].file
    edits = tuple(_edit(target, *row) for row in rows)
    return Variant(experiment=experiment, label=label, edits=edits)


def _edit(file: str, anchor: str, replacement: str, times: int = 1) -> Edit:
    return Edit(file=file, anchor=anchor, replacement=replacement, times=times)


LOSS_IN_PLACE = """
        loss = F.binary_cross_entropy_with_logits(model(train_features), train_labels)
        loss = loss + 1e-3 * model.linear.weight.square().sum()
"""
LOSS_EXTRACTED = """
        loss = loss_of(model, train_features, train_labels)
"""
LOSS_FUNCTION = """
def loss_of(model: LogisticRegression, x: Tensor, y: Tensor) -> Tensor:
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    return loss + 1e-3 * model.linear.weight.square().sum()


def test_logistic("""

LOGISTIC = (
    _change("logistic", "a local variable renamed", ("log_odds", "scores", 5)),
    _change(
        "logistic",
        "the loss extracted from its closure",
        (LOSS_IN_PLACE, LOSS_EXTRACTED),
        ("\ndef test_logistic(", LOSS_FUNCTION),
    ),
)

EVALUATED_IN_PLACE = """
    model.eval()
    with torch.inference_mode():
        logits = model(data.test_inputs)  # [360, 10]
"""
EVALUATION_EXTRACTED = """
    with torch.inference_mode():
        logits = predict(model, data.test_inputs)
"""
EVALUATION_FUNCTION = """
def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    model.eval()
    logits: Tensor = model(inputs)
    return logits


def test_digits_cnn("""

DIGITS_CNN = (
    _change(
        "digits_cnn",
        "layers renamed",
        ("self.conv1", "self.stem", 2),
        ("self.norm1", "self.stem_norm", 2),
        ("self.head", "self.classifier", 2),
    ),
    _change(
        "digits_cnn",
        "keywords for positions",
        ("cross_entropy(logits, labels)", "cross_entropy(target=labels, input=logits)"),
        ('"train/loss", loss, step=step', 'step=step, value=loss, name="train/loss"'),
    ),
    _change(
        "digits_cnn",
        "evaluation extracted to a function",
        (EVALUATED_IN_PLACE, EVALUATION_EXTRACTED),
        ("\ndef test_digits_cnn(", EVALUATION_FUNCTION),
    ),
)

IMPORTS = """
import torch
import torch.nn.functional as F
from torch import Tensor, nn
"""
IMPORTS_REORDERED = """
from torch import nn, Tensor
import torch.nn.functional as F
import torch
"""
LOG_LOSS = """
        repro.log("test/loss", F.cross_entropy(logits, data.test_labels))"""
LOG_ACCURACY = """
        repro.log("test/accuracy", hits.double().mean())"""
PLAIN_LOOP = """in enumerate(batches):
        if step == 600:
            break
"""
UNPACKED = """
        images, labels = batch
        logits = model(images)  # [64, 10]
"""
NEW_STREAM = """
    torch.rand(7, generator=repro.generator("demonstration"))
    model.train()
"""

DIGITS_MLP = (
    _change("digits_mlp", "imports in another order", (IMPORTS, IMPORTS_REORDERED)),
    _change(
        "digits_mlp",
        "two independent log calls swapped",
        (LOG_LOSS + LOG_ACCURACY, LOG_ACCURACY + LOG_LOSS),
    ),
    _change(
        "digits_mlp",
        "a plain loop for `repro.steps`",
        ("in repro.steps(batches, total=600):\n", PLAIN_LOOP),
    ),
    _change(
        "digits_mlp",
        "batches unpacked in the body",
        ("for step, (images, labels) in", "for step, batch in"),
        ("\n        logits = model(images)  # [64, 10]\n", UNPACKED),
    ),
    _change(
        "digits_mlp",
        "one more stream of random numbers",
        ("\n    model.train()\n", NEW_STREAM),
    ),
)

LOSS_FIRST = """
        loss=CrossEntropy.Config(smoothing=0.05),
        optim=AdamW.Config(lr=3e-3),
"""
OPTIMIZER_FIRST = """
        optim=AdamW.Config(lr=3e-3),
        loss=CrossEntropy.Config(smoothing=0.05),
"""

DIGITS_PARTS = (
    _change(
        "digits_parts",
        "fields of the recipe in another order",
        (LOSS_FIRST, OPTIMIZER_FIRST),
    ),
    _change(
        "digits_parts",
        "defaults of the recipe written out",
        ("AdamW.Config(lr=3e-3)", "AdamW.Config(lr=3e-3, eps=1e-8, weight_decay=0.01)"),
        ("ResidualMLP.Config()", "ResidualMLP.Config(width=96, depth=2)"),
    ),
    _change(
        "digits_parts",
        "the recipe and a layer renamed",
        ("def digits_parts()", "def digits()"),
        ("recipe(digits_parts)", "recipe(digits)"),
        ("self.stem", "self.first", 2),
    ),
)

FINGERPRINT = """
    repro.fingerprint("weights", model)
"""
LATE_DRAW = """
    nn.Linear(7, 7)
    repro.fingerprint("weights", model)
"""
ZERO_LATE = """
        logits = model(policy.apply(images, drawn))  # [50, 10]
        loss = F.cross_entropy(logits, labels)
        optimizer.zero_grad()
"""
ZERO_EARLY = """
        optimizer.zero_grad()
        logits = model(policy.apply(images, drawn))  # [50, 10]
        loss = F.cross_entropy(logits, labels)
"""

MNIST_CNN = (
    _change(
        "mnist_cnn", "random numbers drawn after training", (FINGERPRINT, LATE_DRAW)
    ),
    _change(
        "mnist_cnn",
        "other names of the same functions",
        ("F.relu(", "nn.functional.relu(", 4),
    ),
    _change(
        "mnist_cnn", "gradients zeroed before the forward pass", (ZERO_LATE, ZERO_EARLY)
    ),
)

COMMENTED = """
    # The first 1,800 windows are for training.
    series: Tensor = mackey_glass(2400)"""
PART_NAMED = """
    part = "test"
    model.eval()
"""

SERIES_GRU = (
    _change(
        "series_gru",
        "`no_grad` for `inference_mode`",
        ("torch.inference_mode()", "torch.no_grad()"),
    ),
    _change(
        "series_gru",
        "a comment and a type hint added",
        ("\n    series = mackey_glass(2400)", COMMENTED),
    ),
    _change(
        "series_gru",
        "the name of a metric built by an f-string",
        ("\n    model.eval()\n", PART_NAMED),
        ('"test/loss"', 'f"{part}/loss"'),
    ),
)

ENCODED = """
    number = {character: index for index, character in enumerate(sorted(set(text)))}
"""
ENCODED_BY_LOOP = """
    number: dict[str, int] = {}
    for character in sorted(set(text)):
        number[character] = len(number)
"""

TRANSFORMER = (
    _change(
        "transformer[generated]",
        "a function renamed",
        ("next_character_loss", "score", 3),
    ),
    _change(
        "transformer[generated]",
        "attributes of the model renamed",
        ("queries_keys_values", "qkv", 2),
        ("self.expand", "self.up", 2),
        ("self.reduce", "self.down", 2),
        file="transformer.py",
    ),
    _change(
        "transformer[essay]",
        "defaults written out",
        ("weight_decay=0.1)", "weight_decay=0.1, decays_vectors=False)"),
        ("loss.backward()", "loss.backward(gradient=None, retain_graph=False)"),
    ),
    _change(
        "transformer[essay]",
        "a loop for a comprehension",
        (ENCODED, ENCODED_BY_LOOP),
        file="texts.py",
    ),
)

REFACTORINGS: Final = (
    *LOGISTIC,
    *DIGITS_CNN,
    *DIGITS_MLP,
    *DIGITS_PARTS,
    *MNIST_CNN,
    *SERIES_GRU,
    *TRANSFORMER,
)
"""Every harmless change, in the order of the table."""

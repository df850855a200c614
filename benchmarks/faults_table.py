"""The faults: one token each, of the kinds that spoil published results.

Each row says what is changed and which text stands for which in the experiment's own
file, or in the file named before the rows. Some are chosen to show late, or only in
evaluation, and a few are known to change nothing: what a row really does is found out
by `benchmarks.witness`, never stated here.
"""

from typing import Final

from benchmarks.variants import EXPERIMENTS, Edit, Variant

__all__ = ["FAULTS"]

Row = tuple[str, str, str]
"""What is changed, the text that is there, the text that takes its place."""

EVAL: Row = ("no `model.eval()`", "    model.eval()\n", "")
ORDER: Row = ("another stream for the order", '("shuffle")', '("shuffled")')
SPLIT: Row = ("another stream for the split", '("split")', '("splits")')
SCALED: Row = (
    "test data scaled by 1.01",
    "model, data.test_inputs",
    "model, 1.01 * data.test_inputs",
)
NO_ZERO: Row = ("gradients never zeroed", "        optimizer.zero_grad()\n", "")
NO_SCHEDULE: Row = ("schedule never stepped", "        schedule.step()\n", "")


def _faults(experiment: str, *rows: Row, file: str = "") -> tuple[Variant, ...]:
    target = file or EXPERIMENTS[experiment].file
    return tuple(
        Variant(
            experiment=experiment,
            label=label,
            edits=(Edit(file=target, anchor=anchor, replacement=replacement),),
        )
        for label, anchor, replacement in rows
    )


def _flip(experiment: str, rows: str, index: int, label: int) -> tuple[Variant, ...]:
    """Set one label of a data set, right after it was read."""
    anchor = f"labels = torch.from_numpy(table[:, -1]).long()  # [{rows}]\n"
    wrong = f"    labels[{index}] = {label}\n"
    row = (f"label of row {index} set to {label}", anchor, anchor + wrong)
    return _faults(experiment, row, file="data.py")


LOGISTIC = (
    *_faults(
        "logistic",
        ("learning rate × 1.01", "lr=1.0,", "lr=1.01,"),
        ("no line search", 'line_search_fn="strong_wolfe"', "line_search_fn=None"),
        ("penalty × 1.01", "1e-3 *", "1.01e-3 *"),
        ("biased standard deviation", "std(dim=0)", "std(dim=0, correction=0)"),
        (
            "weights start at one",
            "zeros_(self.linear.weight)",
            "ones_(self.linear.weight)",
        ),
        (
            "test data scaled by 1.01",
            "(data.test_inputs - mean)",
            "1.01 * (data.test_inputs - mean)",
        ),
        SPLIT,
        EVAL,
    ),
    *_flip("logistic", "569", 20, 0),
)

DIGITS_CNN = (
    *_faults(
        "digits_cnn",
        ("learning rate × 1.01", "lr=0.1,", "lr=0.101,"),
        ("momentum 0.9 → 0.91", "momentum=0.9,", "momentum=0.91,"),
        ("weight decay × 1.01", "weight_decay=5e-4", "weight_decay=5.05e-4"),
        ("no Nesterov", "nesterov=True", "nesterov=False"),
        ("rate drops one step later", "milestones=[160]", "milestones=[161]"),
        ("batch norm eps × 1.01", "(16, eps=1e-5", "(16, eps=1.01e-5"),
        (
            "batch norm momentum 0.1 → 0.11",
            "(16, eps=1e-5, momentum=0.1)",
            "(16, eps=1e-5, momentum=0.11)",
        ),
        ("last activation capped at 6", "F.relu(self.norm3", "F.relu6(self.norm3"),
        ORDER,
        NO_ZERO,
        NO_SCHEDULE,
        EVAL,
    ),
    *_faults("digits_cnn", ("pixels scaled by 1/17", "/ 16", "/ 17"), file="data.py"),
    *_flip("digits_cnn", "1797", 100, 3),
)

DIGITS_MLP = (
    *_faults(
        "digits_mlp",
        ("learning rate × 1.01", "lr=2e-3", "lr=2.02e-3"),
        ("beta1 0.9 → 0.91", "(0.9, 0.999)", "(0.91, 0.999)"),
        ("beta2 0.999 → 0.998", "(0.9, 0.999)", "(0.9, 0.998)"),
        ("eps × 10", "eps=1e-8", "eps=1e-7"),
        ("weight decay × 1.01", "weight_decay=0.01", "weight_decay=0.0101"),
        ("Adam for AdamW", "torch.optim.AdamW", "torch.optim.Adam"),
        ("dropout 0.2 → 0.21", "Dropout(p=0.2)", "Dropout(p=0.21)"),
        ("label smoothing × 1.02", "smoothing=0.05", "smoothing=0.051"),
        ("one step less", "total=600", "total=599"),
        ORDER,
        EVAL,
        ("no `model.train()`", "    model.train()\n", ""),
    ),
    *_flip("digits_mlp", "1797", 11, 0),
)

DIGITS_PARTS = (
    *_faults(
        "digits_parts",
        ("learning rate × 1.01", "lr=3e-3", "lr=3.03e-3"),
        ("weight decay × 1.01", "lr=3e-3)", "lr=3e-3, weight_decay=0.0101)"),
        ("label smoothing × 1.02", "smoothing=0.05", "smoothing=0.051"),
        ("warm-up over 21 steps", "warmup=20", "warmup=21"),
        (
            "rate falls over 401 steps",
            "WarmupCosine.Config(steps=400",
            "WarmupCosine.Config(steps=401",
        ),
        ("noise up to 0.101", "high=0.1)", "high=0.101)"),
        ("moved with probability 0.51", "p=0.5,", "p=0.51,"),
        ("the same noise in every epoch", "int(epochs[0])", "0"),
        ("batch of 63", "batch=64", "batch=63"),
        ("one unit more", "width: int = Field(96", "width: int = Field(97"),
        ("layer norm eps × 1.01", "eps=1e-5", "eps=1.01e-5"),
        (
            "test data scaled by 1.01",
            "build()(model, data.test_inputs",
            "build()(model, 1.01 * data.test_inputs",
        ),
        SPLIT,
    ),
    *_flip("digits_parts", "1797", 100, 3),
)

MNIST_CNN = (
    *_faults(
        "mnist_cnn",
        ("learning rate × 1.01", "lr=4e-3", "lr=4.04e-3"),
        ("weight decay × 1.01", "weight_decay=1e-5", "weight_decay=1.01e-5"),
        ("dropout 0.2 → 0.21", "(dropout=0.2)", "(dropout=0.21)"),
        ("no augmentation", "policy.apply(images, drawn)", "images"),
        ("moved as in the next epoch", "int(epochs[0])", "int(epochs[0]) + 1"),
        ("moved by -1 or 0 only", "high=1, law", "high=0, law"),
        (
            "labels to train on reversed",
            "data.train_labels)",
            "data.train_labels.flip(0))",
        ),
        SCALED,
    ),
    *_faults("mnist_cnn", ("pixels scaled by 1/256", "/ 255", "/ 256"), file="data.py"),
    *_flip("mnist_cnn", "5000", 4000, 0),
)

SERIES_GRU = (
    *_faults(
        "series_gru",
        ("learning rate × 1.01", "lr=1e-2", "lr=1.01e-2"),
        ("alpha 0.99 → 0.98", "alpha=0.99", "alpha=0.98"),
        ("weight decay × 1.01", "weight_decay=1e-5", "weight_decay=1.01e-5"),
        ("dropout 0.05 → 0.051", "p=0.05", "p=0.051"),
        ("gradients clipped at 0.101", "max_norm=0.1)", "max_norm=0.101)"),
        ("gradients clipped at 1.0", "max_norm=0.1)", "max_norm=1.0)"),
        (
            "smooth L1 for squared error",
            "loss = F.mse_loss(",
            "loss = F.smooth_l1_loss(",
        ),
        ("scored one value later", "slice(20,", "slice(21,"),
        ORDER,
        EVAL,
    ),
    *_faults("series_gru", ("another noise", "(1977)", "(1978)"), file="series.py"),
)

GENERATED = (
    *_faults(
        "transformer[generated]",
        ("learning rate × 1.01", "lr=1e-2", "lr=1.01e-2"),
        ("beta2 0.95 → 0.96", "(0.9, 0.95)", "(0.9, 0.96)"),
        ("warm-up over 21 steps", "warmup=20", "warmup=21"),
        ("rate falls to 1 %, not 0", "end=0.0", "end=0.01"),
        ("gradients clipped at 1.01", "clip_norm=1.0", "clip_norm=1.01"),
        NO_SCHEDULE,
        EVAL,
    ),
    *_faults(
        "transformer[generated]",
        ("dropout 0.1 → 0.11", "p=0.1)", "p=0.11)"),
        ("initial weights × 1.01", "std=0.1", "std=0.101"),
        ("ReLU for GELU", "F.gelu", "F.relu"),
        ("attention sees the next character", ".tril()", ".tril(1)"),
        file="transformer.py",
    ),
    *_faults(
        "transformer[generated]", ("another text", "(1906)", "(1907)"), file="texts.py"
    ),
)

ESSAY = (
    *_faults(
        "transformer[essay]",
        ("eps × 10", "eps=1e-8", "eps=1e-7"),
        ("weight decay × 1.01", "weight_decay=0.1)", "weight_decay=0.101)"),
        (
            "gains and biases decay too",
            "weight_decay=0.1)",
            "weight_decay=0.1, decays_vectors=True)",
        ),
        ("one window more to train on", "* 9 // 10", "* 9 // 10 + 1"),
        ("batch of 31", "batch=32", "batch=31"),
        ("windows reversed", "repro, train_windows)", "repro, train_windows.flip(0))"),
    ),
    *_faults(
        "transformer[essay]",
        (
            "characters numbered backwards",
            "sorted(set(text))",
            "sorted(set(text), reverse=True)",
        ),
        file="texts.py",
    ),
    *_faults(
        "transformer[essay]",
        (
            "first layer norm eps × 1.01",
            "self.norm1 = nn.LayerNorm(WIDTH, eps=1e-5)",
            "self.norm1 = nn.LayerNorm(WIDTH, eps=1.01e-5)",
        ),
        file="transformer.py",
    ),
)

FAULTS: Final = (
    *LOGISTIC,
    *DIGITS_CNN,
    *DIGITS_MLP,
    *DIGITS_PARTS,
    *MNIST_CNN,
    *SERIES_GRU,
    *GENERATED,
    *ESSAY,
)
"""Every fault, in the order of the table."""

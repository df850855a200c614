"""Faults of graded strength: the same mistake from barely there to gross.

They stand beside the rows of `benchmarks.faults_table`, whose size is one token and
whose strength is whatever that does. Here a learning rate is off by a ten-thousandth or
by a tenth, one sample or one label of all is wrong, and precision is lowered.
"""

from typing import Final

from benchmarks.variants import EXPERIMENTS, Edit, Variant

__all__ = ["GRADED", "rows"]

Row = tuple[str, str, str]
"""What is changed, the text that is there, the text that takes its place."""

LOGITS: Final = "logits = model(images)"
BF16: Final = (
    "with torch.autocast('cpu', dtype=torch.bfloat16):\n            "
    "logits = model(images).float()"
)
LOSS: Final = "loss = next_character_loss(model, window)"
BF16_LOSS: Final = (
    "with torch.autocast('cpu', dtype=torch.bfloat16):\n            "
    "loss = next_character_loss(model, window).float()"
)
MEDIUM: Final = "    torch.backends.mkldnn.matmul.fp32_precision = 'bf16'\n"
READ: Final = 'load_breast_cancer(path, repro.generator("split"))'
SPLIT: Final = f"{READ}.to(repro.device)"
IN_FLOAT32: Final = "train_inputs=data.train_inputs.float().double()"
ROUNDED: Final = f"{SPLIT}\n    data = data._replace({IN_FLOAT32})"
TRAIN: Final = "    model.train()\n"


def rows(experiment: str, *table: Row, file: str = "") -> tuple[Variant, ...]:
    """Make variants of an experiment that change one text each.

    Args:
        experiment: A key of `EXPERIMENTS`.
        table: What is changed.
        file: Where; by default in the experiment's own file.

    Returns:
        The variants.
    """
    target = file or EXPERIMENTS[experiment].file
    return tuple(
        Variant(
            experiment=experiment,
            label=label,
            edits=(Edit(file=target, anchor=anchor, replacement=replacement),),
        )
        for label, anchor, replacement in table
    )


def _wrong_sample(experiment: str, anchor: str, row: int) -> tuple[Variant, ...]:
    """Let one image of all be another one, right after the data was read."""
    wrong = f"{anchor}\n    images[{row}] = images[{row + 1}]"
    label = f"image of row {row} is the next one's"
    return rows(experiment, (label, anchor, wrong), file="data.py")


GRADED: Final = (
    *rows(
        "logistic",
        ("learning rate × 1.001", "lr=1.0,", "lr=1.001,"),
        ("penalty × 1.0001", "1e-3 *", "1.0001e-3 *"),
        ("penalty × 1.1", "1e-3 *", "1.1e-3 *"),
        (
            "features rounded to float32",
            SPLIT,
            ROUNDED,
        ),
    ),
    *rows(
        "digits_cnn",
        ("learning rate × 1.0001", "lr=0.1,", "lr=0.10001,"),
        ("learning rate × 1.001", "lr=0.1,", "lr=0.1001,"),
        ("learning rate × 1.1", "lr=0.1,", "lr=0.11,"),
        ("weight decay × 1.001", "weight_decay=5e-4", "weight_decay=5.005e-4"),
        ("batch norm eps × 1.001", "(16, eps=1e-5", "(16, eps=1.001e-5"),
        ("bf16 autocast", LOGITS + "  # [64, 10]", BF16),
    ),
    *_wrong_sample("digits_cnn", "/ 16  # [1797, 64]", 11),
    *rows(
        "digits_mlp",
        ("learning rate × 1.0001", "lr=2e-3", "lr=2.0002e-3"),
        ("learning rate × 1.001", "lr=2e-3", "lr=2.002e-3"),
        ("learning rate × 1.1", "lr=2e-3", "lr=2.2e-3"),
        ("weight decay × 1.001", "weight_decay=0.01", "weight_decay=0.01001"),
        ("dropout 0.2 → 0.2001", "Dropout(p=0.2)", "Dropout(p=0.2001)"),
        ("bf16 autocast", LOGITS + "  # [64, 10]", BF16),
        ("matrix products in bf16", TRAIN, MEDIUM + TRAIN),
    ),
    *_wrong_sample("digits_mlp", "/ 16  # [1797, 64]", 11),
    *rows(
        "mnist_cnn",
        ("learning rate × 1.001", "lr=4e-3", "lr=4.004e-3"),
        ("learning rate × 1.1", "lr=4e-3", "lr=4.4e-3"),
        ("eps × 10", "eps=1e-8", "eps=1e-7"),
        (
            "bf16 autocast",
            "logits = model(policy.apply(images, drawn))",
            BF16.replace("model(images)", "model(policy.apply(images, drawn))"),
        ),
    ),
    *_wrong_sample("mnist_cnn", "/ 255  # [5000, 784]", 4000),
    *rows(
        "series_gru",
        ("learning rate × 1.001", "lr=1e-2", "lr=1.001e-2"),
        ("learning rate × 1.1", "lr=1e-2", "lr=1.1e-2"),
        ("alpha 0.99 → 0.9901", "alpha=0.99", "alpha=0.9901"),
        (
            "bf16 autocast",
            "forecasts = model(values)",
            BF16.replace("logits = model(images)", "forecasts = model(values)"),
        ),
    ),
    *rows(
        "transformer[generated]",
        ("learning rate × 1.001", "lr=1e-2", "lr=1.001e-2"),
        ("learning rate × 1.1", "lr=1e-2", "lr=1.1e-2"),
        ("bf16 autocast", LOSS, BF16_LOSS),
        ("matrix products in bf16", TRAIN, MEDIUM + TRAIN),
    ),
    *rows(
        "transformer[essay]",
        ("learning rate × 1.001", "lr=1e-2", "lr=1.001e-2"),
        ("weight decay × 1.001", "weight_decay=0.1)", "weight_decay=0.1001)"),
        ("beta2 0.95 → 0.9501", "(0.9, 0.95)", "(0.9, 0.9501)"),
        ("bf16 autocast", LOSS, BF16_LOSS),
    ),
)
"""Every graded fault, in the order of the table."""

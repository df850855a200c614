"""Parts to build experiments from that reproduce by construction.

Start with `sampling`: which samples an epoch has, as a function of seed and epoch;
`permutation` shuffles any number of them without a list. `loader` makes batches of what
`sources` and `stream` give, the same ones however they are loaded, and `draw` has the
random numbers of each sample. `mixtures`, `balance` and `selection` say which samples.
A recipe names all of it before there is any data: `batches` and `rules`.
"""

from pytest_repro.training.balance import Balanced, Stratified
from pytest_repro.training.batches import Batches
from pytest_repro.training.budgets import DataBudget, apportion
from pytest_repro.training.choosing import Select
from pytest_repro.training.dealing import Deal, Remainder
from pytest_repro.training.draw import Draw, addressed
from pytest_repro.training.fetching import BatchPlan
from pytest_repro.training.loader import Loader
from pytest_repro.training.mixtures import Merge, Mixture
from pytest_repro.training.permutation import Permutation
from pytest_repro.training.rules import AsGiven, Shuffle, Windows
from pytest_repro.training.rules_of_shares import Arm, Balance, Mix, Share, Stratify
from pytest_repro.training.sampling import InOrder, Picks, Sampling, Shuffled
from pytest_repro.training.selection import Choice, Selected, Selection
from pytest_repro.training.sources import Joined, Named
from pytest_repro.training.stream import Stream
from pytest_repro.training.windows import Windowed
from pytest_repro.training.workers import Workers

__all__ = [
    "Arm",
    "AsGiven",
    "Balance",
    "Balanced",
    "BatchPlan",
    "Batches",
    "Choice",
    "DataBudget",
    "Deal",
    "Draw",
    "InOrder",
    "Joined",
    "Loader",
    "Merge",
    "Mix",
    "Mixture",
    "Named",
    "Permutation",
    "Picks",
    "Remainder",
    "Sampling",
    "Select",
    "Selected",
    "Selection",
    "Share",
    "Shuffle",
    "Shuffled",
    "Stratified",
    "Stratify",
    "Stream",
    "Windowed",
    "Windows",
    "Workers",
    "addressed",
    "apportion",
]

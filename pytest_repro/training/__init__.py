"""Parts to build experiments from that reproduce by construction.

Start with `sampling`: which samples an epoch has, as a function of seed and epoch;
`permutation` shuffles any number of them without a list. `loader` makes batches of what
`sources` and `stream` give, the same ones however they are loaded, and `draw` has the
random numbers of each sample. `mixtures`, `balance` and `selection` say which samples.
"""

from pytest_repro.training.balance import Balanced, Stratified
from pytest_repro.training.budgets import DataBudget, apportion
from pytest_repro.training.dealing import Deal, Remainder
from pytest_repro.training.draw import Draw
from pytest_repro.training.fetching import BatchPlan
from pytest_repro.training.loader import Loader
from pytest_repro.training.mixtures import Merge, Mixture
from pytest_repro.training.permutation import Permutation
from pytest_repro.training.sampling import InOrder, Picks, Sampling, Shuffled
from pytest_repro.training.selection import Choice, Selected, Selection
from pytest_repro.training.sources import Joined, Named
from pytest_repro.training.stream import Stream
from pytest_repro.training.windows import Windowed
from pytest_repro.training.workers import Workers

__all__ = [
    "Balanced",
    "BatchPlan",
    "Choice",
    "DataBudget",
    "Deal",
    "Draw",
    "InOrder",
    "Joined",
    "Loader",
    "Merge",
    "Mixture",
    "Named",
    "Permutation",
    "Picks",
    "Remainder",
    "Sampling",
    "Selected",
    "Selection",
    "Shuffled",
    "Stratified",
    "Stream",
    "Windowed",
    "Workers",
    "apportion",
]

"""What was drawn for a batch: enough to make the same batch again, without the seed.

A seed tells what was done only to the very version that drew from it. So the numbers
themselves are kept: a policy that changed later still replays what an older one drew,
as long as its operations compute the same.
"""

from dataclasses import dataclass
from typing import Any, Final

from pytest_repro import canonical
from pytest_repro.augmentation.draws import ALGORITHM, SampleId
from pytest_repro.digests import Digest
from pytest_repro.errors import CorruptRecord

__all__ = ["Parameters", "Part"]

FORMAT: Final = "augmentation-parameters-v1"
MAX_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was drawn for one operation; one item for each sample everywhere.

    Attributes:
        name: Of the operation.
        acted: Whether it acts on the sample.
        values: Of each field, by name, sorted.
        partners: With which sample of the batch it is mixed, by position; empty for
            operations on single samples.
    """

    name: str
    acted: tuple[bool, ...]
    values: tuple[tuple[str, tuple[float, ...]], ...] = ()
    partners: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What was drawn for one batch.

    Attributes:
        policy: The digest of the policy that drew.
        seed: The root seed from which was drawn.
        epoch: In which epoch.
        step: At which step.
        ids: The samples of the batch.
        parts: The operations, in order.
        draws: The name of the algorithm that drew.
    """

    policy: Digest
    seed: int
    epoch: int
    step: int
    ids: tuple[SampleId, ...]
    parts: tuple[Part, ...]
    draws: str = ALGORITHM

    def to_bytes(self) -> bytes:
        """Write them as canonical JSON on one line.

        Returns:
            Equal parameters give equal bytes.
        """
        return canonical.dumps_line(
            {
                "format": FORMAT,
                "policy": self.policy,
                "seed": str(self.seed),
                "epoch": self.epoch,
                "step": self.step,
                "draws": self.draws,
                "ids": [_write_id(one) for one in self.ids],
                "parts": [
                    {
                        "name": part.name,
                        "acted": list(part.acted),
                        "values": dict(part.values),
                        "partners": list(part.partners),
                    }
                    for part in self.parts
                ],
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Parameters":
        """Read what `to_bytes` wrote.

        Args:
            data: The bytes.

        Returns:
            The same parameters.

        Raises:
            CorruptRecord: If they are nothing of the kind, or of another format.
        """
        try:
            plain: Any = canonical.loads(data, max_bytes=MAX_BYTES)
            return _read(plain)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            msg = f"these are no {FORMAT}: {type(error).__name__}: {error}"
            raise CorruptRecord(
                msg, remedy="draw again, from the seed and the policy of that run"
            ) from error


def _read(plain: Any) -> Parameters:  # noqa: ANN401  # JSON
    if plain["format"] != FORMAT:
        raise ValueError(plain["format"])
    found = Parameters(
        policy=Digest(plain["policy"]),
        seed=int(plain["seed"]),
        epoch=plain["epoch"],
        step=plain["step"],
        draws=plain["draws"],
        ids=tuple(_read_id(one) for one in plain["ids"]),
        parts=tuple(map(_read_part, plain["parts"])),
    )
    count = len(found.ids)
    for part in found.parts:
        rows = [part.acted, part.partners, *(values for _, values in part.values)]
        if any(
            len(row) not in {count, 0 if row is part.partners else count}
            for row in rows
        ):
            msg = f"{part.name} has not one item for each of {count} samples"
            raise ValueError(msg)
    return found


def _read_part(plain: Any) -> Part:  # noqa: ANN401  # JSON
    return Part(
        name=plain["name"],
        acted=tuple(plain["acted"]),
        values=tuple(
            (name, tuple(map(float, values)))
            for name, values in sorted(plain["values"].items())
        ),
        partners=tuple(plain["partners"]),
    )


def _write_id(one: SampleId) -> str:
    return f"t{one}" if isinstance(one, str) else f"i{one}"


def _read_id(text: str) -> SampleId:
    return text[1:] if text[0] == "t" else int(text[1:])

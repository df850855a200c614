"""The property of devices: a module goes where it is sent, and stays there.

It is tried on torch's device `meta`, which every machine has. Tensors there have shapes
and no values, so nothing is said of modules that look at values while they compute.
The first call there imports what torch traces with: a second, once a session.
"""

import re
from typing import Final

from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.contracts.torch_calls import Trial
from pytest_repro.contracts.torch_results import leaves
from pytest_repro.records.module_contracts import Level

__all__ = ["check_device_closure"]

_DEVICE: Final = "meta"
_APART: Final = re.compile(r"on device cpu|(on|at) the same device")
_SUSPICION: Final = "a device written into the code, or a tensor made without one?"


def check_device_closure(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """On another device, everything that comes out is on that device."""
    trial = Trial.of(subject, draw)
    module = trial.judge().to(_DEVICE)
    inputs = {name: tensor.to(_DEVICE) for name, tensor in trial.inputs.items()}
    try:
        output = trial.call(module, inputs)
    except Exception as error:
        told = " ".join(str(error).split())[:200]
        if not isinstance(error, RuntimeError) or not _APART.search(told):
            msg = f"{subject.name} looks at values: {told}"
            raise Inapplicable(msg) from error
        return Finding(
            suspicion=_SUSPICION,
            where="forward",
            obtained=told,
            reference=f"a result on {_DEVICE}",
        )
    for path, tensor in leaves(output):
        if tensor.device.type != _DEVICE:
            return Finding(
                suspicion=_SUSPICION,
                where=path,
                obtained=str(tensor.device),
                reference=_DEVICE,
            )
    return None

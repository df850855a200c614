"""What a hermetic run reaches for: each function at the line that names it, or none."""

import io
import os
import socket
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits

ROOT = Path(__file__).parents[2]
NEAR = ROOT / "README.md"
FAR = Path("/etc/hosts")


def file_opened() -> object:
    with open(NEAR) as file:  # drawn: file_opened
        return file.read()


def file_elsewhere() -> object:
    return FAR.read_bytes()  # drawn: file_elsewhere


def file_by_descriptor() -> object:
    file = os.open(NEAR, os.O_RDONLY)  # drawn: file_by_descriptor
    os.close(file)
    return file


def file_by_numpy() -> object:
    return np.fromfile(NEAR, dtype=np.uint8)  # drawn: file_by_numpy


def file_by_torch() -> object:
    try:
        return torch.load(NEAR)  # drawn: file_by_torch
    except Exception:  # noqa: BLE001  # no model, but a file that was read
        return None


def variable_got() -> object:
    return os.environ.get("DATA_ROOT")  # drawn: variable_got


def variable_asked() -> object:
    return "DATA_ROOT" in os.environ  # drawn: variable_asked


def variable_getenv() -> object:
    return os.getenv("DATA_ROOT", "data")  # drawn: variable_getenv


def network_connected() -> object:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", 9))  # drawn: network_connected


def network_looked_up() -> object:
    return socket.getaddrinfo("localhost", 80)  # drawn: network_looked_up


def network_fetched() -> object:
    try:
        return urllib.request.urlopen("http://127.0.0.1:9/")  # drawn: network_fetched
    except urllib.error.URLError:
        return None


def quiet_code() -> object:
    return Path(__file__).read_text()


def quiet_package_data() -> object:
    return load_digits().data.shape


def quiet_temporary_file() -> object:
    with tempfile.NamedTemporaryFile(dir="/tmp") as file:
        return Path(file.name).read_bytes()


def quiet_own_product() -> object:
    path = ROOT / ".repro-own-product"
    path.write_text("1")
    try:
        return path.read_text()
    finally:
        path.unlink()


def quiet_machine() -> object:
    return Path("/proc/cpuinfo").read_text()


def quiet_memory() -> object:
    return torch.load(io.BytesIO(_saved()))


def _saved() -> bytes:
    buffer = io.BytesIO()
    torch.save(torch.ones(2), buffer)
    return buffer.getvalue()


def quiet_variables() -> object:
    return os.environ.get("TZ"), os.environ.get("PYTHONHASHSEED"), os.getenv("HOME")


def quiet_local_socket() -> object:
    one, other = socket.socketpair()
    with one, other:
        return one.getsockname()

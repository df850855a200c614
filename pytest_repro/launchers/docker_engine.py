"""The container engine, and the only file that knows its library.

What the launcher needs of it and no more, with typed answers and typed errors: an
engine that is away, an image that it does not have, a container that is gone.
"""

import contextlib
import datetime as dt
import hashlib
import socket
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_repro.errors import LaunchError, ReproUsageError

__all__ = ["ContainerGone", "Engine", "EngineAway", "Image", "State"]

TAIL_BYTES: Final = 64 * 1024
PATIENCE_S: Final = 60
USUAL: Final = "unix:///var/run/docker.sock"
_UNIX: Final = "unix://"


class EngineAway(LaunchError):
    """The engine does not answer."""


class ContainerGone(LaunchError):
    """The engine does not know a container any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image of the engine.

    Attributes:
        id: The digest of its configuration.
        layers: One digest of its layers, which is the same for a second import.
        repo_digests: By which it can be pulled elsewhere; often none.
    """

    id: str
    layers: str
    repo_digests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the engine says of a container.

    Attributes:
        is_running: Whether it has not ended; also before it was started.
        code: Its exit code.
        out_of_memory: Whether something in it was ended for taking too much memory.
        started_utc: When it was started [s since 1970]; 0 if it was not.
        label: The value of our label; empty if it has none.
    """

    is_running: bool
    code: int = 0
    out_of_memory: bool = False
    started_utc: float = 0.0
    label: str = ""


class Engine:
    """A container engine that answers."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Connect.

        Args:
            variables: Where it is: ``DOCKER_HOST`` and its companions.

        Raises:
            ReproUsageError: If its library is not installed.
            EngineAway: If it does not answer.
        """
        self._where = variables.get("DOCKER_HOST", "") or USUAL
        try:
            import docker  # noqa: PLC0415  # an extra; only who launches needs it
        except ModuleNotFoundError as error:
            msg = (
                "the launcher docker needs the library docker\n"
                "  install it with: pip install 'pytest-repro[docker]'"
            )
            raise ReproUsageError(msg) from error
        self._errors = docker.errors
        with self._answering():
            _knock(variables.get("DOCKER_HOST", "") or USUAL)
            client = docker.from_env(environment=dict(variables), timeout=PATIENCE_S)
            self._api: Any = client.api  # untyped, like all of the library
            # A launcher has no end of its own, and its sockets need one.
            weakref.finalize(self, client.close)
            options = self._api.info().get("SecurityOptions") or ()
        self.is_rootless = any("rootless" in option for option in options)

    def image(self, name: str) -> Image:
        """Look an image up; nothing is pulled.

        Args:
            name: By digest, id or tag.

        Returns:
            The image.

        Raises:
            LaunchError: If the engine does not have it.
        """
        with self._answering():
            try:
                found = self._api.inspect_image(name)
            except self._errors.NotFound as error:
                msg = (
                    f"the engine has no image {name}\n  get it with: docker pull {name}"
                )
                raise LaunchError(msg) from error
        return Image(
            id=found["Id"],
            layers=_chain(found["RootFS"].get("Layers") or ()),
            repo_digests=tuple(sorted(found.get("RepoDigests") or ())),
        )

    def start(self, name: str, body: Mapping[str, object]) -> str:
        """Make a container and start it; an older one of that name is ended.

        Args:
            name: Its name.
            body: What is asked for.

        Returns:
            Its id.

        Raises:
            LaunchError: If the engine refuses, with its reason.
        """
        self.remove(name)
        with self._answering():
            made: str = self._api.create_container_from_config(body, name)["Id"]
            try:
                self._api.start(made)
            except self._errors.APIError:
                self.remove(made)
                raise
        return made

    def state(self, container: str) -> State:
        """Say how a container is getting on.

        Args:
            container: Its id or name.

        Returns:
            Its state.

        Raises:
            ContainerGone: If the engine does not know it.
        """
        with self._answering():
            try:
                found = self._api.inspect_container(container)
            except self._errors.NotFound as error:
                msg = "its container was removed"
                raise ContainerGone(msg) from error
        state = found["State"]
        return State(
            is_running=state["Status"] not in {"exited", "dead"},
            code=state["ExitCode"],
            out_of_memory=state["OOMKilled"],
            started_utc=_seconds(state["StartedAt"]),
            label=" ".join((found["Config"]["Labels"] or {}).values()),
        )

    def output(self, container: str) -> str:
        """Return the end of what a container printed.

        Args:
            container: Its id.

        Returns:
            At most 64 KiB, as text; nothing if it is gone.
        """
        found = b""
        with self._answering(), contextlib.suppress(self._errors.NotFound):
            # Whole, but no flood: what the engine keeps is limited by the request.
            found = self._api.logs(container)
        return found[-TAIL_BYTES:].decode("utf-8", errors="ignore")

    def stop(self, container: str, *, grace_s: int) -> None:
        """Ask a container to end, then insist; harmless when it ended.

        Args:
            container: Its id.
            grace_s: Between asking and insisting [s].
        """
        with self._answering(), contextlib.suppress(self._errors.NotFound):
            self._api.stop(container, timeout=grace_s)

    def remove(self, container: str) -> None:
        """End a container at once and forget it; harmless when it is gone.

        Args:
            container: Its id or name.
        """
        with self._answering(), contextlib.suppress(self._errors.NotFound):
            self._api.remove_container(container, v=True, force=True)

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        """Give the errors of the library our types."""
        try:
            yield
        except self._errors.APIError as error:
            msg = f"the container engine refuses: {error.explanation or error}"
            raise LaunchError(msg) from error
        except (self._errors.DockerException, OSError) as error:
            msg = (
                f"no container engine answers at {self._where}\n"
                f"  it says   {' '.join(str(error).split())}\n"
                "  start it, or say where it is: DOCKER_HOST=unix:///PATH"
            )
            raise EngineAway(msg) from error


def _knock(where: str) -> None:
    """Try a local socket: the library leaves its own open where nobody answers."""
    if where.startswith(_UNIX):
        with socket.socket(socket.AF_UNIX) as knock:
            knock.connect(where.removeprefix(_UNIX))


def _chain(layers: tuple[str, ...]) -> str:
    """Compute one digest of all layers.

    Source:
        ChainID of the OCI image specification 1.1, config.md,
        https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md#layer-chainid.
    """
    chain = ""
    for layer in layers:
        joined = f"{chain} {layer}".encode()
        chain = f"sha256:{hashlib.sha256(joined).hexdigest()}" if chain else layer
    return chain


def _seconds(text: str) -> float:
    """Read a time of the engine, which has nanoseconds."""
    if text.startswith("0001"):
        return 0.0
    whole = text.partition(".")[0].rstrip("Z")
    return dt.datetime.fromisoformat(f"{whole}+00:00").timestamp()

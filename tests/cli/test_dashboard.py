"""`pytest-repro dashboard`: the page is written whole, and served to nobody else."""

import http.client
import json
import threading
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.cli.serving import page_server
from tests.cli.test_history import furnish, remember
from tests.reports.observing import shifted

PAGE = b"<!doctype html><title>page</title>"


def ask(path: str, host: str = "") -> tuple[int, bytes]:
    """Ask a server of the page for something; returns status and body."""
    with page_server(PAGE) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Host": host} if host else {}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        server.shutdown()
    return found


def test_the_page_is_written_where_it_says(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By default beside the reports, and twice the same bytes."""
    furnish(project)

    status = main(["dashboard"])

    told = capsys.readouterr().out
    path = project / ".repro" / "dashboard" / "index.html"
    first = path.read_bytes()
    main(["dashboard"])
    assert status == 0
    assert told == ".repro/dashboard/index.html: 33 comparisons of 1 experiment\n"
    assert path.read_bytes() == first
    assert b"test_digits_mlp" in first
    assert [one.name for one in path.parent.iterdir()] == ["index.html"]


def test_the_site_can_be_chosen(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CI publishes a folder of its own; machines hear of the alarms."""
    furnish(project)

    main(["dashboard", "--site=public", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert found["page"] == "public/index.html"
    assert [one["kind"] for one in found["alarms"]] == ["fails", "shift", "creep"]
    assert (project / "public" / "index.html").is_file()


def test_an_empty_history_is_said(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page is there, and so is what will fill it."""
    status = main(["dashboard"])

    assert status == 0
    assert "each session adds to it" in capsys.readouterr().err
    assert (project / ".repro" / "dashboard" / "index.html").is_file()


def test_damage_is_told_and_the_rest_is_shown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page that lacks nights must not look like one that has all."""
    path = remember(project, *shifted())
    path.write_bytes(b"nonsense\n" + path.read_bytes())

    status = main(["dashboard"])

    captured = capsys.readouterr()
    assert status == 3
    assert "30 comparisons" in captured.out
    assert ":1: no observation" in captured.err


@pytest.mark.usefixtures("project")
def test_open_and_json_contradict_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One serves until it is stopped, the other answers."""
    assert main(["dashboard", "--open", "--json"]) == 64
    assert "leave one out" in capsys.readouterr().err


def test_the_server_gives_the_page_and_nothing_else() -> None:
    """No folder lies behind it."""
    assert ask("/") == (200, PAGE)
    assert ask("/index.html") == (200, PAGE)
    assert ask("/../../etc/passwd")[0] == 404


def test_a_foreign_name_is_refused() -> None:
    """A site whose name resolves to this machine cannot read the page."""
    assert ask("/", host="evil.example")[0] == 403


def test_the_server_listens_to_this_machine_alone() -> None:
    """Not to the network."""
    with page_server(PAGE) as server:
        assert server.server_address[0] == "127.0.0.1"

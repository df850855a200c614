"""The badge says what was reproduced, in words, also to who cannot see colours."""

import json
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import Action, Outcome, Problem
from pytest_repro.reports import badge_json, badge_svg
from pytest_repro.reports.to_badge import COLOURS
from tests.reports.making import (
    DIVERGED,
    IDENTICAL,
    MISSING,
    outcome_of,
    session_of,
    skipped,
)

HELD = outcome_of(IDENTICAL)
PARTED = outcome_of(DIVERGED)
RECORDED = replace(outcome_of(MISSING), action=Action.RECORDED)

SVG = "{http://www.w3.org/2000/svg}"
HARMLESS = {f"{SVG}{name}" for name in ("svg", "title", "rect", "path", "g", "text")}


def luminance(colour: str) -> float:
    """Compute the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_with_white(colour: str) -> float:
    """Compute the contrast of white text on a colour."""
    return 1.05 / (luminance(colour) + 0.05)


@pytest.mark.parametrize(
    ("outcomes", "message", "state"),
    [
        pytest.param([HELD, HELD], "2 of 2", "holds", id="all held"),
        pytest.param([HELD, PARTED], "1 of 2", "fails", id="one failed"),
        pytest.param([HELD, skipped()], "1 of 2", "partly", id="one skipped"),
        pytest.param([HELD, RECORDED], "1 of 2", "partly", id="one recorded"),
        pytest.param([RECORDED], "nothing compared", "nothing", id="recorded"),
        pytest.param([], "nothing compared", "nothing", id="empty"),
    ],
)
def test_badge_says_how_many_held(
    outcomes: Sequence[Outcome], message: str, state: str
) -> None:
    """What was not compared is counted, and never called reproducible."""
    badge = json.loads(badge_json(session_of(outcomes)))

    assert badge == {
        "schemaVersion": 1,
        "label": "reproducible",
        "message": message,
        "color": COLOURS[state],
        "labelColor": COLOURS["label"],
        "isError": state == "fails",
    }


def test_problem_of_the_session_is_named() -> None:
    """A session that fails as a whole has no green badge."""
    problem = Problem(name="ORPHAN", message="old")
    session = replace(session_of([HELD]), problems=(problem,))

    badge = json.loads(badge_json(session))

    assert (badge["message"], badge["isError"]) == ("1 of 1, ORPHAN", True)


def test_vacuous_session_says_so() -> None:
    """Nothing compared is named by its problem."""
    problem = Problem(name="VACUOUS", message="nothing")
    session = replace(session_of([]), problems=(problem,))

    badge = json.loads(badge_json(session))

    assert (badge["message"], badge["isError"]) == ("VACUOUS", True)


def test_image_can_be_read_aloud() -> None:
    """Role, title and label say the same as the picture."""
    image = ET.fromstring(badge_svg(session_of([HELD, PARTED])))  # noqa: S314  # ours

    assert image.get("role") == "img"
    assert image.get("aria-label") == "reproducible: 1 of 2"
    assert image.findtext(f"{SVG}title") == "reproducible: 1 of 2"
    assert [one.text for one in image.iter(f"{SVG}text")] == ["reproducible", "1 of 2"]


def test_image_needs_no_network() -> None:
    """The only address is the name of the format."""
    image = badge_svg(session_of([HELD]))

    assert image.count("http") == 1
    assert "href" not in image
    assert "url(" not in image


@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
def test_text_can_be_told_from_its_background(colour: str) -> None:
    """White text on each colour reaches the 4.5 : 1 that WCAG 2 asks for (AA)."""
    assert contrast_with_white(colour) >= 4.5


def test_poor_contrast_would_be_seen() -> None:
    """The green that badges usually have does not reach it."""
    assert contrast_with_white("#44cc11") < 4.5
    assert contrast_with_white("#000000") == pytest.approx(21)


@given(name=st.text(max_size=80))
def test_no_name_changes_the_image(name: str) -> None:
    """Whatever a problem is called, the document has the same elements."""
    problem = Problem(name=name, message="")

    text = badge_svg(replace(session_of([HELD]), problems=(problem,)))

    image = ET.fromstring(text)  # noqa: S314  # ours
    assert {one.tag for one in image.iter()} == HARMLESS
    assert set(image.attrib) == {"role", "width", "height", "aria-label"}

"""The Markdown report: what it shows, and that nothing shown in it can act."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pytest_repro.records import Action, Outcome, Problem, Session
from pytest_repro.reports import report_markdown
from tests.reports.making import (
    DIVERGED,
    IDENTICAL,
    MISSING,
    outcome_of,
    session_of,
    skipped,
)

HARMLESS = {
    *("h2", "h3", "p", "code", "pre"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class Page(HTMLParser):
    """What a browser would make of a page: its tags, attributes and cells."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        """Note a text node."""
        self.texts.append(data)


def render(session: Session) -> Page:
    """Render a report as GitHub does: CommonMark with tables and raw HTML."""
    page = Page()
    page.feed(MarkdownIt("commonmark").enable("table").render(report_markdown(session)))
    page.close()
    return page


def told(text: str) -> Session:
    """Build a session that holds a text wherever a name or a message is shown."""
    verdict = replace(MISSING, reason=text)
    outcome = replace(
        outcome_of(verdict, experiment=text),
        details=f"{text}\n\n{text}",
        candidate=text,
    )
    problem = Problem(name=text, message=f"{text}\n\n{text}")
    return replace(session_of([outcome]), problems=(problem,), report=text)


def test_table_has_a_row_for_each_experiment() -> None:
    """Verdict, rung, seeds and time stand beside the name."""
    recorded = replace(outcome_of(MISSING, experiment="a"), action=Action.RECORDED)
    outcomes: list[Outcome] = [outcome_of(IDENTICAL, experiment="b"), recorded]

    text = report_markdown(session_of([*outcomes, skipped()]))

    assert text == (
        "## Reproducibility\n"
        "\n"
        "<code>1 passed, 1 recorded, 1 skipped · 3 experiments, 2 seeds of 16"
        " · report .repro/report/index.html</code>\n"
        "\n"
        "| experiment | verdict | rung | seeds | time |\n"
        "|---|---|---|---|---|\n"
        "| <code>a</code> | RECORDED | NOT COMPARABLE | 1 of 8 seeds | 4.1 s |\n"
        "| <code>b</code> | PASSED | IDENTICAL | 1 of 8 seeds | 4.1 s |\n"
        "| <code>experiments/test\\_gpu.py\\:\\:test\\_gpu</code> | SKIPPED"
        " | NOT COMPARABLE | 0 of 8 seeds | 0.0 s |\n"
        "\n"
    )


def test_failure_has_its_details() -> None:
    """What does not pass is told as on the terminal, with the output it left."""
    outcome = replace(outcome_of(DIVERGED), details="Traceback\n  boom")

    text = report_markdown(session_of([outcome]))

    assert (
        "### <code>experiments/test\\_digits.py\\:\\:test\\_digits\\_mlp</code>\n"
        "\n"
        "<pre>\n"
        "  seed 0   DIVERGED   train/loss differs at step 12\n"
        "             obtained   2.2968161  0x4012fef1\n"
        "             reference  2.2413447  0x400f7233\n"
        "  verdict  FAILED   1 of 8 seeds, 4.1 s\n"
    ) in text
    assert "<pre>\nTraceback\n  boom\n</pre>\n" in text


def test_success_has_no_details() -> None:
    """What passes is a row and no more."""
    assert "###" not in report_markdown(session_of([outcome_of(IDENTICAL)]))


PAYLOADS = [
    "<script>alert(1)</script>",
    "</code></pre><img src=x onerror=alert(1)>",
    "a | b | c",
    "\\| \\\\| |",
    "`code` ``` fence",
    "*bold* _italic_ ~~gone~~",
    "[link](https://evil.example) ![image](https://evil.example/x.png)",
    "<https://evil.example> https://evil.example www.evil.example",
    "@everyone @github/security hi a@evil.example",
    "line\n\n# heading\n\n- item\n\n---\n",
    "a\r\n| x | y |\r\n",
    "&lt;script&gt; &amp; &#124;",
    "</pre>\n<b>out</b>",
    "<!-- comment --> <![CDATA[ x ]]> <?php ?>",
    "$x$ :tada: #123 GH-1",
    "\u202egnp.exe \x1b[31m",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_from_outside_cannot_act(payload: str) -> None:
    """No tag, link, image, attribute or cell comes from a name or a message."""
    page, harmless = render(told(payload)), render(told("name"))

    assert set(page.tags) <= HARMLESS
    assert page.attributes == []
    assert page.tags == harmless.tags


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nobody_is_mentioned(payload: str) -> None:
    """No text node has a name behind an at sign."""
    nodes = render(told(payload)).texts

    assert [text for text in nodes if "@" in text and not text.endswith("@")] == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_from_outside_is_still_readable(payload: str) -> None:
    """What the reader sees is what was said, without characters that cannot be seen."""
    visible = "".join(
        char if char.isprintable() else " " * char.isspace() for char in payload
    )

    seen = "".join(render(told(payload)).texts)

    assert visible.strip() in seen


def test_addresses_are_not_made_links() -> None:
    """GitHub links bare addresses; no address stands bare in the source."""
    text = report_markdown(told("https://evil.example www.evil.example"))
    heading = next(line for line in text.splitlines() if line.startswith("### "))

    assert "://" not in heading
    assert "www." not in heading


@given(payload=st.text(max_size=40))
def test_any_text_keeps_the_shape_of_the_report(payload: str) -> None:
    """tags(report(text)) = tags(report("name")) for every text."""
    page, harmless = render(told(f"x{payload}x")), render(told("xx"))

    assert page.tags == harmless.tags
    assert page.attributes == []


def test_injection_is_seen_by_these_tests() -> None:
    """The page that these tests look at does act if a payload is put in bare."""
    page = Page()
    page.feed(MarkdownIt("commonmark").enable("table").render(PAYLOADS[1]))

    assert "img" in page.tags
    assert "onerror" in page.attributes


def test_long_output_is_cut_at_its_beginning() -> None:
    """The end of an output, where the error stands, is kept."""
    outcome = replace(outcome_of(MISSING), details="x" * 100_000 + "the end")

    text = report_markdown(session_of([outcome]))

    assert len(text) < 10_000
    assert "the end" in text

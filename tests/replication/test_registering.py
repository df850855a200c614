"""Whether a registration came before the first run: git says it, never dates."""

from pathlib import Path

import pytest

from pytest_repro.records import Order, Precedence
from tests.provenance.repository import git
from tests.replication.registering import AMENDED, TEXT, Story, run_at

CHANGED = TEXT.replace("0.9", "0.5")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A project with one commit, before anything is registered."""
    return Story(tmp_path / "project")


def test_registered_before_the_first_run(story: Story) -> None:
    """The commit of the run descends from that of the registration."""
    story.register()
    run = story.commit("tune", {"test_net.py": "x = 2\n"})

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.REGISTERED, Precedence.BEFORE)


def test_registered_in_the_commit_of_the_run(story: Story) -> None:
    """What that commit holds was there before the run was made at it."""
    run = story.register()
    story.commit("later", {"test_net.py": "x = 3\n"})

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.REGISTERED, Precedence.BEFORE)


def test_registered_after_the_first_run(story: Story) -> None:
    """A registration that the run's commit lacks came too late, whatever it says."""
    run = story.head
    late = story.register()

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.LATE, Precedence.AFTER)
    assert late[:10] in found.message


def test_edited_after_the_first_run(story: Story) -> None:
    """The key that changed is named, and both sides stand below each other."""
    run = story.register()
    story.register(CHANGED)

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.EDITED, Precedence.CHANGED)
    first, registered, now, remedy = found.message.splitlines()
    assert first == "changed after the first run: expectations"
    assert registered.startswith("  registered  sha256:")
    assert now.startswith("  now         sha256:")
    assert 'changes = ["expectations"]' in remedy


def test_comments_are_content(story: Story) -> None:
    """Bytes decide; the finding says that no key changed."""
    run = story.register()
    story.register(f"# looks harmless\n{TEXT}")

    found = story.place(run_at(run))

    assert found.order is Order.EDITED
    assert "no key, but comments or layout" in found.message


def test_edited_and_edited_back(story: Story) -> None:
    """Equal content is not enough: the last change must be an ancestor of the run."""
    run = story.register()
    story.register(CHANGED)
    story.register(TEXT)

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.EDITED, Precedence.RESTORED)


def test_edited_in_the_work_tree(story: Story) -> None:
    """An edit that nobody committed is an edit."""
    run = story.register()
    story.write(CHANGED)

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.EDITED, Precedence.DIRTY)


def test_edit_hidden_by_the_work_tree(story: Story) -> None:
    """Writing the old text back without committing does not hide an edit."""
    run = story.register()
    story.register(CHANGED)
    story.write(TEXT)

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.EDITED, Precedence.DIRTY)


def test_never_committed(story: Story) -> None:
    """A file that git never had proves nothing."""
    story.write()

    found = story.place(run_at(story.head))

    assert (found.order, found.precedence) == (Order.LATE, Precedence.UNCOMMITTED)


def test_not_committed_and_not_run(story: Story) -> None:
    """Before any run it is not late yet, and the remedy is to commit it."""
    story.write()

    found = story.place()

    assert (found.order, found.precedence) == (Order.UNKNOWN, Precedence.UNCOMMITTED)
    assert found.message.endswith("commit it before the first run")


def test_committed_and_not_run(story: Story) -> None:
    """So far it came first."""
    story.register()

    found = story.place()

    assert (found.order, found.precedence) == (Order.REGISTERED, Precedence.NOT_RUN)


def test_rebased_history(story: Story) -> None:
    """A run whose commit was rewritten cannot be placed, even while git keeps it."""
    story.register()
    run = story.commit("tune", {"test_net.py": "x = 2\n"})
    story.git("commit", "--quiet", "--amend", "--message=tune better")

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.UNKNOWN, Precedence.REWRITTEN)


def test_vanished_commit(story: Story) -> None:
    """A commit that git no longer has cannot be asked."""
    story.register()

    found = story.place(run_at("f" * 40))

    assert (found.order, found.precedence) == (Order.UNKNOWN, Precedence.VANISHED)


def test_shallow_clone(story: Story, tmp_path: Path) -> None:
    """Where older commits are missing, the finding says how to fetch them."""
    run = story.register()
    story.commit("later", {"test_net.py": "x = 3\n"})
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{story.root}", str(clone))

    found = story.place(run_at(run), root=clone)

    assert (found.order, found.precedence) == (Order.UNKNOWN, Precedence.SHALLOW)
    assert "git fetch --unshallow" in found.message


def test_without_git(story: Story, tmp_path: Path) -> None:
    """A project outside of git cannot be checked, and says so."""
    plain = tmp_path / "plain" / "registrations"
    plain.mkdir(parents=True)
    (plain / "net.toml").write_text(TEXT, encoding="utf-8")

    found = story.place(root=plain.parent)

    assert (found.order, found.precedence) == (Order.UNKNOWN, Precedence.NO_GIT)


def test_run_made_outside_of_git(story: Story) -> None:
    """A run that names no commit cannot be placed."""
    story.register()

    found = story.place(run_at(""))

    assert (found.order, found.precedence) == (Order.UNKNOWN, Precedence.NO_COMMIT)


def test_renamed_after_the_first_run(story: Story) -> None:
    """The same content under another name was registered all the same."""
    run = story.register(name="old")
    story.git("mv", "registrations/old.toml", "registrations/net.toml")
    story.commit("rename", {})

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.REGISTERED, Precedence.RENAMED)
    assert "registrations/old.toml" in found.message


def test_renamed_and_edited_is_late(story: Story) -> None:
    """Under another name and with another content it is another registration."""
    run = story.register(name="old")
    story.git("rm", "--quiet", "registrations/old.toml")
    story.register(CHANGED)

    found = story.place(run_at(run))

    assert found.order is Order.LATE


def test_run_on_a_merge(story: Story) -> None:
    """What one side of a merge brought came before a run at the merge."""
    story.git("switch", "--quiet", "--create=side")
    story.register()
    story.git("switch", "--quiet", "main")
    story.commit("meanwhile", {"other.py": "y = 1\n"})
    story.git("merge", "--quiet", "--no-ff", "--message=merge", "side")

    found = story.place(run_at(story.head))

    assert (found.order, found.precedence) == (Order.REGISTERED, Precedence.BEFORE)


def test_run_beside_the_registration(story: Story) -> None:
    """A run on one side of a merge does not descend from the other side."""
    story.git("switch", "--quiet", "--create=side")
    story.register()
    story.git("switch", "--quiet", "main")
    run = story.commit("meanwhile", {"other.py": "y = 1\n"})
    story.git("merge", "--quiet", "--no-ff", "--message=merge", "side")

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.LATE, Precedence.AFTER)


def test_edit_that_lost_a_merge(story: Story) -> None:
    """An edit on a merged branch whose text did not win changed nothing."""
    run = story.register()
    story.git("switch", "--quiet", "--create=side")
    story.register(CHANGED)
    story.git("switch", "--quiet", "main")
    story.git("merge", "--quiet", "--strategy=ours", "--message=merge", "side")

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.REGISTERED, Precedence.BEFORE)


def test_amended_with_a_reason(story: Story) -> None:
    """A change that states its keys and its reason is allowed, and shown."""
    run = story.register()
    story.register(AMENDED)

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.AMENDED, Precedence.AMENDED)
    assert found.message.endswith("expectations")


def test_amendment_that_hides_another_change(story: Story) -> None:
    """A reason for one key does not cover another."""
    run = story.register()
    story.register(AMENDED.replace("learns to count", "learns something"))

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.EDITED, Precedence.CHANGED)
    assert "hypothesis, expectations" in found.message


def test_amendment_in_the_work_tree(story: Story) -> None:
    """An amendment that is not committed is none yet."""
    run = story.register()
    story.write(AMENDED)

    found = story.place(run_at(run))

    assert (found.order, found.precedence) == (Order.EDITED, Precedence.DIRTY)
    assert "commit it" in found.message


def test_amendment_from_before_the_run_is_no_excuse(story: Story) -> None:
    """Amendments that were there already say nothing of a later change."""
    run = story.register(AMENDED)
    story.register(AMENDED.replace("0.8", "0.7"))

    found = story.place(run_at(run))

    assert found.order is Order.EDITED


def test_dates_decide_nothing(story: Story) -> None:
    """A late registration whose commit claims to be old is late."""
    run = story.head
    story.write()
    story.git("add", "--all")
    date = "--date=2001-01-01T00:00:00Z"
    story.git("commit", "--quiet", date, "--message=long ago")

    found = story.place(run_at(run))

    assert found.order is Order.LATE


def test_first_state_of_a_reference_is_the_first_run(story: Story) -> None:
    """A reference that was recorded anew does not move the first run."""
    run = story.head
    story.keep_reference(run)
    story.commit("reference", {})
    late = story.register()
    story.keep_reference(late)
    story.commit("recorded anew", {})

    found = story.place()

    assert (found.order, found.precedence) == (Order.LATE, Precedence.AFTER)
    assert (
        "the first state of reference_runs/test_net.py/test_net/here" in found.message
    )


def test_reference_of_a_vanished_commit_comes_first(story: Story) -> None:
    """It may be older than every run that can be placed, so nothing can be said."""
    run = story.register()
    story.keep_reference("f" * 40, key="elsewhere")
    story.keep_reference(run)
    story.commit("references", {})

    found = story.place()

    assert (found.order, found.precedence) == (Order.UNKNOWN, Precedence.VANISHED)


def test_line_endings_of_a_checkout_change_nothing(story: Story) -> None:
    """A checkout with CRLF says what was committed."""
    run = story.register()
    path = story.root / "registrations" / "net.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    found = story.place(run_at(run))

    assert found.order is Order.REGISTERED

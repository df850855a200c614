"""What is secret is known by name, by value and by shape; what is not stays."""

import pytest

from pytest_repro.provenance.secrecy import (
    HIDDEN,
    Scrubber,
    is_secret_name,
    looks_secret,
)

VALUE = "hunter2-hunter2"


@pytest.mark.parametrize(
    "name",
    [
        *("WANDB_API_KEY", "OPENAI_API_KEY", "HF_TOKEN", "GH_PAT", "api-key", "apiKey"),
        *("AWS_SECRET_ACCESS_KEY", "PGPASSWORD_FILE_PASSWORD", "passwd", "DB_PASS"),
        *("PGPASSWORD", "GHTOKEN", "SSHPASS", "dbpass", "clientsecret", "MYAPIKEY"),
        *("CI_JOB_JWT", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_SAS", "PASSWORT"),
        *("SENTRY_DSN", "sessionCookie", "credentials", "Authorization", "SSH_KEY"),
    ],
)
def test_secret_names_are_known(name: str) -> None:
    """Those that deny-lists of other tools missed among them."""
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "TOKENIZERS_PARALLELISM",
            "KEYBOARD",
            "MONKEY",
            "lr",
            "tokenizer",
            "keypoint",
        ),
        *("compass", "author", "bypass", "OMP_NUM_THREADS", "detokenize", "surpass"),
        *("signature", "design", "passage", "secretary", "monkeys", "connections"),
    ],
)
def test_ordinary_names_are_not(name: str) -> None:
    """A word within a word is none."""
    assert not looks_secret(name)


@pytest.mark.parametrize("name", ["key", "Keys", "tokens", "session"])
def test_everyday_words_are_no_secret_names_of_literals(name: str) -> None:
    """``{'key': 'train/loss'}`` stays readable in a traceback."""
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"denied: {VALUE}", "denied: [API_TOKEN]"),
        (f"at /home/somebody/x {VALUE}{VALUE}", "at ~/x [API_TOKEN][API_TOKEN]"),
        ("in somebody-laptop", "in [host]"),
        ("postgres://me:url-secret-1@db/x", "postgres://db/x"),
        ("only url-secret-1", "only [DATABASE_URL]"),
        ("https://tok@example.org/a", "https://example.org/a"),
        ("api_key = 'abcdefgh'", f"api_key = '{HIDDEN}'"),
        ('{"password": "abcdefgh"}', f'{{"password": "{HIDDEN}"}}'),
        ("Authorization: Basic YWJj", f"Authorization: Basic {HIDDEN}"),
        ("sent Bearer abc.def-ghi", f"sent Bearer {HIDDEN}"),
        ("GET /x?token=abc&n=1", f"GET /x?token={HIDDEN}&n=1"),
        (
            "GET /x?X-Amz-Signature=abc&sig=d&design=e",
            f"GET /x?X-Amz-Signature={HIDDEN}&sig={HIDDEN}&design=e",
        ),
        ("mysql://me:pass@word@db/x", "mysql://db/x"),
        ("mysql://me:pass/word@db/x", "mysql://db/x"),
        ("http://db:8080/a@b?c=d@e", "http://db:8080/a@b?c=d@e"),
        ("http://db/a@b:c@d", "http://db/a@b:c@d"),
        ("no slash/in-it or at@sign-in-it", "no [SLASHED_URL] or [AT_URL]"),
        ("as coded%40-it or coded@-it", "as [CODED_URL] or [CODED_URL]"),
        ("first-of-2 second-of-2", "[PROXIES] [PROXIES]"),
        ("at /path/of-it", "at /path/of-it"),
        ("line one of key", "line one of key"),
        ("-----BEGIN-----", "[DEPLOY_KEY]"),
    ],
)
def test_secrets_are_taken_out(text: str, expected: str) -> None:
    """The name of the variable stands in place of its value."""
    scrubber = Scrubber(
        {
            "API_TOKEN": VALUE,
            "DATABASE_URL": "postgres://me:url-secret-1@db/x",
            "SLASHED_URL": "mysql://me:slash/in-it@db/x",
            "AT_URL": "mysql://me:at@sign-in-it@db/x",
            "CODED_URL": "mysql://me:coded%40-it@db/x",
            "PROXIES": "http://a:first-of-2@h:1,http://b:second-of-2@h:1",
            "TRACKING_URI": "http://db:5000/path/of-it@v2",
            "DEPLOY_KEY": "-----BEGIN-----\nshort\n",
            "HOME": "/home/somebody",
            "HOSTNAME": "somebody-laptop",
        }
    )

    assert scrubber.scrub(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "token = tokenizer.encode(text)",
        "{'key': 'train/loss of the model', 'tokens': 'the quick brown'}",
        "loss 0.5 at step 3, email me@example.org",
        "password is required",
        "/root/x short val",
    ],
)
def test_other_texts_stay(text: str) -> None:
    """Code, metrics and addresses are what a traceback is read for."""
    scrubber = Scrubber({"API_TOKEN": "short", "HOME": "/root", "MODE": "quick brown"})

    assert scrubber.scrub(text) == text


def test_longer_secret_goes_first() -> None:
    """No end of it stays behind the shorter one that it begins with."""
    scrubber = Scrubber({"A_TOKEN": "abcdefgh", "B_TOKEN": "abcdefgh-ijkl"})

    assert scrubber.scrub("abcdefgh-ijkl abcdefgh") == "[B_TOKEN] [A_TOKEN]"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "part", ["y", "y.", "a=", 'a="', "x: ", "&a", "a b ", "://a:b"]
)
def test_long_texts_are_read_once(part: str) -> None:
    """Patterns that try each place anew would take days for what one run may print."""
    text = part * 1_000_000

    assert Scrubber({"URL": "y" * 100_000}).scrub(text) == text

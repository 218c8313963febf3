"""Secrets go, everything a reader needs stays (semantics R80, reliability §4)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine import redact as module
from tui.engine.redact import redact, use_key

DATA = Path(__file__).parents[1] / "data"
MASK = re.compile(r"\*{3}[0-9a-f]{8}")


@pytest.fixture(autouse=True)
def known_key() -> Iterator[None]:
    before = module._key
    use_key(b"key of the tests")
    yield
    use_key(before)


HEX32 = "0123456789abcdef" * 2
TAIL = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7j"
"""Put behind a known beginning only here, so that no scanner takes these lines for real keys."""
SECRETS = [
    # text, and what of it must be gone
    (f"invalid key gsk_{TAIL}", "Ab3dEf6hIj9l"),
    (f"Incorrect API key provided: sk-proj-{TAIL}", "Ab3dEf6hIj9l"),
    (f"sk-ant-api03-{TAIL}", "Ab3dEf6hIj9l"),
    (f"key sk_live_{TAIL}", "Ab3dEf6hIj9l"),
    (f"xi sk_{HEX32}", HEX32[:12]),
    ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    (f"ghp_{TAIL}", "Ab3dEf6hIj9l"),
    (f"github_pat_{TAIL}", "Ab3dEf6hIj9l"),
    (f"glpat-{TAIL}", "Ab3dEf6hIj9l"),
    (f"xoxb-123456789012-{TAIL}", "Ab3dEf6hIj9l"),
    (f"AIzaSy{TAIL}", "Ab3dEf6hIj9l"),
    (f"KEY{HEX32.upper()}_{TAIL}", "Ab3dEf6hIj9l"),
    (f"wss://westeurope.tts.speech.microsoft.com/?Ocp-Apim-Subscription-Key={HEX32}&x=1", HEX32),
    (f"'Ocp-Apim-Subscription-Key': '{HEX32}'", HEX32),
    ("Authorization: Bearer abc.def-123", "abc.def-123"),
    ('{\\"authorization\\": \\"Token 5f5f6a6a7b7b\\"}', "5f5f6a6a7b7b"),
    ("authorization=Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("refused bearer 9f8e7d6c5b4a", "9f8e7d6c5b4a"),
    ("GET /stream?token=q7w8e9r0&call=CA1", "q7w8e9r0"),
    ("GET /v1?key=q7w8e9r0t1", "q7w8e9r0t1"),
    ("api_key='q7w8e9r0'", "q7w8e9r0"),
    ('"xi-api-key": "q7w8e9r0"', "q7w8e9r0"),
    ("AZURE_SPEECH_KEY=q7w8e9r0", "q7w8e9r0"),
    ("password=hunter", "hunter"),
    ("password: hunter", "hunter"),
    ("login(password='a)b, c d', user=1)", "b, c d"),
    ("login(password=x)Y9z8w)", "Y9z8w"),
    ("client_secret: q7w8e9r0", "q7w8e9r0"),
    ("Cookie: sid=q7w8e9r0; csrf=t1y2u3", "t1y2u3"),
    ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP", "eyJzdWIiOiIxIn0"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----", "MIIEvQIBADAN"),
    ("-----BEGIN RSA PRIVATE KEY-----\\nMIIEvQIBADAN", "MIIEvQIBADAN"),
    ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj", "BgkqhkiG9w0B"),
    ("redis://default:q7w8e9r0@redis:6379/0", "q7w8e9r0"),
    ("https://q7w8e9r0t1y2u3i4o5p6@sentry.example/1", "q7w8e9r0t1y2"),
    ("card 4111 1111 1111 1111 declined", "1111 1111 1111"),
    ("card=5555555555554444.", "555555554444"),
    ("378282246310005", "8282246310005"),
    ("iban ES91 2100 0418 4502 0005 1332 OK", "0418 4502"),
    ("DE89370400440532013000", "0400440532"),
    ("mail to bob.smith@example.com failed", "bob.smith"),
    ("calling +34612345678", "612345678"),
    ("calling +34 612 34 56 78 now", "612 34 56"),
    ("calling +1 (555) 123-4567", "123-4567"),
    ("To=%2B34612345678&x", "612345678"),
    ("tel:+1-555-123-4567", "123-4567"),
    ("INVITE sip:34612345678@sip.telnyx.com", "612345678"),
    ('RAW PAYLOAD {"from": "34612345678", "to": "+34911222333"}', "612345678"),
    ("callingNumber: 15550100001", "50100001"),
    ("caller_id=0034612345678", "612345678"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_r80_a_secret_is_masked(text: str, secret: str) -> None:
    shown = redact(text)

    assert secret in text
    assert secret not in shown
    assert MASK.search(shown)
    assert redact(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "CA0123456789abcdef0123456789abcdef MZ0123456789abcdef0123456789abcdef AC0123456789abcdef0123456789abcdef",
        "550e8400-e29b-41d4-a716-446655440000",
        "v3:AbC-_.~0123456789 id=1763021740.16",
        "trace=5d1c79aa00bb11cc22dd33ee44ff5566 span=00f067aa0ba902b7",
        "time=1763021740123456789 ms=1763021740123 s=1763021740",
        "from=1763021740 to=1763025340",
        "2026-01-29T14:02:00.123456+02:00 123456789",
        "14:02:11 +1000 2026-01-29 12:00",
        "TTFB=342ms total=1204ms chunks=45 duration=1m02s 45000ms",
        "prompt_tokens=811 completion_tokens: 27 max_tokens: 100 tokens per minute (TPM): Limit 8000, Used 199320",
        "token=12 token: 4096",
        "[Config] AZURE_SPEECH_KEY is not set",
        "GROQ_API_KEY: missing, api_key=None, token: null, Deepgram API key configured: True",
        "Error: invalid token: expired",
        "password: required",
        "api_key=os.environ['GROQ_API_KEY'] token=get_token(user) key={token}",
        "password=*** token=••••",
        "token: '' then 'something', secret=\"\" and \"more\"",
        "voice=sk-SK-ViktoriaNeural2 es-ES-ElviraNeural",
        "Bearer authentication failed",
        "agora onUserJoined@observer.cc:51 git@localhost",
        "ssh://voice@host:22/var/log/app.log http://host:8080/a@b",
        "sip:10.0.0.5:5060 sip:1001@10.0.0.5",
        "sequence number: 1234567890 offset 4111111111111112 port 50051",
        "4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c",
        "/usr/lib/python3.11/site-packages/azure/cognitiveservices/speech/audio.py",
        "AJ_kestrel1 sequence_id=81c0aa org_demo PA_x7Yt",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


HEX = st.text("0123456789abcdef", min_size=32, max_size=32)


@given(
    st.uuids().map(str)
    | HEX
    | HEX.map(lambda tail: f"CA{tail}")
    | HEX.map(lambda tail: f"MZ{tail}")
    | st.tuples(st.integers(10**9, 2 * 10**9 - 1), st.integers(0, 10**6)).map(lambda parts: f"{parts[0]}.{parts[1]}")
    | st.integers(10**12, 2 * 10**12 - 1).map(str)
    | st.datetimes().map(lambda moment: moment.isoformat())
)
def test_ids_and_times_are_never_taken_for_secrets(word: str) -> None:
    for line in (word, f"id={word}", f"trace={word} 12", f'{{"call_sid": "{word}"}}', f"{word} opened"):
        assert redact(line) == line


def sample_lines() -> Iterator[str]:
    for log in sorted(DATA.glob("*/*.log")):
        yield from log.read_text(encoding="utf-8").split("\n")
    for line in (DATA / "envelopes.jsonl").read_text(encoding="utf-8").split("\n"):
        if line:
            yield json.loads(line)["raw"]


def test_of_all_the_samples_only_lines_with_telephone_numbers_change() -> None:
    changed = [line for line in sample_lines() if redact(line) != line]

    assert all("Number" in line and "+1555" in line for line in changed), changed


def test_equal_secrets_have_equal_masks_however_they_are_written() -> None:
    spellings = ["+34612345678", "+34 612 34 56 78", "tel:+34612345678", "from: 0034612345678"]

    assert len({found[0] for text in spellings if (found := MASK.search(redact(text)))}) == 1
    assert redact("+34612345678") != redact("+34612345679")


def test_another_key_gives_other_masks() -> None:
    before = redact("gsk_Ab3dEf6hIj9l")
    use_key(b"another")

    assert redact("gsk_Ab3dEf6hIj9l") != before


def test_a_mask_shows_at_most_the_four_characters_that_tell_the_kind() -> None:
    assert re.fullmatch(r"gsk_\*{3}[0-9a-f]{8}", redact("gsk_Ab3dEf6hIj9lMn2p"))
    assert re.fullmatch(r"password=\*{3}[0-9a-f]{8}", redact("password=correct-horse"))
    assert re.fullmatch(r"\+346\*{3}[0-9a-f]{8}", redact("+34612345678"))


def test_a_secret_beside_a_mask_is_still_masked() -> None:
    once = redact("password=hunter2 gsk_Ab3dEf6hIj9l")

    twice = redact(f"{once} password=hunter3")

    assert twice.startswith(once)
    assert "hunter3" not in twice


PIECES = st.sampled_from(
    [text for text, _ in SECRETS]
    + [secret for _, secret in SECRETS]
    + [
        "token=",
        "Bearer ",
        "+",
        "://",
        "@",
        "***",
        ": ",
        "sip:",
        "Cookie: ",
        "-----BEGIN X-----",
        "\\n",
        '"',
        "eyJ",
        " ",
    ]
)


@given(st.lists(PIECES | st.text(alphabet=st.characters(exclude_categories=()), max_size=8), max_size=8).map("".join))
def test_a_second_pass_changes_nothing_and_no_text_fails(text: str) -> None:
    once = redact(text)

    assert redact(once) == once


@given(st.sampled_from(SECRETS), st.sampled_from(["", "x ", "❌ [TTS Azure] Error: ", '{"a": "', "\\n", "("]))
def test_a_secret_is_found_wherever_it_stands(secret: tuple[str, str], before: str) -> None:
    text, hidden = secret
    if text == hidden or text.startswith("MII"):
        return  # a line of a key file is known only by filling its line

    assert hidden not in redact(f"{before}{text}")


@pytest.mark.parametrize(
    "bait",
    ["a@", "key=", "-----BEGIN A-----", "+1 2", "4111 ", "ES91 ", "eyJ", "://", "://a:", "1", "cookie: a=", "token: ",
     "tel:(1)-1-", "AA11", "sk-", "bearer ", "from:", "A", "sip:1", '"', "a.b@c."],
)  # fmt: skip
def test_bait_of_any_kind_is_read_to_its_end(bait: str) -> None:
    assert redact(redact(bait * 20_000)) == redact(bait * 20_000)

"""Posting to a real server over real TLS, in every way in which that can fail."""

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.engine.alerts.notify import told
from tests.engine.alerts.notify.conftest import Authority
from tests.engine.alerts.notify.told import MISSING_KEY, wording
from tui.engine.alerts.notify import DeliveryError, _network, ntfy, open_channel, pagerduty, slack, telegram, webhook
from tui.engine.alerts.notify._network import Fence, FencedResolver, fence
from tui.engine.errors import ConfigError
from tui.engine.model import ChannelOptions

LOOPBACK = ("127.0.0.0/8",)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sink:
    """A web server that remembers what it was posted, and answers as it is told."""

    def __init__(self) -> None:
        self.posts: list[tuple[web.BaseRequest, bytes]] = []
        self.answers: list[Answer] = []
        """One per post; afterwards it takes everything."""
        self.port = 0

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.posts.append((request, await request.read()))
        return await self.answers.pop(0)(request) if self.answers else web.Response(text="ok")

    @property
    def keys(self) -> list[str]:
        return [request.headers["Idempotency-Key"] for request, _ in self.posts]


@asynccontextmanager
async def serving(sink: Sink, context: Any) -> AsyncIterator[Sink]:  # noqa: ANN401 - a context or nothing
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", sink.take)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    sink.port = runner.addresses[0][1]
    try:
        yield sink
    finally:
        await runner.cleanup()


@pytest.fixture
async def sink(authority: Authority) -> AsyncIterator[Sink]:
    async with serving(Sink(), authority.server) as running:
        yield running


@pytest.fixture
def hook(sink: Sink, authority: Authority, tmp_path: Path) -> Callable[..., Any]:
    """Return a way to open a webhook to the sink."""

    def opened(path: str = "/hooks/T0K3N-in-path", **options: Any) -> Any:  # noqa: ANN401 - as the options are
        url = tmp_path / "url"
        url.write_text(f"https://localhost:{sink.port}{path}\n")
        url.chmod(0o600)
        set_ = {"allow_networks": LOOPBACK, "ca_file": authority.ca_file, **options}
        return open_channel("hook", webhook.Options(kind="webhook", url_file=str(url), **set_), wording())

    return opened


def answering(status: int, text: str = "", **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def drop(request: web.Request) -> web.StreamResponse:
    """Cut the connection after the message was taken."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def failure(channel: Any) -> DeliveryError:  # noqa: ANN401 - any channel
    with pytest.raises(DeliveryError) as caught:
        await channel.send(MISSING_KEY)
    return caught.value


async def test_a_message_arrives_as_signed_json_with_its_key(
    sink: Sink, hook: Callable[..., Any], tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s1gn-m3\n")
    secret.chmod(0o600)

    await hook(secret_file=str(secret)).send(MISSING_KEY)

    request, body = sink.posts[0]
    assert json.loads(body)["labels"] == {"field": "GROQ_API_KEY"}
    assert request.path == "/hooks/T0K3N-in-path"
    assert request.headers["Idempotency-Key"] == MISSING_KEY.key
    expected = hmac.new(b"s1gn-m3", body, hashlib.sha256).hexdigest()
    assert request.headers["X-Voxtop-Signature"] == f"sha256={expected}"


@pytest.mark.parametrize("answer", [answering(500), answering(503), answering(429), answering(408), drop])
async def test_fault_90_what_failed_is_sent_again_with_the_same_key_until_it_is_taken(
    sink: Sink, hook: Callable[..., Any], answer: Answer
) -> None:
    sink.answers += [answer, answer]
    channel = hook()

    for _ in range(2):
        assert not (await failure(channel)).permanent
    await channel.send(MISSING_KEY)

    assert sink.keys == [MISSING_KEY.key] * 3
    assert len({body for _, body in sink.posts}) == 1


async def test_fault_90_accept_then_drop_loses_none_of_twelve_and_repeats_by_key(
    sink: Sink, hook: Callable[..., Any]
) -> None:
    messages = [replace(MISSING_KEY, key=f"alert/{number}") for number in range(12)]
    sink.answers += [drop, answering(503), answering(200), drop, answering(200), answering(502), answering(200), drop]
    channel = hook()

    for message in messages:
        await told.until_taken(channel, message)

    assert set(sink.keys) == {message.key for message in messages}
    assert len(sink.keys) > len(messages)


async def test_fault_90_a_server_that_hangs_is_left_after_the_timeout(
    sink: Sink, hook: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_network, "TIMEOUT_S", 0.3)
    sink.answers.append(hang)

    error = await failure(hook())

    assert "does not answer" in error.reason
    assert not error.permanent


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_fault_90_a_redirect_to_a_metadata_address_is_not_followed(
    sink: Sink, hook: Callable[..., Any], status: int
) -> None:
    sink.answers.append(answering(status, Location="http://169.254.169.254/latest/meta-data/"))

    error = await failure(hook())

    assert f"answered {status} and points elsewhere" in error.reason
    assert "169.254" not in error.reason
    assert len(sink.posts) == 1


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (413, True), (422, True), (401, False), (404, False)])
async def test_only_a_message_that_is_refused_as_such_is_given_up(
    sink: Sink, hook: Callable[..., Any], status: int, permanent: bool
) -> None:
    sink.answers.append(answering(status, "no such thing"))

    error = await failure(hook())

    assert error.permanent is permanent
    assert error.reason == f"localhost answered {status}: no such thing"


@pytest.mark.parametrize(
    ("written", "waits"),
    [
        ("7", (7, 7)),
        ("999999", (3600, 3600)),
        ("Thu, 01 Jan 2060 00:00:00 GMT", (3600, 3600)),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", (0, 0)),
        ("-5", None),
        ("", None),
    ],
)
async def test_retry_after_is_honoured_within_reason(
    sink: Sink, hook: Callable[..., Any], written: str, waits: tuple[float, float] | None
) -> None:
    sink.answers.append(answering(429, Retry_After=written))

    wait = (await failure(hook())).retry_after_s

    assert (wait is None) if waits is None else (wait is not None and waits[0] <= wait <= waits[1])


async def test_fault_98_no_secret_shows_in_what_a_refusal_says(
    sink: Sink, hook: Callable[..., Any], tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("b3ar3r-t0k3n-value")
    token.chmod(0o600)

    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(
            status=403, text=f"{request.url} {request.headers['Authorization']} \x1b[31mred\x1b]0;x\x07"
        )

    sink.answers.append(echo)
    channel = hook(token_file=str(token))
    error = await failure(channel)

    assert "T0K3N" not in error.reason + repr(channel) + str(error)
    assert "b3ar3r" not in error.reason + repr(channel)
    assert error.reason.isprintable()


async def test_an_answer_without_end_costs_nothing(
    sink: Sink, hook: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_network, "TIMEOUT_S", 1.0)

    async def flood(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    sink.answers.append(flood)

    assert len((await failure(hook())).reason) < 400


async def test_a_certificate_of_nobody_known_or_for_another_name_is_refused(
    sink: Sink, hook: Callable[..., Any], authority: Authority
) -> None:
    unknown = await failure(hook(ca_file=""))
    async with serving(Sink(), authority.impostor) as impostor:
        sink.port = impostor.port
        other = await failure(hook())

        assert impostor.posts == []
    assert "the certificate of localhost is not trusted" in unknown.reason
    assert "is not trusted" in other.reason
    assert sink.posts == []


async def test_an_inner_address_is_not_reached_unless_allowed(sink: Sink, hook: Callable[..., Any]) -> None:
    error = await failure(hook(allow_networks=()))

    assert "localhost leads to" in error.reason
    assert sink.posts == []


async def test_a_name_that_changes_its_address_is_judged_by_the_address_that_is_dialled(
    sink: Sink, hook: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = hook(allow_networks=("0.0.0.0/0",))

    async def rebound(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", sink.port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebound)

    assert "169.254.169.254" in (await failure(channel)).reason


async def test_of_several_addresses_only_those_within_the_fence_are_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    async def both(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (at, 443)) for at in ("10.0.0.1", "1.1.1.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)

    assert [each["host"] for each in await FencedResolver(Fence()).resolve("example.com", 443)] == ["1.1.1.1"]


METADATA = ["169.254.169.254", "fd00:ec2::254", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]
INNER = ["10.0.0.1", "127.0.0.1", "192.168.1.1", "172.16.0.1", "::1", "fc00::1", "::ffff:10.0.0.1", "2002:a00:1::"]
ODD = ["0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "240.0.0.1"]  # noqa: S104 - made up


@pytest.mark.parametrize("address", METADATA + INNER + ODD)
def test_no_address_but_a_public_one_is_open_by_itself(address: str) -> None:
    assert not Fence().lets(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_a_public_address_is_open(address: str) -> None:
    assert Fence().lets(address)


@pytest.mark.parametrize("address", METADATA)
def test_no_permission_opens_where_clouds_keep_their_credentials(address: str) -> None:
    assert not fence("k", ["0.0.0.0/0", "::/0", "169.254.0.0/16", "fd00::/8"]).lets(address)


def test_a_permission_opens_its_network_only() -> None:
    opened = fence("k", ["10.1.0.0/16", "192.168.1.7"])

    assert [opened.lets(at) for at in ("10.1.2.3", "192.168.1.7", "10.2.0.1", "192.168.1.8")] == [
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(ConfigError, match="'k': 'inside' is no network"):
        fence("k", ["inside"])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/x", "does not begin with https://"),
        ("ftp://example.com/x", "does not begin with https://"),
        ("https://user:pass@example.com/x", "no web address"),
        ("https://", "no web address"),
        ("example.com", "no web address"),
        ("https://exa mple.com", "no web address"),
        ("https://example.com:99999/x", "no web address"),
        ("https://169.254.169.254/latest", "an address of an inner network"),
        ("https://[::ffff:10.0.0.1]/x", "an address of an inner network"),
    ],
)
def test_an_address_that_may_not_be_posted_to_is_refused_without_telling_it(
    url: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", url)

    with pytest.raises(ConfigError) as caught:
        open_channel("hook", webhook.Options(kind="webhook", url_env="HOOK_URL"), wording())

    assert words in str(caught.value)
    assert "pass@" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (webhook.Options(kind="webhook"), "neither 'notify.ops.url_env' nor 'notify.ops.url_file' is set"),
        (slack.Options(kind="slack"), "neither 'notify.ops.url_env'"),
        (telegram.Options(kind="telegram", chat="1"), "neither 'notify.ops.token_env'"),
        (telegram.Options(kind="telegram", token_env="HOME"), "'notify.ops.chat' is not set"),  # noqa: S106 - made up
        (ntfy.Options(kind="ntfy"), "neither 'notify.ops.topic_env'"),
        (pagerduty.Options(kind="pagerduty"), "neither 'notify.ops.key_env'"),
        (webhook.Options(kind="webhook", url_env="HOOK", ca_file="/absent"), "cannot use the certificates in /absent"),
        (webhook.Options(kind="webhook", url_env="HOOK", allow_networks=("x",)), "'notify.ops.allow_networks': 'x'"),
    ],
)
def test_what_a_channel_lacks_is_said_before_the_first_message(
    options: ChannelOptions, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "https://example.com/x")

    with pytest.raises(ConfigError) as caught:
        open_channel("ops", options, wording())

    assert words in str(caught.value)


async def test_a_test_of_pagerduty_leaves_no_incident_open(
    sink: Sink, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "5ecr3t")
    url = f"https://localhost:{sink.port}/v2/enqueue"
    options = pagerduty.Options(
        kind="pagerduty", key_env="SECRET", url=url, allow_networks=LOOPBACK, ca_file=authority.ca_file
    )

    await open_channel("pd", options, wording()).send(replace(MISSING_KEY, occasion="test"))

    events = [json.loads(body) for _, body in sink.posts]
    assert [event["event_action"] for event in events] == ["trigger", "resolve"]
    assert len({event["dedup_key"] for event in events}) == 1
    assert len(set(sink.keys)) == 2


async def test_each_service_is_posted_to_as_it_wants_it(
    sink: Sink, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "5ecr3t")
    url = f"https://localhost:{sink.port}"
    web_: dict[str, Any] = {"allow_networks": LOOPBACK, "ca_file": authority.ca_file}
    channels = [
        telegram.Options(kind="telegram", token_env="SECRET", chat="-1", url=url, **web_),  # noqa: S106 - made up
        ntfy.Options(kind="ntfy", topic_env="SECRET", token_env="SECRET", url=url, **web_),  # noqa: S106 - made up
        pagerduty.Options(kind="pagerduty", key_env="SECRET", url=f"{url}/v2/enqueue", **web_),
    ]

    for options in channels:
        await open_channel(options.kind, options, wording()).send(MISSING_KEY)

    assert [request.path for request, _ in sink.posts] == ["/bot5ecr3t/sendMessage", "/", "/v2/enqueue"]
    assert [
        json.loads(body).get(key)
        for (_, body), key in zip(sink.posts, ("chat_id", "topic", "routing_key"), strict=True)
    ] == ["-1", "5ecr3t", "5ecr3t"]
    assert [request.headers.get("Authorization") for request, _ in sink.posts] == [None, "Bearer 5ecr3t", None]

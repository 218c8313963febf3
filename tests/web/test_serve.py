"""The monitor in a browser: who is let in, what a viewer may do, and that nobody outlives the server (fault 96)."""

import asyncio
import json
import re
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import psutil
import pytest
from click.testing import CliRunner
from playwright.async_api import async_playwright

from tests.terminal import ROOT, VOXTOP, environment, require
from tui.cli import root
from tui.engine.errors import ConfigError, UsageError, VoxtopError

TOKEN = "a-token-that-is-long-enough"  # noqa: S105 - of a server that lives for these tests
WAIT_S = 30.0
LINES = "🔌 WS CONNECTION | Client: twilio, ID: call_1\n⚠️ [Config] GROQ_API_KEY is not set\n"

BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Server:
    """A running ``voxtop serve`` and where it listens."""

    def __init__(self, home: Path, log: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*VOXTOP, "serve", "--listen", "127.0.0.1:0", *words, f"app={log}"],
            env=environment(home, VOXTOP_SERVE_TOKEN=TOKEN, VOXTOP_LANG="en"),
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        told = self.process.stderr.readline()
        found = re.search(r"http://(127\.0\.0\.1:\d+)/", told)
        assert found, told
        self.host = found[1]
        self.address = f"http://{self.host}"

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "app.log"
    path.write_text(LINES, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"), log, "--viewers", "2")
    yield running
    running.close()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.address, cookies={"voxtop": TOKEN}) as session:
        yield session


def until(wanted: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def shows(socket: aiohttp.ClientWebSocketResponse, text: bytes) -> bytes:
    """Read what a monitor draws until it has drawn a text."""
    drawn = b""
    async with asyncio.timeout(WAIT_S):
        while text not in drawn:
            message = await socket.receive()
            assert message.type in {aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT}, drawn[-300:]
            drawn += message.data if isinstance(message.data, bytes) else b""
    return drawn


@pytest.mark.parametrize(
    ("headers", "query", "cookie", "status"),
    [
        ({}, "", TOKEN, 200),
        ({}, "", "", 401),
        ({}, "", "a-token-that-is-long-enougi", 401),
        ({}, "?token=wrong", "", 401),
        ({"Origin": "http://evil.example"}, "", TOKEN, 403),
        ({"Origin": "null"}, "", TOKEN, 403),
        ({"Host": "evil.example"}, "", TOKEN, 421),
        ({"Host": "127.0.0.1"}, "", TOKEN, 421),
    ],
)
async def test_fault_96_only_the_token_the_name_and_the_origin_of_the_server_are_let_in(
    server: Server, headers: dict[str, str], query: str, cookie: str, status: int
) -> None:
    async with (
        aiohttp.ClientSession(cookies={"voxtop": cookie}) as session,
        session.get(f"{server.address}/{query}", headers=headers, allow_redirects=False) as answer,
    ):
        assert answer.status == status
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_token_of_the_address_becomes_a_cookie_that_scripts_cannot_read(server: Server) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{server.address}/?token={TOKEN}", allow_redirects=False) as answer,
    ):
        cookie = answer.cookies["voxtop"]

        assert (answer.status, answer.headers["Location"]) == (303, "/")
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_fault_96_a_socket_from_another_page_or_without_origin_or_token_is_refused(
    server: Server, client: aiohttp.ClientSession
) -> None:
    for origin, status in (("http://evil.example", 403), (None, 403)):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("/ws", origin=origin)
        assert refused.value.status == status
    async with aiohttp.ClientSession(server.address) as stranger:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stranger.ws_connect(f"/ws?token={TOKEN}", origin=server.address)
        assert refused.value.status == 401


@pytest.mark.parametrize(
    "size", ["width=100000&height=24", "width=80&height=0", "width=-1&height=2", "width=x&height=2"]
)
async def test_fault_96_a_size_beyond_500_cells_is_refused(
    server: Server, client: aiohttp.ClientSession, size: str
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect(f"/ws?{size}", origin=server.address)

    assert refused.value.status == 400


async def test_no_folder_is_listed_and_nothing_can_be_posted(client: aiohttp.ClientSession) -> None:
    async with client.get("/static/") as listing, client.post("/", data=b"x") as posted:
        assert listing.status in {403, 404}
        assert posted.status == 405


async def test_fault_96_viewers_beyond_the_cap_are_turned_away_and_each_process_ends_with_its_viewer(
    server: Server, client: aiohttp.ClientSession
) -> None:
    first = await client.ws_connect("/ws", origin=server.address)
    second = await client.ws_connect("/ws", origin=server.address)
    for _ in range(50):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("/ws", origin=server.address)
        assert refused.value.status == 503
    await shows(first, b"GROQ_API_KEY")
    assert len(server.children()) == 2
    await first.close()
    await second.close()

    await asyncio.to_thread(until, lambda: server.children() == [])


async def test_a_viewer_gets_keys_and_sizes_through_and_garbage_harms_nothing(
    server: Server, client: aiohttp.ClientSession
) -> None:
    async with client.ws_connect("/ws?width=120&height=40", origin=server.address) as socket:
        await shows(socket, b"GROQ_API_KEY")
        for garbage in ("", "{", "[]", "7", '["stdin", 7]', '["resize", {"width": "x"}]', '["resize", 3]', '["quit"]'):
            await socket.send_str(garbage)
        await socket.send_str(json.dumps(["resize", {"width": 10**9, "height": 10**9}]))
        await socket.send_str(json.dumps(["resize", {"width": 100, "height": 30}]))
        await socket.send_str(json.dumps(["stdin", "?"]))
        await shows(socket, b"closes this page")


def test_fault_97_no_monitor_outlives_a_killed_server(tmp_path: Path, log: Path) -> None:
    server = Server(tmp_path, log)
    try:

        async def look() -> None:
            async with aiohttp.ClientSession(server.address, cookies={"voxtop": TOKEN}) as session:
                socket = await session.ws_connect("/ws", origin=server.address)
                await shows(socket, b"GROQ_API_KEY")
                children.extend(server.children())
                server.process.kill()
                server.process.wait()

        children: list[psutil.Process] = []
        asyncio.run(look())

        assert len(children) == 1
        _, alive = psutil.wait_procs(children, timeout=WAIT_S)
        assert alive == []
    finally:
        server.close()


def test_a_signal_ends_the_server_in_order(tmp_path: Path, log: Path) -> None:
    server = Server(tmp_path, log)
    try:
        server.process.send_signal(signal.SIGTERM)

        assert server.process.wait(WAIT_S) == 0
    finally:
        server.close()


def refusal(*words: str) -> VoxtopError:
    done = CliRunner().invoke(root, ["serve", *words], standalone_mode=False)
    assert isinstance(done.exception, VoxtopError), done.output
    return done.exception


def test_an_address_that_others_reach_wants_a_token_and_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOXTOP_SERVE_TOKEN", raising=False)
    without_token = refusal("--listen", "0.0.0.0:8080", "--plain-http", "x.log")
    monkeypatch.setenv("VOXTOP_SERVE_TOKEN", TOKEN)
    without_tls = refusal("--listen", "0.0.0.0:8080", "x.log")

    assert "VOXTOP_SERVE_TOKEN" in str(without_token)
    assert "--plain-http" in str(without_tls)


def test_a_token_file_that_others_can_read_or_that_is_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN, encoding="utf-8")
    path.chmod(0o644)
    readable = refusal("--token-file", str(path), "x.log")
    path.chmod(stat.S_IRUSR)
    path.chmod(0o600)
    path.write_text("short", encoding="utf-8")
    short = refusal("--token-file", str(path), "x.log")

    assert isinstance(readable, ConfigError)
    assert f"chmod 600 {path}" in str(readable)
    assert "shorter than 16" in str(short)


@pytest.mark.parametrize("words", [("-",), (), ("--listen", "8080", "x.log"), ("--listen", "host:http", "x.log")])
def test_what_cannot_be_served_is_refused_in_one_line(words: tuple[str, ...]) -> None:
    error = refusal(*words)

    assert isinstance(error, UsageError)
    assert error.remedy


async def test_a_real_browser_shows_the_monitor_with_local_fonts_only(server: Server) -> None:
    require("chromium")
    asked: list[str] = []
    drawn = bytearray()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER)
        page = await browser.new_page(viewport={"width": 1200, "height": 700})
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: socket.on("framereceived", lambda data: drawn.extend(_bytes(data))))
        await page.goto(f"{server.address}/?token={TOKEN}")
        await page.wait_for_selector("body.-first-byte", timeout=WAIT_S * 1000)
        await asyncio.to_thread(until, lambda: b"GROQ_API_KEY" in drawn)
        await page.click("#terminal")
        await page.keyboard.press("?")
        await asyncio.to_thread(until, lambda: b"closes this page" in drawn)
        picture = await page.screenshot()
        title, address = await page.title(), page.url
        await browser.close()

    assert len(picture) > 20_000
    assert (title, address) == ("voxtop", f"{server.address}/")
    assert {url.split("/")[2] for url in asked if not url.startswith(("data:", "blob:"))} == {server.host}


def _bytes(data: bytes | str) -> bytes:
    return data if isinstance(data, bytes) else data.encode()

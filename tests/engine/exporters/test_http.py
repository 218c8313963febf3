import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from tests.engine.exporters.scraped import OPENMETRICS, Watched
from tui.config import Settings
from tui.engine.errors import ConfigError, UsageError
from tui.engine.exporters.http import bind, publish


@asynccontextmanager
async def published(token: str = "") -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    listening = bind("127.0.0.1:0")
    watched = Watched()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/metrics"
    task = asyncio.create_task(publish(listening, watched, watched.clock, token))
    try:
        async with aiohttp.ClientSession() as session:
            yield session, address
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_the_format_is_the_one_that_was_asked_for() -> None:
    async with published() as (session, address):
        async with session.get(address, headers={"Accept": OPENMETRICS}) as rich:
            assert rich.headers["Content-Type"].startswith("application/openmetrics-text")
            assert (await rich.text()).endswith("# EOF\n")
        async with session.get(address) as plain:
            assert plain.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert "voxtop_active_calls 0.0" in await plain.text()


async def test_with_a_token_only_its_bearer_gets_an_answer() -> None:
    async with published("s3cret") as (session, address):
        for headers, status in (
            ({}, 401),
            ({"Authorization": "Bearer wrong"}, 401),
            ({"Authorization": "Bearer ä"}, 401),
            ({"Authorization": "Bearer s3cret"}, 200),
        ):
            async with session.get(address, headers=headers) as answer:
                assert answer.status == status


async def test_there_is_nothing_else_to_get() -> None:
    async with published() as (session, address), session.get(address.removesuffix("metrics")) as answer:
        assert answer.status == 404


def test_without_a_host_only_this_machine_gets_through() -> None:
    with bind("0") as bare, bind(":0") as colon, bind("[::1]:0") as six:
        assert bare.getsockname()[0] == colon.getsockname()[0] == "127.0.0.1"
        assert six.family is socket.AF_INET6


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:99999999", "127.0.0.1:http", ""])
def test_an_address_that_is_none_is_named_with_the_way_to_write_it(address: str) -> None:
    with pytest.raises(UsageError, match=r"no address to listen on.*127\.0\.0\.1:9464"):
        bind(address)


def test_a_taken_port_is_told_in_one_line() -> None:
    with bind("127.0.0.1:0") as first:
        address = f"127.0.0.1:{first.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"cannot listen on {address}: Address already in use.*another port"):
            bind(address)


def test_the_token_of_the_exporter_comes_from_a_file_that_nobody_else_may_read(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("s3cret\n", encoding="utf-8")
    settings = Settings(listen_token_file=str(path))

    path.chmod(0o640)
    with pytest.raises(ConfigError, match=f"listen_token_file.*{path}.*chmod"):
        settings.listen_token()
    path.chmod(0o600)

    assert settings.listen_token() == "s3cret"
    assert Settings().listen_token() == ""

"""Each fault, seen with a plain HTTP client."""

import asyncio
import json
import socket

import httpx
import pytest

from agents.fakes.script import Fault, FaultKind, Reply, Rule, Script
from tests.agents.fakes.vendors import ANTHROPIC, OLLAMA, OPENAI, Vendor, a_client
from tests.conftest import wait_until


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 429, 500, 502, 503, 529])
async def test_http_status_comes_in_the_vendor_s_envelope(vendor: Vendor, status: int) -> None:
    async with vendor.server(Fault("http_status", status=status, retry_after_s=7)) as server:
        response = await vendor.post(server)
        assert (server.calls[0].outcome, server.calls[0].status) == ("faulted", status)
    assert response.status_code == status
    assert response.headers["retry-after"] == "7"
    error = response.json()["error"]
    assert error if vendor is OLLAMA else error["message"]


async def test_message_and_code_of_an_error_can_be_chosen() -> None:
    fault = Fault("http_status", status=429, message="Quota spent.", code="insufficient_quota")
    async with OPENAI.server(fault) as server:
        error = (await OPENAI.post(server)).json()["error"]
    assert error == {
        "message": "Quota spent.", "type": "insufficient_quota", "param": None, "code": "insufficient_quota",
    }  # fmt: skip


async def test_a_proxy_s_html_can_stand_in_for_the_envelope(vendor: Vendor) -> None:
    async with vendor.server(Fault("http_status", status=502, body="<html>Bad gateway</html>")) as server:
        response = await vendor.post(server)
    assert (response.status_code, response.text) == (502, "<html>Bad gateway</html>")
    assert response.headers["content-type"] == "text/html"


async def test_connection_reset_is_a_tcp_reset(vendor: Vendor) -> None:
    body = json.dumps(vendor.request()).encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in vendor.headers.items())
    head = f"POST {vendor.path} HTTP/1.1\r\nhost: x\r\n{headers}content-length: {len(body)}\r\n\r\n"
    with vendor.server(Fault("connection_reset")) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
            client.sendall(head.encode() + body)
            with pytest.raises(ConnectionResetError):
                client.recv(1)
        assert server.calls[0].fault == "connection_reset"


async def test_timeout_before_first_byte_never_answers(vendor: Vendor) -> None:
    async with vendor.server(Fault("timeout_before_first_byte")) as server, a_client() as client:
        url = server.base_url + vendor.path
        with pytest.raises(httpx.ReadTimeout):
            await client.post(url, json=vendor.request(), headers=vendor.headers, timeout=0.2)
        assert (server.calls[0].outcome, server.calls[0].status) == ("faulted", None)


@pytest.mark.parametrize(
    ("kind", "error"), [("stall", httpx.ReadTimeout), ("cut_stream", httpx.RemoteProtocolError)]
)
async def test_a_stream_can_stop_half_way(vendor: Vendor, kind: FaultKind, error: type[Exception]) -> None:
    fault = Fault(kind, text="one two three", after_chunks=2)
    received = bytearray()

    async def read_all(response: httpx.Response) -> None:
        async for part in response.aiter_bytes():
            received.extend(part)

    async with (
        vendor.server(fault) as server,
        a_client(timeout=0.5, headers=vendor.headers) as client,
    ):
        url, body = server.base_url + vendor.path, vendor.request(stream=True)
        async with client.stream("POST", url, json=body) as response:
            with pytest.raises(error):
                await read_all(response)
    assert response.status_code == 200
    assert b" two" in received
    assert b"three" not in received


@pytest.mark.parametrize(
    ("kind", "error"), [("stall", httpx.ReadTimeout), ("cut_stream", httpx.RemoteProtocolError)]
)
async def test_a_whole_answer_can_stop_half_way_too(
    vendor: Vendor, kind: FaultKind, error: type[Exception]
) -> None:
    async with vendor.server(Fault(kind)) as server, a_client(timeout=0.5) as client:
        with pytest.raises(error):
            await client.post(server.base_url + vendor.path, json=vendor.request(), headers=vendor.headers)


@pytest.mark.parametrize(
    ("vendor", "last"),
    [
        (ANTHROPIC, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},'),
        (OPENAI, 'data: {"error":{"message":'),
        (OLLAMA, '{"error":'),
    ],
)
async def test_an_error_can_come_inside_a_stream(vendor: Vendor, last: str) -> None:
    async with vendor.server(Fault("error_in_stream", status=529)) as server:
        streamed = await vendor.post(server, stream=True)
        whole = await vendor.post(server)
    assert (streamed.status_code, whole.status_code) == (200, 529)
    assert "Scripted" in streamed.text
    assert last in streamed.text


@pytest.mark.parametrize("stream", [False, True])
async def test_bodies_can_be_empty_truncated_or_of_the_wrong_shape(vendor: Vendor, stream: bool) -> None:
    faults = (Fault("empty_body"), Fault("truncated_json"), Fault("wrong_type"))
    async with vendor.server(*faults) as server:
        empty, truncated, wrong = [await vendor.post(server, stream=stream) for _ in faults]
    assert [r.status_code for r in (empty, truncated, wrong)] == [200, 200, 200]
    assert empty.content == b""
    with pytest.raises(ValueError, match=r"."):
        json.loads(truncated.text.splitlines()[-1].removeprefix("data: "))
    assert "42" in wrong.text


async def test_an_empty_answer_is_a_right_answer_without_text(vendor: Vendor) -> None:
    async with vendor.server(Fault("empty_answer")) as server:
        response = await vendor.post(server)
    assert response.status_code == 200
    assert vendor.text_of(response.json()) == ""


async def test_other_paths_can_fail_too() -> None:
    async with OLLAMA.server() as server, a_client(server.base_url) as client:
        server.script = Script((Rule((Fault("http_status", status=503),), path="/api/tags"),))
        assert (await client.get("/api/tags", headers=OLLAMA.headers)).status_code == 503
        assert (await OLLAMA.post(server)).status_code == 200


async def test_the_next_request_after_a_fault_is_answered(vendor: Vendor) -> None:
    async with vendor.server(Fault("http_status", status=503), "back") as server:
        assert (await vendor.post(server)).status_code == 503
        assert vendor.text_of((await vendor.post(server)).json()) == "back"


async def test_a_server_stops_at_once_while_a_client_still_waits(vendor: Vendor) -> None:
    async with a_client(headers=vendor.headers, timeout=30) as client:
        async with vendor.server(Fault("timeout_before_first_byte")) as server:
            waiting = asyncio.create_task(client.post(server.base_url + vendor.path, json=vendor.request()))
            await wait_until(lambda: server.calls)
        with pytest.raises(httpx.TransportError):
            await waiting


def test_a_stream_in_progress_ends_as_hung_up_when_the_server_stops() -> None:
    with httpx.Client(timeout=5, headers=OPENAI.headers) as client:
        with OPENAI.server(Reply("a b c", chunk_delay_s=60)) as server:
            url, body = server.base_url + OPENAI.path, OPENAI.request(stream=True)
            response = client.send(client.build_request("POST", url, json=body), stream=True)
        with pytest.raises(httpx.TransportError):
            response.read()
    assert [call.outcome for call in server.calls] == ["hung_up"]

"""Signing in with a browser: by the secret, a token or a one-time link; the cookie, what it may do, and its end."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr

from db.statements.access import BROWSER, insert_ticket, list_tokens, revoke_tokens
from db.tables import audit_logs, tokens
from gateway.browser_sessions import AUDIENCE, IDLE_S, LONGEST_S
from gateway.config import GatewaySettings
from gateway.main import create_app
from gateway.sign_in_links import make_link
from gateway.tokens import sign_token
from nexus.secret_file import LOOK_S, write_secrets
from tests.gateway.asgi_socket import talk_to
from tests.gateway.bad_credentials import PREVIOUS, SECRET, good_token, put_tokens
from tests.gateway.company import LOOPBACK, services_in

PAGE = "http://127.0.0.1:8000"
OURS = {"Origin": PAGE}
PING = '{"type": "req", "id": 1, "method": "ping"}'


@pytest.fixture
async def guarded(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    """A gateway with two secrets, behind a proxy at 10.0.0.2 that it believes."""
    changes = {
        "api_secret": SecretStr(SECRET),
        "api_secret_previous": SecretStr(PREVIOUS),
        "trusted_proxies": "10.0.0.2",
        "rate_limit_login": "10/minute",
    }
    app = create_app(settings.model_copy(update=changes))
    async with app.router.lifespan_context(app):
        yield app


def a_browser(app: FastAPI, peer: tuple[str, int] = LOOPBACK) -> httpx.AsyncClient:
    """Keeps cookies, and says which page it is on, as browsers do."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=peer), base_url=PAGE, headers=OURS)


@pytest.fixture
async def browser(guarded: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser(guarded) as browser:
        yield browser


async def signed_in(browser: httpx.AsyncClient, **credential: str) -> str:
    """The cookie, after it was got by `credential`, or by the secret."""
    reply = await browser.post("/api/session", json=credential or {"secret": SECRET})
    assert reply.status_code == 200, reply.text
    return browser.cookies["nexus_session"]


async def a_link(app: FastAPI, secret: str = SECRET) -> str:
    now = datetime.now(UTC)
    code, row = make_link(secret, now)
    await services_in(app).database.run(insert_ticket, row, now)
    return code


def audit_of(app: FastAPI) -> list[tuple[str, str, str]]:
    query = sa.select(audit_logs.c.actor, audit_logs.c.action, audit_logs.c.details).order_by(audit_logs.c.id)
    with services_in(app).database.engine.connect() as connection:
        return [(row.actor, row.action, json.dumps(row.details)) for row in connection.execute(query)]


async def test_the_secret_gets_a_cookie_that_opens_everything_and_says_who_one_is(
    browser: httpx.AsyncClient,
) -> None:
    assert (await browser.get("/api/session")).status_code == 401
    reply = await browser.post("/api/session", json={"secret": SECRET})
    assert reply.headers["cache-control"] == "no-store"
    [header] = reply.headers.get_list("set-cookie")
    cookie = SimpleCookie(header)["nexus_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
    assert (cookie["domain"], cookie["secure"], int(cookie["max-age"])) == ("", "", LONGEST_S)
    assert cookie.value not in reply.text
    assert SECRET not in header

    who = (await browser.get("/api/session")).json()
    assert (who["role"], who["via"]) == ("owner", "session")
    left_s = (datetime.fromisoformat(who["expires_at"]) - datetime.now(UTC)).total_seconds()
    assert IDLE_S - 60 < left_s <= IDLE_S
    assert (await browser.get("/api/work-orders")).status_code == 200
    assert (await browser.post("/api/budget/freeze")).status_code == 200


async def test_every_refusal_is_the_same_answer(guarded: FastAPI, browser: httpx.AsyncClient) -> None:
    used = await a_link(guarded)
    await signed_in(browser, link=used)
    browser.cookies.clear()
    said = set()
    for body in (
        {"secret": "wrong"},
        {"secret": SECRET[:-1]},
        {"secret": "ｓecret"},
        {"secret": good_token("nobody")},
        {"link": used},
        {"link": "unknown"},
        {"link": SECRET},
        {"secret": await a_link(guarded)},
    ):
        reply = await browser.post("/api/session", json=body)
        told = {name: text for name, text in reply.json().items() if name != "request_id"}
        said.add((reply.status_code, json.dumps(told), reply.headers.get("set-cookie")))
    assert len(said) == 1
    assert next(iter(said))[0] == 401


async def test_who_guesses_is_stopped_and_the_right_secret_still_opens(
    guarded: FastAPI, browser: httpx.AsyncClient
) -> None:
    codes = [
        (await browser.post("/api/session", json={"secret": f"guess-{number}"})).status_code
        for number in range(12)
    ]
    assert codes == [401] * 10 + [429] * 2
    refused = [row for row in audit_of(guarded) if row[1] == "session.refused"]
    assert len(refused) == 10
    assert "127.0.0.1" in refused[0][2]
    await signed_in(browser)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 422),
        (b'{"secret": "a", "link": "b"}', 422),
        (b'{"secret": ""}', 422),
        (b'{"secret": 1}', 422),
        (b'{"secret": "a", "role": "owner"}', 422),
        (b"[", 400),
        (b'{"secret": "' + b"a" * 20_000 + b'"}', 413),
    ],
)
async def test_a_body_that_is_none_is_refused_without_a_word_of_it(
    browser: httpx.AsyncClient, body: bytes, status: int
) -> None:
    reply = await browser.post("/api/session", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == status
    form = await browser.post("/api/session", content=body, headers={"Content-Type": "text/plain"})
    assert form.status_code == 415


async def test_a_link_opens_once(guarded: FastAPI, browser: httpx.AsyncClient) -> None:
    code = await a_link(guarded)
    browsers = [a_browser(guarded) for _ in range(8)]
    replies = await asyncio.gather(*(one.post("/api/session", json={"link": code}) for one in browsers))
    assert sorted(reply.status_code for reply in replies) == [200] + [401] * 7
    for one in browsers:
        await one.aclose()
    with services_in(guarded).database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM ws_tickets").all()
    assert rows == []


async def test_a_link_is_no_ticket_and_a_ticket_no_link(guarded: FastAPI, browser: httpx.AsyncClient) -> None:
    frame = json.dumps(
        {"type": "req", "id": 1, "method": "auth", "params": {"ticket": await a_link(guarded)}}
    )
    assert (await talk_to(guarded, [], frames=[frame])).closed_with == 4401
    await signed_in(browser)
    ticket = (await browser.post("/api/ws-ticket")).json()["ticket"]
    assert (await browser.post("/api/session", json={"link": ticket})).status_code == 401


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Referer": f"{PAGE}/"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": PAGE}, 200),
        ({"Origin": PAGE, "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_by_a_cookie_only_our_own_pages_change_anything(
    guarded: FastAPI, browser: httpx.AsyncClient, method: str, headers: dict[str, str], status: int
) -> None:
    cookie = await signed_in(browser)
    path = "/api/budget/freeze" if method == "POST" else "/api/session"
    before = audit_of(guarded)
    transport = httpx.ASGITransport(guarded, client=LOOPBACK)
    async with httpx.AsyncClient(transport=transport, base_url=PAGE) as page:
        page.cookies.set("nexus_session", cookie)
        reply = await page.request(method, path, headers=headers)
    assert reply.status_code in (status, 204 if status == 200 else status)
    assert (audit_of(guarded) == before) == (status == 403)
    assert (await browser.get("/api/agents")).status_code == (401 if reply.status_code == 204 else 200)


async def test_reading_by_a_cookie_needs_no_origin_and_a_header_beside_it_decides(
    guarded: FastAPI, browser: httpx.AsyncClient
) -> None:
    cookie = await signed_in(browser)
    transport = httpx.ASGITransport(guarded, client=LOOPBACK)
    async with httpx.AsyncClient(transport=transport, base_url=PAGE) as plain:
        plain.cookies.set("nexus_session", cookie)
        assert (await plain.get("/api/agents")).status_code == 200
        wrong = {"Authorization": "Bearer wrong"}
        assert (await plain.get("/api/agents", headers=wrong)).status_code == 401
        right = {"Authorization": f"Bearer {SECRET}"}
        assert (await plain.post("/api/budget/freeze", headers=right)).status_code == 200


async def test_cookies_that_are_none_open_nothing_and_are_not_counted_as_guesses(
    guarded: FastAPI, browser: httpx.AsyncClient
) -> None:
    cookie = await signed_in(browser)
    known = put_tokens(services_in(guarded).database)
    now = datetime.now(UTC)
    later = now + timedelta(days=1)
    bad = [
        "",
        SECRET,
        f"{cookie}x",
        cookie[:-2],
        good_token(known.owner),
        sign_token(SECRET, known.owner, now, later, AUDIENCE),  # the row of a token
        sign_token("another", "nobody", now, later, AUDIENCE),
        sign_token(SECRET, "nobody", now, later, AUDIENCE),
        f"{cookie}; nexus_session={cookie}",
    ]
    async with a_browser(guarded) as stranger:
        for value in [*bad, *bad]:
            reply = await stranger.get("/api/agents", headers={"Cookie": f"nexus_session={value}"})
            assert reply.status_code == 401, value
        as_bearer = await stranger.get("/api/agents", headers={"Authorization": f"Bearer {cookie}"})
        assert as_bearer.status_code == 401


async def test_the_websocket_takes_the_cookie_from_our_own_page_alone(
    guarded: FastAPI, browser: httpx.AsyncClient
) -> None:
    cookie = f"nexus_session={await signed_in(browser)}".encode()
    for origin, refused in ((b"http://127.0.0.1:9000", 403), (b"http://evil.example", 403), (None, 403)):
        headers = [(b"cookie", cookie), *([(b"origin", origin)] if origin else [])]
        assert (await talk_to(guarded, headers, frames=[PING])).refused_with == refused
    own = [(b"cookie", cookie), (b"origin", PAGE.encode())]
    seen = await talk_to(guarded, own, frames=[PING])
    assert [answer["ok"] for answer in seen.answers] == [True]
    old = [(b"cookie", cookie + b"x"), *own[1:]]
    assert (await talk_to(guarded, old, frames=[PING])).refused_with == 401


async def test_signing_out_ends_this_browser_and_end_all_the_others_but_no_token(
    guarded: FastAPI, browser: httpx.AsyncClient
) -> None:
    known = put_tokens(services_in(guarded).database)
    async with a_browser(guarded) as phone, a_browser(guarded) as desk:
        first, second = await signed_in(browser), await signed_in(phone)
        await signed_in(desk)
        assert (await browser.delete("/api/session")).status_code == 204
        assert "nexus_session" not in browser.cookies
        old = {"Cookie": f"nexus_session={first}"}
        assert (await browser.get("/api/session", headers=old)).status_code == 401
        assert (await phone.get("/api/session")).status_code == 200

        assert (await phone.post("/api/session/end-all")).json() == {"ended": 2}
        for one, headers in ((desk, {}), (browser, {"Cookie": f"nexus_session={second}"})):
            assert (await one.get("/api/session", headers=headers)).status_code == 401
    for credential in (SECRET, good_token(known.owner)):
        bearer = {"Authorization": f"Bearer {credential}"}
        assert (await browser.get("/api/session", headers=bearer)).status_code == 200
    actions = [action for _, action, _ in audit_of(guarded) if action.startswith("session.")]
    assert actions == ["session.begin"] * 3 + ["session.end", "session.end_all"]


async def test_a_viewers_token_signs_in_a_viewer_for_as_long_as_it_is_good(
    guarded: FastAPI, browser: httpx.AsyncClient
) -> None:
    services = services_in(guarded)
    known = put_tokens(services.database)
    await signed_in(browser, secret=good_token(known.viewer))
    assert (await browser.get("/api/session")).json()["role"] == "viewer"
    assert (await browser.get("/api/work-orders")).status_code == 200
    assert (await browser.post("/api/budget/freeze")).status_code == 403
    assert (await browser.post("/api/session/end-all")).status_code == 403
    await services.database.run(revoke_tokens, known.viewer, "operator:test", datetime.now(UTC))
    services.access.tokens.forget()
    assert (await browser.get("/api/session")).status_code == 401


async def test_sessions_are_not_listed_as_tokens_and_their_rows_go(guarded: FastAPI) -> None:
    services = services_in(guarded)
    async with a_browser(guarded) as browser:
        await signed_in(browser)
        assert await services.database.read(list_tokens) == []
        with services.database.engine.begin() as connection:
            connection.execute(sa.update(tokens).values(expires_at=datetime.now(UTC)))
        await signed_in(browser)
    with services.database.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tokens)).scalar_one() == 1


async def test_neither_rows_nor_answers_hold_what_opens(
    guarded: FastAPI, browser: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    code = await a_link(guarded)
    secrets = [SECRET, code, await signed_in(browser, link=code), await signed_in(browser)]
    await browser.post("/api/session", json={"link": code})
    rows = str(audit_of(guarded)) + (await browser.get("/api/audit")).text
    with services_in(guarded).database.engine.connect() as connection:
        for table in ("tokens", "ws_tickets"):
            rows += str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
    said = "".join(capfd.readouterr())
    assert [secret for secret in secrets if secret in rows + said] == []


@pytest.mark.parametrize(
    ("peer", "headers", "secure"),
    [
        ("127.0.0.1", {}, False),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, False),
        ("10.0.0.2", {"X-Forwarded-Proto": "https"}, True),
        ("10.0.0.2", {"X-Forwarded-Proto": "http"}, False),
        ("10.0.0.2", {}, False),
        ("127.0.0.1", {"Origin": "https://127.0.0.1:8000"}, True),
    ],
)
async def test_over_tls_the_cookie_is_for_tls_alone(
    guarded: FastAPI, peer: str, headers: dict[str, str], secure: bool
) -> None:
    async with a_browser(guarded, (peer, 1)) as browser:
        reply = await browser.post("/api/session", json={"secret": SECRET}, headers=headers)
    assert ("secure" in reply.headers["set-cookie"].lower()) == secure


async def test_without_a_secret_nobody_signs_in(client: httpx.AsyncClient) -> None:
    who = {"role": "owner", "via": "local", "expires_at": None}
    assert (await client.get("/api/session")).json() == who
    reply = await client.post("/api/session", json={"secret": "any"})
    assert (reply.json(), reply.headers.get("set-cookie")) == (who, None)
    proxied = await client.post(
        "/api/session", json={"secret": "any"}, headers={"X-Forwarded-For": "1.2.3.4"}
    )
    assert proxied.status_code == 403


async def test_dropping_a_secret_ends_what_was_signed_in_under_it(
    settings: GatewaySettings, guarded: FastAPI
) -> None:
    services = services_in(guarded)
    async with a_browser(guarded) as old, a_browser(guarded) as new:
        await signed_in(old, secret=PREVIOUS)
        await signed_in(new)
        write_secrets(settings.secret_path, [SECRET])
        await services.clock.sleep(LOOK_S)  # the file is looked at once a second
        assert (await new.get("/api/session")).status_code == 200
        assert (await old.get("/api/session")).status_code == 401


async def test_the_operator_can_end_every_session_without_the_company(
    guarded: FastAPI, browser: httpx.AsyncClient
) -> None:
    await signed_in(browser)
    services = services_in(guarded)
    ended = await services.database.run(revoke_tokens, BROWSER, "operator:test", datetime.now(UTC))
    services.access.tokens.forget()
    assert len(ended) == 1
    assert (await browser.get("/api/session")).status_code == 401

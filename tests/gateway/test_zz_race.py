import asyncio, httpx
from gateway.main import create_app
from tests.gateway.company import *
async def test_race(postgres_url, tmp_path, redis, valkey_server):
    app = create_app(gateway_settings(tmp_path, valkey_server, database_url=postgres_url))
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app, client=LOOPBACK), base_url="http://localhost") as c:
            for i in range(20):
                rs = await asyncio.gather(*(c.post("/api/chat", json={"content": "Hi"}, headers={"Idempotency-Key": f"k{i}"}) for _ in range(8)))
                print(sorted(r.status_code for r in rs))
    assert 0

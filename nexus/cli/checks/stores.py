"""The two stores: is the database there with the right schema, does Redis answer."""

from db.engine import Database, open_database
from db.migrate import newest_revision, present_revision
from nexus.cli.checks.finding import Finding, Level
from nexus.cli.company import place_of
from nexus.cli.redis_probe import NoAnswer, RedisClient, ask, redis_trouble
from nexus.errors import ConfigurationError, StoreUnavailable
from nexus.redis_client import make_redis
from nexus.settings import CommonSettings

DATABASE = "database"


def check_database(settings: CommonSettings) -> Finding:
    """Connect for real and look at the schema's revision. Makes nothing that is not there."""
    if settings.database_url is None and not settings.sqlite_path.exists():
        return Finding(Level.OK, DATABASE, f"SQLite, {settings.sqlite_path}, made at the first start")
    try:
        database = open_database(settings)
        try:
            return _finding(settings, database.read_sync(present_revision), database)
        finally:
            database.close()
    except ConfigurationError as error:
        return Finding(Level.FAIL, DATABASE, str(error))
    except StoreUnavailable as error:
        return Finding(Level.FAIL, DATABASE, _trouble(settings, str(error)))


def _finding(settings: CommonSettings, revision: str | None, database: Database) -> Finding:
    place = "SQLite" if database.is_sqlite else "PostgreSQL"
    where = settings.sqlite_path if database.is_sqlite else place_of(settings.database_url or "")
    newest = newest_revision()
    if revision == newest:
        return Finding(Level.OK, DATABASE, f"{place}, {where}, schema {revision}")
    return Finding(
        Level.OK if revision is None else Level.WARN,
        DATABASE,
        f"{place}, {where}, schema {revision or 'not there yet'}: `nexus up` brings it to {newest}.",
    )


def _trouble(settings: CommonSettings, error: str) -> str:
    if settings.database_url is None:
        return f"{settings.sqlite_path}: {error}: move it away or correct SQLITE_DB_PATH."
    place = place_of(settings.database_url)
    if "password" in error or "authentication failed" in error:
        return f"PostgreSQL at {place} refuses the user or the password: correct DATABASE_URL."
    if "does not exist" in error:
        return f"PostgreSQL at {place} has no such database or user: create it, or correct DATABASE_URL."
    return f"no PostgreSQL answers at {place}: start it, or correct DATABASE_URL."


async def check_redis(settings: CommonSettings) -> Finding:
    """Does Redis answer? The embedded one only while the company runs."""
    try:
        if settings.redis_url is None and not settings.valkey_socket.exists():
            return Finding(Level.OK, "redis", "the embedded Valkey starts with `nexus up`")
        redis: RedisClient = make_redis(settings.effective_redis_url, max_connections=1)
    except ConfigurationError as error:
        return Finding(Level.FAIL, "redis", str(error))
    answer = await ask(redis.ping())
    await redis.aclose(close_connection_pool=True)
    if not isinstance(answer, NoAnswer):
        place = place_of(settings.redis_url) if settings.redis_url else settings.valkey_socket
        return Finding(Level.OK, "redis", f"answers at {place}")
    if settings.redis_url is None:
        return Finding(Level.OK, "redis", "the embedded Valkey starts with `nexus up`")
    return Finding(Level.FAIL, "redis", redis_trouble(settings.redis_url, answer))

"""This machine: the data folder's disk, NVIDIA GPUs where their library is there, and model servers that are set."""

import asyncio
import importlib
import shutil
from pathlib import Path

from heartbeat.config import HeartbeatSettings
from heartbeat.finding import Check, Findings, Found
from heartbeat.http_probe import get_status
from nexus.model_status import ModelStatus

LOW_SHARE, LOW_BYTES = 0.10, 2 * 2**30
FULL_SHARE, FULL_BYTES = 0.03, 500 * 2**20
HOT_C = 90
OK, LOADING = 200, 503


def disk_check(home: Path) -> Check:
    """`disk`: the file system of the data folder."""

    async def look() -> Findings:
        return {"disk": await asyncio.to_thread(_disk, home)}

    return Check(("disk",), look)


def _disk(home: Path) -> Found:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    usage = shutil.disk_usage(there)
    return judge_disk(usage.free, usage.used + usage.free)  # as df counts: what is reserved is nobody's


def judge_disk(free: int, usable: int) -> Found:
    """Degraded under 10 % or 2 GiB, critical under 3 % or 500 MiB free."""
    text = f"{free / 2**30:.1f} GiB free, {free / usable:.0%}"
    if free / usable < FULL_SHARE or free < FULL_BYTES:
        return Found(ModelStatus.CRITICAL, text)
    if free / usable < LOW_SHARE or free < LOW_BYTES:
        return Found(ModelStatus.DEGRADED, text)
    return Found(ModelStatus.HEALTHY, text)


def gpu_check() -> Check | None:
    """`gpu`; None where NVIDIA's library is not installed or finds no driver."""
    try:
        nvml = importlib.import_module("pynvml")
        nvml.nvmlInit()
    except Exception:  # noqa: BLE001 - ImportError, or the library's own error: there is no GPU for us
        return None

    async def look() -> Findings:
        return {"gpu": await asyncio.to_thread(_gpus)}

    return Check(("gpu",), look, if_silent=ModelStatus.DEGRADED)


def _gpus() -> Found:
    nvml = importlib.import_module("pynvml")
    lines, hot = [], False
    for number in range(nvml.nvmlDeviceGetCount()):
        device = nvml.nvmlDeviceGetHandleByIndex(number)
        memory = nvml.nvmlDeviceGetMemoryInfo(device)
        degrees = nvml.nvmlDeviceGetTemperature(device, nvml.NVML_TEMPERATURE_GPU)
        hot = hot or degrees >= HOT_C
        lines.append(f"{number}: {memory.used / memory.total:.0%} of memory, {degrees} °C")
    return Found(ModelStatus.DEGRADED if hot else ModelStatus.HEALTHY, "; ".join(lines) or "none")


def model_server_checks(settings: HeartbeatSettings) -> list[Check]:
    """`ollama` and `starter`, each when it is set. Neither asks a model anything."""
    checks = []
    if settings.ollama_base_url:
        base = settings.ollama_base_url.removesuffix("/v1")
        checks.append(_server_check("ollama", f"{base}/api/tags"))
    if settings.nexus_starter_url:
        checks.append(_server_check("starter", f"{settings.nexus_starter_url.removesuffix('/v1')}/health"))
    return checks


def _server_check(name: str, url: str) -> Check:
    async def look() -> Findings:
        try:
            status = await get_status(url)
        except (OSError, ValueError):
            # Others stand in for its models, or `models` says that they do not.
            return {name: Found(ModelStatus.DEGRADED, f"does not answer at {url}", hangs=True)}
        if status == OK:
            return {name: Found(ModelStatus.HEALTHY, "answers")}
        if status == LOADING:
            return {name: Found(ModelStatus.DEGRADED, "loads its model")}
        return {name: Found(ModelStatus.DEGRADED, f"answers {status} at {url}")}

    return Check((name,), look, if_silent=ModelStatus.DEGRADED)

"""Who turns voice messages into words, by the settings."""

from pathlib import Path

import pytest

from agents.config import AgentSettings, ModelChoice, Provider
from agents.price_sheet import price_of
from agents.voice import NOBODY, TURNED_OFF, find_voice, is_at_home, is_engine
from nexus.cli.checks.finding import Level
from nexus.cli.checks.voice import check_voice

KEY = {"openai_api_key": "sk-test"}


def choice_of(**settings: object) -> ModelChoice:
    choice = find_voice(AgentSettings.model_validate(settings)).choice
    assert choice is not None
    return choice


def problem_of(**settings: object) -> str:
    voice = find_voice(AgentSettings.model_validate(settings))
    assert voice.choice is None
    return voice.problem or ""


def a_model(folder: Path, content: bytes = b"lmgg and more") -> str:
    file = folder / "ggml-base.bin"
    file.write_bytes(content)
    return str(file)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.voice.ENGINE", ("json",))


def test_without_any_setting_nobody_listens_and_the_line_names_what_to_set() -> None:
    assert problem_of() == NOBODY


def test_with_openais_key_openai_listens_with_the_cheapest_model() -> None:
    assert choice_of(**KEY).label == "openai/gpt-4o-mini-transcribe"
    assert choice_of(**KEY, voice_model="openai/gpt-4o-transcribe").model == "gpt-4o-transcribe"
    assert choice_of(**KEY, voice_model="whisper-1").model == "whisper-1"


def test_a_server_of_ones_own_goes_before_openai_and_is_free() -> None:
    choice = choice_of(
        **KEY, voice_base_url="http://192.168.1.7:8000", voice_model="Systran/faster-whisper-base"
    )
    assert choice.label == "local/Systran/faster-whisper-base"
    assert choice.base_url == "http://192.168.1.7:8000/v1"
    assert price_of(choice) is not None
    assert price_of(choice) == price_of(ModelChoice(Provider.LOCAL, "any"))


def test_a_server_elsewhere_costs_what_the_owner_says_and_is_not_priced_otherwise() -> None:
    url = "https://voices.example.com/v1"
    prices = '{"openai/whisper-large-v3": {"input": 11.1, "output": 0}}'
    unknown = choice_of(voice_base_url=url, voice_model="whisper-large-v3")
    priced = choice_of(voice_base_url=url, voice_model="whisper-large-v3", model_prices=prices)
    assert not unknown.is_local
    assert price_of(unknown) is None
    assert price_of(priced) is not None


@pytest.mark.usefixtures("installed")
def test_the_engine_on_this_machine_goes_before_everybody(tmp_path: Path) -> None:
    choice = choice_of(**KEY, voice_base_url="http://localhost:1", voice_model_path=a_model(tmp_path))
    assert is_engine(choice)
    assert choice.model == "ggml-base"
    assert choice.is_local


def test_without_its_packages_the_engine_names_how_to_install_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.voice.ENGINE", ("no_such_package",))
    assert "make voice" in problem_of(**KEY, voice_model_path=a_model(tmp_path))


@pytest.mark.usefixtures("installed")
def test_a_model_file_that_is_missing_or_none_is_told_before_it_crashes_anything(tmp_path: Path) -> None:
    assert "cannot be read (No such file" in problem_of(voice_model_path=str(tmp_path / "none.bin"))
    assert "cannot be read (Is a dir" in problem_of(voice_model_path=str(tmp_path))
    assert "no model of whisper.cpp" in problem_of(voice_model_path=a_model(tmp_path, b"GGUF"))


def test_voice_messages_can_be_turned_off() -> None:
    assert problem_of(**KEY, voice_model="none") == TURNED_OFF


@pytest.mark.parametrize(
    ("url", "at_home"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://[::1]:9/v1", True),
        ("http://10.1.2.3/v1", True),
        ("http://[fd00::1]/v1", True),
        ("http://whisper:8000/v1", True),
        ("http://nas.local/v1", True),
        ("https://api.groq.com/openai/v1", False),
        ("http://8.8.8.8/v1", False),
        ("http://localhost.example.com/v1", False),
        ("", False),
    ],
)
def test_a_server_is_at_home_by_its_address(url: str, at_home: bool) -> None:
    assert is_at_home(url) is at_home


def test_the_doctor_says_who_listens_and_warns_only_of_what_was_wanted() -> None:
    def told(**settings: object) -> tuple[Level, str]:
        finding = check_voice(AgentSettings.model_validate(settings))
        return finding.level, finding.text

    assert told() == (Level.OK, NOBODY)
    assert told(**KEY) == (Level.OK, "gpt-4o-mini-transcribe (openai, paid)")
    assert told(voice_base_url="http://nas.local:8000") == (Level.OK, "whisper-1 (at nas.local, free)")
    assert told(voice_model_path="/no/such/file")[0] is Level.WARN

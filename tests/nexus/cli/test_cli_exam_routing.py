"""`nexus exam routing --data` and `nexus router`, on made-up rows: the public ones are not part of the project."""

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nexus.cli.exam_labels import FAMILY, read_labels
from nexus.cli.exam_routing import run
from nexus.cli.main import app
from nexus.errors import PermanentError
from nexus.work_order import Role
from routing.router import load_router
from tests.routing.lessons import some_examples

PAIR = {Role.INTERN: "small", Role.CEO: "large"}


def write(file: Path, models: dict[Role, str], *, many: int = 160, tokens: bool = False) -> Path:
    dice = random.Random(2)
    rows = []
    for each in some_examples(many, seed=9):
        scores = {model: each.outcomes[role] for role, model in models.items()}
        row: dict[str, object] = {"id": "x", "prompt": each.text, "scores": scores}
        if tokens:
            row["tok"] = {model: [100, dice.randrange(50, 200)] for model in models.values()}
            row["ans"] = {model: "1.0" if score else str(dice.random()) for model, score in scores.items()}
            row["ans"] |= {"llama-3.1-8b": "1.0"}  # type: ignore[operator]
        rows.append(json.dumps(row))
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_the_exam_of_a_pair_prints_and_writes_its_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run([write(tmp_path / "pair.jsonl", PAIR)], tmp_path / "out.json")
    shown, found = capsys.readouterr().out, json.loads((tmp_path / "out.json").read_text())
    for word in (
        "router",
        "trees",
        "vectors",
        "pieces",
        "length",
        "random",
        "oracle",
        "calibration error",
        "median",
    ):
        assert word in shown
    assert found["models"] == {"intern": "small", "ceo": "large"}
    assert found["rows"] == 160
    assert found["apgr"] > 0.6 > found["baselines"]["random"]["apgr"]
    assert found["baselines"]["oracle"]["apgr"] > found["apgr"]
    assert found["apgr_95ci"][0] < found["apgr"] < found["apgr_95ci"][1]
    assert 0 <= found["ece"] < 0.2
    assert found["latency_ms"]["p50"] > 0
    assert found["policies"] == {}
    assert set(found["lead_95ci"]) == {"length", "trees", "vectors", "pieces"}
    for name in (
        "cpt50",
        "cpt80",
        "calls95",
        "calls99",
        "cost95",
        "cost99",
        "tier_accuracy",
        "under_routing",
    ):
        assert 0 <= found[name] <= 1


def test_the_same_rows_give_the_same_numbers(tmp_path: Path) -> None:
    data = write(tmp_path / "pair.jsonl", PAIR, many=60)
    for name in ("one.json", "two.json"):
        run([data], tmp_path / name)
    one, two = (json.loads((tmp_path / name).read_text()) for name in ("one.json", "two.json"))
    assert one.pop("latency_ms").keys() == two.pop("latency_ms").keys()
    assert one == two


def test_rows_with_tokens_are_also_compared_in_dollars_of_today(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = write(tmp_path / "a.jsonl", FAMILY, many=60, tokens=True)
    run([half, half], tmp_path / "out.json")
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["rows"] == 120
    assert found["models"] == {role.value: model for role, model in FAMILY.items()}
    for check in ("QA", "no check", "second opinion", "oracle, an upper bound"):
        assert f"router + cascade ({check})" in found["policies"]
    assert (
        found["policies"]["mixture"]["95"]["cost"]
        > found["policies"]["cascade (oracle, an upper bound)"]["95"]["cost"]
    )
    assert found["checks"]["QA"] == {"catches": 0.9, "false_alarms": 0.02}
    assert found["checks"]["no check"] == {"catches": 0.0, "false_alarms": 0.0}
    assert "an upper bound" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "no rows"),
        ("{", "line 1"),
        ('{"prompt": "x"}', "line 1: scores"),
        ('{"prompt": "x", "scores": {"a": 1, "b": 2}}', "line 1: scores.b"),
        ('{"prompt": "x", "scores": {"a": "NaN", "b": 1}}', "line 1: scores.a"),
        ('{"prompt": "x", "scores": {"a": 1}}', "no two models"),
        ('{"prompt": "x", "scores": {"a": 1, "b": 1}}', "not better"),
        ('{"prompt": "x", "scores": {"a": 0, "b": 1}}', "1 examples are too few"),
    ],
)
def test_wrong_rows_are_one_line_that_names_the_place(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "rows.jsonl").write_text(content)
    with pytest.raises(PermanentError, match=reason):
        run([tmp_path / "rows.jsonl"], None)


def test_a_missing_file_and_an_unknown_model_are_named(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="cannot be read"):
        run([tmp_path / "nowhere"], None)
    with pytest.raises(PermanentError, match="no scores of giant; there are large, small"):
        read_labels([write(tmp_path / "pair.jsonl", PAIR, many=3)], strong="giant")


def test_the_models_of_a_pair_can_be_chosen(tmp_path: Path) -> None:
    data = write(tmp_path / "a.jsonl", FAMILY, many=60)
    labels = read_labels([data], weak=FAMILY[Role.DIRECTOR], strong=FAMILY[Role.CEO])
    assert labels.models == {Role.INTERN: FAMILY[Role.DIRECTOR], Role.CEO: FAMILY[Role.CEO]}


def test_a_router_trained_from_files_is_written_and_not_used(tmp_path: Path) -> None:
    data = write(tmp_path / "pair.jsonl", PAIR)
    ended = CliRunner().invoke(app, ["router", "train", "--data", str(data), "--out", str(tmp_path / "made")])
    assert ended.exit_code == 0, ended.output
    assert "The company does not use it" in ended.output
    assert load_router(tmp_path / "made").version.startswith("files-")
    alone = CliRunner().invoke(app, ["router", "train", "--data", str(data)])
    assert alone.exit_code == 2
    assert "takes both" in alone.output


def test_the_router_in_use_is_judged_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_HOME", str(tmp_path / "home"))
    data = write(tmp_path / "pair.jsonl", PAIR)
    ended = CliRunner().invoke(
        app, ["router", "eval", "--data", str(data), "--json", str(tmp_path / "out.json")]
    )
    assert ended.exit_code == 0, ended.output
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["version"] == load_router().version
    assert {"apgr", "cpt50"} <= set(found["router"])
    assert f"router {found['version']} on 160 requests" in ended.output


def test_the_prior_is_shown_with_its_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_HOME", str(tmp_path / "home"))
    from nexus.cli.router_desk import described  # noqa: PLC0415

    shown = described(load_router())
    assert load_router().version in shown
    for word in ("prior", "intern", "director", "ceo", "calibration error", "measured by nobody"):
        assert word in shown

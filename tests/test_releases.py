"""The manifest of released models: newest version, hashes, damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.errors import ModelError
from extractor.releases import (
    check_release,
    find_release,
    models_folder,
    read_manifest,
    record_card,
    record_release,
)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for name in ("ner-1.2.0", "ner-1.10.0", "relation-1.0.0"):
        (tmp_path / name / "inner").mkdir(parents=True)
        (tmp_path / name / "inner" / "weights").write_bytes(name.encode())
        (tmp_path / name / "meta.json").write_text("{}")
    return tmp_path


def test_a_kind_means_its_newest_version(models: Path) -> None:
    assert find_release("ner", models=models) == models / "ner-1.10.0"
    assert find_release("ner-1.2.0", models=models) == models / "ner-1.2.0"
    assert find_release("en_core_web_sm", models=models) is None
    assert find_release("ner-2.0.0", models=models) is None
    assert find_release("ner", models=models / "absent") is None


def test_the_models_of_the_package_have_a_place() -> None:
    assert models_folder().name == "models"


def test_recorded_folders_pass_and_others_stay_listed(models: Path) -> None:
    record_release(models / "ner-1.10.0")
    record_release(models / "relation-1.0.0")
    check_release(models / "ner-1.10.0")
    tables = read_manifest(models)
    assert list(tables) == ["ner-1.10.0", "relation-1.0.0"]
    assert list(tables["ner-1.10.0"]) == ["inner/weights", "meta.json"]
    assert all(len(digest) == 64 for table in tables.values() for digest in table.values())


def test_a_changed_card_is_recorded_alone(models: Path) -> None:
    folder = models / "ner-1.10.0"
    (folder / "MODEL.md").write_text("old")
    record_release(folder)
    (folder / "MODEL.md").write_text("new")
    record_card(folder / "MODEL.md")
    check_release(folder)
    (folder / "inner" / "weights").write_bytes(b"other")
    before = read_manifest(models)
    for path in (folder / "MODEL.md", folder / "unlisted.md", models / "README.md"):
        path.write_text("newer")
        record_card(path)
    assert {name: {**table, "MODEL.md": ""} for name, table in read_manifest(models).items()} == {
        name: {**table, "MODEL.md": ""} for name, table in before.items()
    }
    with pytest.raises(ModelError, match=r"inner/weights: sha256|unlisted"):
        check_release(folder)


@pytest.mark.parametrize("damage", ["changed", "missing", "foreign", "unlisted"])
def test_any_difference_is_refused_in_one_line(models: Path, damage: str) -> None:
    folder = models / "ner-1.10.0"
    if damage != "unlisted":
        record_release(folder)
    if damage == "changed":
        (folder / "inner" / "weights").write_bytes(b"other")
    elif damage == "missing":
        (folder / "inner" / "weights").unlink()
    elif damage == "foreign":
        (folder / "more").write_bytes(b"")
    with pytest.raises(ModelError) as caught:
        check_release(folder)
    assert "ner-1.10.0" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["no toml [", 'loose = "value"\n'])
def test_a_damaged_manifest_is_one_line(models: Path, text: str) -> None:
    (models / "manifest.toml").write_text(text)
    with pytest.raises(ModelError, match=r"manifest\.toml"):
        read_manifest(models)

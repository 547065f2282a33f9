"""Loading: every readable item is returned beside every mistake, with places from the root."""

from __future__ import annotations

from pathlib import Path

from reconciler.manifest.loading import load, read_bytes, read_file, sources

GOOD = "space: demo\ntype: story\nitems: [1, 2]\n"


def test_a_broken_file_takes_nothing_from_the_readable_one_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("space: demo\ntyp: story\nitems: [{id: x}]\n")
    (tmp_path / "b.yaml").write_text(GOOD)
    manifest, mistakes = load([tmp_path], root=tmp_path)
    assert [(one.file, [entry.id for entry in one.items]) for one in manifest.documents] == [
        ("b.yaml", [1, 2])
    ]
    assert [str(one.place) for one in mistakes] == ["a.yaml:1:1", "a.yaml:3:14", "a.yaml:2:1"]


def test_no_item_anywhere_is_a_mistake_and_not_an_empty_plan(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("space: demo\ntype: story\nitems: []\n")
    manifest, mistakes = load([tmp_path], root=tmp_path)
    assert [one.items for one in manifest.documents] == [()]
    assert [one.what for one in mistakes] == ["no item in any file"]


def test_another_mistake_is_reason_enough_for_no_item(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("")
    _, mistakes = load([tmp_path], root=tmp_path)
    assert [one.what for one in mistakes] == ["an empty file"]


def test_a_blank_value_is_reported_once_also_where_its_section_is_wrong() -> None:
    _, mistakes = read_bytes(
        b"space: demo\ntype: story\nitems:\n  - {id: 1, fields: {a: }, roles: }\n", "f.yaml"
    )
    assert [str(one) for one in mistakes] == [
        "f.yaml:4:35: no value; write `key: value` lines below it",
        (
            "f.yaml:4:25: no value; write null to empty it, or delete the line to leave it alone"
            " (`git diff` shows whether a formatter took a null away)"
        ),
    ]


def test_a_file_that_went_away_is_a_mistake_at_its_name(tmp_path: Path) -> None:
    raw, (mistake,) = read_file(tmp_path / "gone.yaml", "gone.yaml")
    assert raw is None
    assert str(mistake.place) == "gone.yaml:1:1"


def test_files_come_with_their_names_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/a.yaml").write_text(GOOD)
    assert list(sources([tmp_path / "state"], tmp_path, [])) == [
        (tmp_path / "state/a.yaml", "state/a.yaml", GOOD.encode())
    ]

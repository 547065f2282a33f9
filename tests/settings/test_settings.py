"""What a team decides once: what is read, and what is said of every slip, with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from ruamel.yaml import YAML

from reconciler.adopt.published_schemas import published
from reconciler.render.mistakes import mistakes_text
from reconciler.settings import (
    Allow,
    FieldSettings,
    Guards,
    Ignore,
    Settings,
    SpaceSettings,
    find_settings,
    load_settings,
    read_settings,
)

ROOT = Path(__file__).parents[2]

WHOLE = """\
people: {ana: ana@example.com, bo: 7123456789012345678, payments: [ana, bo], all: [payments, cy@example.com]}
spaces:
  demo:
    project_key: 64a0c1f2e3b4d5a6c7e8f901
    time_zone: Europe/Berlin
    guards:
      changes: 250
      share: 12.5%
      clears: 0
      allow:
        - {changes: 900, share: 1, clears: 12, both: 1, until: 2026-12-05, why: the big move}
    drift: {default: report, issue: accept, story: {priority: heal, due: accept}}
    fields:
      story: {cutover: {kind: moment}, env_rows: {key: env}, rate: {scale: 0.01}}
    ignore:
      - {type: story, field: watchers, why: people subscribe themselves, until: 2027-01-31}
    windows:
      - {deny: {from: 2026-11-10, to: 2026-11-12}, types: [story, issue], why: shopping days}
      - {allow: {weekdays: [mon, fri], hours: "09:00-18:00"}, types: story}
      - {deny: {weekdays: sat}}
  other: {}
"""


def read(text: str | bytes) -> Settings:
    settings, mistakes = read_settings(text if isinstance(text, bytes) else text.encode(), "s.yaml")
    assert mistakes_text(mistakes) == []
    return settings


def said(text: str | bytes) -> list[str]:
    """The lines of the report on a settings file that is wrong: its defaults stand."""
    settings, mistakes = read_settings(text if isinstance(text, bytes) else text.encode(), "s.yaml")
    if mistakes:
        assert settings == Settings()
    return [line.removeprefix("s.yaml:") for line in mistakes_text(mistakes)]


# -- what is read --------------------------------------------------------------------------


def test_everything_that_may_be_written_is_read() -> None:
    settings = read(WHOLE)
    demo = settings.space("demo")
    assert demo == settings.space("64a0c1f2e3b4d5a6c7e8f901")
    assert demo.time_zone == ZoneInfo("Europe/Berlin")
    assert demo.guards == Guards(
        changes=250,
        share=Decimal("0.125"),
        clears=0,
        allow=(
            Allow(
                changes=900,
                share=Decimal(1),
                clears=12,
                both=1,
                until=date(2026, 12, 5),
                why="the big move",
            ),
        ),
    )
    assert demo.drift == {
        "default": "report",
        "issue": "accept",
        "story": {"priority": "heal", "due": "accept"},
    }
    assert demo.fields == {
        "story": {
            "cutover": FieldSettings(kind="moment"),
            "env_rows": FieldSettings(key="env"),
            "rate": FieldSettings(scale=Decimal("0.01")),
        }
    }
    assert demo.ignore == (
        Ignore(type="story", field="watchers", why="people subscribe themselves", until=date(2027, 1, 31)),
    )


def test_names_stand_for_the_people_behind_them_each_once() -> None:
    assert read(WHOLE).groups() == {
        "ana": ("ana@example.com",),
        "bo": ("7123456789012345678",),
        "payments": ("ana@example.com", "7123456789012345678"),
        "all": ("ana@example.com", "7123456789012345678", "cy@example.com"),
    }


def test_groups_of_groups_grow_by_their_members_and_not_by_their_ways() -> None:
    names = [f"g{number}" for number in range(60)]
    lines = [f"  {name}: [{lower}, {lower}]" for name, lower in zip(names, [*names[1:], "ana"], strict=True)]
    assert read("people:\n" + "\n".join(lines) + "\n").groups()["g0"] == ("ana",)


@pytest.mark.parametrize("text", ["", "# later\n", "---\n", "{}\n", "people: {}\nspaces: {}\n"])
def test_an_empty_file_leaves_the_defaults(text: str) -> None:
    assert read(text) == Settings()
    assert read(text).space("demo") == SpaceSettings()


def test_the_defaults_are_those_of_the_handbook() -> None:
    default = Settings().space("demo")
    assert default.time_zone is None
    assert (default.guards.changes, default.guards.share, default.guards.clears) == (100, Decimal("0.3"), 10)


@pytest.mark.parametrize(
    ("share", "value"),
    [
        ("30%", "0.3"),
        ("'30%'", "0.3"),
        ("0.5", "0.5"),
        ("1", "1"),
        ("0", "0"),
        ("0.5%", "0.005"),
        ("100%", "1"),
    ],
)
def test_a_share_is_read_as_percent_or_part(share: str, value: str) -> None:
    assert read(f"spaces: {{demo: {{guards: {{share: {share}}}}}}}\n").space("demo").guards.share == Decimal(
        value
    )


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Argentina/Ushuaia", "UTC", "Etc/GMT+8", "PRC"])
def test_a_zone_is_any_iana_name(zone: str) -> None:
    assert read(f"spaces: {{demo: {{time_zone: {zone}}}}}\n").space("demo").time_zone == ZoneInfo(zone)


def test_a_name_that_yaml_would_guess_otherwise_is_the_word_as_written() -> None:
    settings = read("people: {no: 007, on: [yes]}\nspaces: {123: {project_key: 1e10}}\n")
    assert settings.people == {"no": ("007",), "on": ("yes",)}
    assert settings.space("123").project_key == "1e10"


# -- what is refused -----------------------------------------------------------------------

DEMO = "spaces:\n  demo:\n"
"""Two lines; what a row adds begins at line 3."""

ZONE_FIX = "write an IANA name such as Asia/Shanghai"
COUNT_FIX = "write a whole number such as 100, without quotes"
PEOPLE_FIX = "write e-mails, user keys or names of this map"
CREDENTIAL = (
    "credentials do not belong in files; "
    "delete it here, revoke it if it was pushed, and set the environment variable"
)

REFUSED = [
    # the file
    ("- a\n", "1:1: expected a map, found a list; write `key: value` lines below it"),
    ("people\n", "1:1: expected a map, found text; write `key: value` lines below it"),
    ("null\n", "1:1: expected a map, found null; write `key: value` lines below it"),
    ("space：demo\n", "1:6: a full-width colon '：'; write ': '"),
    (
        "people: {ana: a@example.com\n",
        "1:9: a map that is not closed; write '}' at its end, or quote the text: \"{ana: a@example.com\"",
    ),
    ("people: {a: b}\npeople: {c: d}\n", "2:1: the key 'people' is a duplicate of line 1; keep one"),
    ("peple: {}\n", "1:1: no key 'peple' on this map; did you mean 'people'?"),
    ("locale: de\n", "1:9: unknown word 'de'; write one of 'en', 'zh-CN'"),
    ("open_ids: {a@example.com: all}\n", "1:27: 'all' is no open_id of a person; write it as ou_…"),
    ("zzz: {}\n", "1:1: no key 'zzz' on this map; write one of 'locale', 'open_ids', 'people', 'spaces'"),
    # people
    ("people: ana\n", "1:9: expected a map, found text; write `key: value` lines below it"),
    ("people: [ana]\n", "1:9: expected a map, found a list; write `key: value` lines below it"),
    ("people:\n", "1:8: no value; write `key: value` lines below it"),
    ("people:\n  ana\n", "2:3: expected a map, found text; write `key: value` lines below it"),
    ("people:\n  ana:ana@example.com\n", "2:6: no space after the colon; write `ana: …`"),
    ("people: {ana: }\n", f"1:15: no value; {PEOPLE_FIX}"),
    ("people: {ana: null}\n", f"1:15: expected a person or a list of them, found null; {PEOPLE_FIX}"),
    ("people: {ana: {a: b}}\n", f"1:15: expected a person or a list of them, found a map; {PEOPLE_FIX}"),
    ("people: {ana: []}\n", f"1:15: a group without members; {PEOPLE_FIX}"),
    ("people: {ana: [[a]]}\n", f"1:15: expected a person, found a list; {PEOPLE_FIX}"),
    ("people: {ana: [a, null]}\n", f"1:15: expected a person, found null; {PEOPLE_FIX}"),
    ("people: {ana: ana}\n", "1:10: 'ana' leads back to itself; write an e-mail or a user key"),
    ("people: {a: [a]}\n", "1:10: the group 'a' contains itself; remove one member"),
    ("people: {c: [d], a: [b, x], b: c, d: [a]}\n", "1:10: the group 'c' contains itself; remove one member"),
    # credentials, wherever they stand
    ("plugin_secret: s3cr3t\n", f"1:1: {CREDENTIAL}"),
    ("MEEGLE_PLUGIN_TOKEN: s3cr3t\n", f"1:1: {CREDENTIAL}"),
    ("people: {plugin_secret: s3cr3t}\n", f"1:10: {CREDENTIAL}"),
    ("spaces: {demo: {base_url: 's3cr3t'}}\n", f"1:17: {CREDENTIAL}"),
    (
        "spaces: {demo: {fields: {story: {token: {kind: s3cr3t}}}}}\n",
        f"1:34: {CREDENTIAL}|1:48: unknown word 's3cr3t'; write one of 'day', 'moment'",
    ),
    # spaces
    ("spaces: demo\n", "1:9: expected a map, found text; write `key: value` lines below it"),
    ("spaces: {a/b: {}}\n", "1:10: 'a/b' cannot be a space; write letters, digits, '_' and '-'"),
    (
        "spaces: {demo: {project_key: ../x}}\n",
        "1:30: '../x' cannot be a space; write letters, digits, '_' and '-'",
    ),
    (
        "spaces: {demo: {project_key: }}\n",
        "1:30: no value; write letters, digits, '_' and '-'",
    ),
    ("spaces: {demo: }\n", "1:16: no value; write `key: value` lines below it"),
    (
        "spaces: {a: {project_key: k}, b: {project_key: k}}\n",
        "1:48: the project_key of another space, at line 1; keep one",
    ),
    (f"{DEMO}    timezone: UTC\n", "3:5: no key 'timezone' on this map; did you mean 'time_zone'?"),
    # zones
    (
        f"{DEMO}    time_zone: Asia/Shangai\n",
        "3:16: no time zone 'Asia/Shangai'; did you mean 'Asia/Shanghai' or …",
    ),
    (
        f"{DEMO}    time_zone: asia/shanghai\n",
        "3:16: no time zone 'asia/shanghai'; did you mean 'Asia/Shanghai' or …",
    ),
    (f"{DEMO}    time_zone: +08:00\n", f"3:16: no time zone '+08:00'; {ZONE_FIX}"),
    (f"{DEMO}    time_zone: localtime\n", f"3:16: no time zone 'localtime'; {ZONE_FIX}"),
    (f"{DEMO}    time_zone: ../../etc/passwd\n", f"3:16: no time zone '../../etc/passwd'; {ZONE_FIX}"),
    (f"{DEMO}    time_zone: Asia\n", "3:16: no time zone 'Asia'; did you mean …"),
    (f"{DEMO}    time_zone: 8\n", f"3:16: no time zone '8'; {ZONE_FIX}"),
    (f"{DEMO}    time_zone:\n", f"3:15: no value; {ZONE_FIX}"),
    (f"{DEMO}    time_zone: [UTC]\n", f"3:16: expected a time zone, found a list; {ZONE_FIX}"),
    # guards
    (f"{DEMO}    guards: 100\n", "3:13: expected a map, found text; write `key: value` lines below it"),
    (f"{DEMO}    guards: {{change: 1}}\n", "3:14: no key 'change' on this map; did you mean 'changes'?"),
    *(
        (
            f"{DEMO}    guards: {{changes: {value}}}\n",
            f"3:23: '{value.strip(chr(39))}' is not a whole number; {COUNT_FIX}",
        )
        for value in ("true", "-1", "1.0", "1_000", "0x10", "1e3", "010", "ten", "'100'")
    ),
    (
        f"{DEMO}    guards: {{changes: {'9' * 5000}}}\n",
        f"3:23: this value is not a whole number; {COUNT_FIX}",
    ),
    (
        f"{DEMO}    guards: {{clears: null}}\n",
        "3:22: expected a number, found null; write a whole number such as 100",
    ),
    (
        f"{DEMO}    guards: {{clears: [1]}}\n",
        "3:22: expected a number, found a list; write a whole number such as 100",
    ),
    *(
        (f"{DEMO}    guards: {{share: {value}}}\n", f"3:21: '{value}' is not a share; write it as 30%")
        for value in ("half", "-1%", "30 %", "NaN", "1e1%", ".5", "30％")
    ),
    (f"{DEMO}    guards: {{share: 30}}\n", "3:21: '30' is more than 100%; write it as 30%"),
    (f"{DEMO}    guards: {{share: 101%}}\n", "3:21: '101%' is more than 100%; write it as 30%"),
    (f"{DEMO}    guards: {{share: {{a: b}}}}\n", "3:21: expected a share, found a map; write it as 30%"),
    (
        f"{DEMO}    guards: {{allow: {{changes: 1}}}}\n",
        "3:21: expected a list, found a map; begin each entry with '- '",
    ),
    (f"{DEMO}    guards: {{allow: 1}}\n", "3:21: expected a list, found text; begin each entry with '- '"),
    (
        f"{DEMO}    guards: {{allow: [1]}}\n",
        "3:22: expected a map, found text; write `key: value` lines below it",
    ),
    (
        f"{DEMO}    guards: {{allow: [{{untl: 2026-12-05}}]}}\n",
        "3:23: no key 'untl' on this map; did you mean 'until'?",
    ),
    *(
        (
            f"{DEMO}    guards: {{allow: [{{until: {value}}}]}}\n",
            f"3:30: '{value.strip(chr(39))}' is not a day; write it as 2027-01-31",
        )
        for value in ("tomorrow", "2026-12", "05.12.2026", "20261205", "'2026-12-05T00:00:00'", "2026-W49-6")
    ),
    *(
        (
            f"{DEMO}    guards: {{allow: [{{until: {value}}}]}}\n",
            f"3:30: '{value}' is not a day of the calendar; write it as 2027-01-31",
        )
        for value in ("2026-02-30", "2024-13-45", "0000-01-01")
    ),
    (f"{DEMO}    guards: {{allow: [{{why: }}]}}\n", "3:28: no value; write one word"),
    # drift, fields, ignore
    (f"{DEMO}    drift: heal\n", "3:12: expected a map, found text; write `key: value` lines below it"),
    (
        f"{DEMO}    drift: {{story: fix}}\n",
        "3:20: unknown word 'fix'; write one of 'accept', 'heal', 'report'",
    ),
    (
        f"{DEMO}    drift: {{story: {{due: reprot}}}}\n",
        "3:26: unknown word 'reprot'; did you mean 'report'?",
    ),
    (
        f"{DEMO}    drift: {{story: [heal]}}\n",
        "3:20: expected report or heal or accept, found a list; write report or heal or accept",
    ),
    (
        f"{DEMO}    drift: {{story: {{due: {{a: b}}}}}}\n",
        "3:26: expected report or heal or accept, found a map; write report or heal or accept",
    ),
    (
        f"{DEMO}    fields: {{story: [a]}}\n",
        "3:21: expected a map, found a list; write `key: value` lines below it",
    ),
    (
        f"{DEMO}    fields: {{story: {{due: moment}}}}\n",
        "3:27: expected a map, found text; write `key: value` lines below it",
    ),
    (
        f"{DEMO}    fields: {{story: {{due: {{kind: moments}}}}}}\n",
        "3:34: unknown word 'moments'; did you mean 'moment'?",
    ),
    (
        f"{DEMO}    fields: {{story: {{due: {{kinds: day}}}}}}\n",
        "3:28: no key 'kinds' on this map; did you mean 'kind'?",
    ),
    *(
        (
            f"{DEMO}    fields: {{story: {{rate: {{scale: {value}}}}}}}\n",
            f"3:36: '{value}' is not a scale; write a number above 0, such as 0.01",
        )
        for value in ("0", "-1", "1%", "inf", "nan", "1e-2")
    ),
    (f"{DEMO}    ignore: [{{type: story}}]\n", "3:14: no field; write `field: …`"),
    (f"{DEMO}    ignore: [story]\n", "3:14: expected a map, found text; write `key: value` lines below it"),
    (f"{DEMO}    ignore: story\n", "3:13: expected a list, found text; begin each entry with '- '"),
]


@pytest.mark.parametrize(("text", "lines"), REFUSED)
def test_a_slip_in_the_settings_is_told_at_its_place(text: str, lines: str) -> None:
    found = said(text)
    if lines.endswith("…"):  # the names that are near depend on the machine's list of zones
        assert found[0].startswith(lines.removesuffix("…"))
    else:
        assert found == lines.split("|")


@pytest.mark.parametrize(
    "text",
    [
        "plugin_secret: s3cr3t\n",
        "plugin_secret:s3cr3t\n",
        "plugin_secret：s3cr3t\n",
        "plugin_secret: [s3cr3t] x\n",
        "plugin_secret: 's3cr3t\n",
        "MEEGLE_PLUGIN_SECRET=s3cr3t\n",
        "people: {plugin_secret: [s3cr3t, {}]}\n",
        "spaces: {demo: {token: {s3cr3t: }}}\n",
    ],
)
def test_a_secret_in_the_settings_is_refused_and_not_repeated(text: str) -> None:
    lines = said(text)
    assert lines
    assert "s3cr3t" not in "\n".join(lines)


def test_all_slips_of_the_settings_are_told_at_once() -> None:
    text = (
        "people: {a: [a], b: []}\n"
        "space: {}\n"
        "spaces:\n"
        "  demo:\n"
        "    time_zone: Mars\n"
        "    guards: {changes: -1, share: 300%, allow: [{}, {until: x}]}\n"
        "    fields：{}\n"
    )
    assert [line.split(": ")[0] for line in said(text)] == [
        "1:10", "1:21", "2:1", "5:16", "6:23", "6:34", "6:60", "7:11",
    ]  # fmt: skip


# -- the file ------------------------------------------------------------------------------


def test_the_nearest_settings_upwards_are_found(tmp_path: Path) -> None:
    (tmp_path / "state/demo").mkdir(parents=True)
    upper = tmp_path / "reconciler.yaml"
    upper.write_text("")
    assert find_settings(tmp_path / "state/demo/a.yaml") == upper
    nearer = tmp_path / "state/reconciler.yaml"
    nearer.write_text("")
    (tmp_path / "state/demo/reconciler.yml").write_text("")
    assert find_settings(tmp_path / "state/demo/a.yaml") == nearer
    assert find_settings(tmp_path / "state/demo") == nearer
    assert find_settings(tmp_path / "state") == nearer
    assert find_settings(tmp_path) == upper


def test_without_a_file_the_defaults_stand(tmp_path: Path) -> None:
    assert load_settings(None, root=tmp_path) == (Settings(), [])


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"people: {ana: \xff}\n", "1:15: the file is not UTF-8; save it as UTF-8"),
        (b"#" * 2_000_000, "1:1: a file of 2000000 bytes; split it; at most 1048576 bytes are read"),
        (b"people: 'a\n", "1:9: a quote that is not closed; close it"),
        (
            b"\xef\xbb\xbfpeople: {}\r\npeeple: {}\r\n",
            "2:1: no key 'peeple' on this map; did you mean 'people'?",
        ),
    ],
)
def test_a_broken_file_is_told_and_the_defaults_stand(tmp_path: Path, raw: bytes, line: str) -> None:
    path = tmp_path / "reconciler.yaml"
    path.write_bytes(raw)
    settings, mistakes = load_settings(path, root=tmp_path)
    assert settings == Settings()
    assert mistakes_text(mistakes) == [f"reconciler.yaml:{line}"]


def test_settings_that_cannot_be_read_are_told_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "reconciler.yaml").mkdir()
    _, mistakes = load_settings(find_settings(tmp_path), root=tmp_path)
    assert mistakes_text(mistakes) == [
        "reconciler.yaml:1:1: cannot be read (Is a directory); check what it is and its permissions"
    ]


def test_settings_behind_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/reconciler.yaml").write_text("people: {}\n")
    (tmp_path / "reconciler.yaml").symlink_to("real/reconciler.yaml")
    (tmp_path / "linked").symlink_to("real")
    for path, at in ((tmp_path, "reconciler.yaml"), (tmp_path / "linked", "linked")):
        _, mistakes = load_settings(find_settings(path), root=tmp_path)
        assert mistakes_text(mistakes) == [f"{at}:1:1: a symbolic link; put the file or folder itself here"]


# -- the schemas ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(published()))
def test_the_published_schema_is_that_of_the_models(name: str) -> None:
    file = ROOT / "schemas" / name
    assert file.read_text(encoding="utf-8") == published()[name], (
        "run python -m reconciler.adopt.published_schemas"
    )


def checker(name: str) -> jsonschema.Draft7Validator:
    schema = json.loads(published()[name])
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def as_editors_see(node: Any) -> Any:
    """What a YAML 1.2 editor hands to a schema: days are texts, keys are texts."""
    if isinstance(node, dict):
        return {str(key): as_editors_see(one) for key, one in node.items()}
    if isinstance(node, list):
        return [as_editors_see(one) for one in node]
    return node.isoformat() if isinstance(node, date) else node


def guessed(text: str) -> Any:
    return as_editors_see(YAML(typ="safe").load(text))


def errors(name: str, text: str) -> Iterator[str]:
    return (error.message for error in checker(name).iter_errors(guessed(text)))


def test_the_settings_schema_takes_what_is_read() -> None:
    demo = (ROOT / "state/reconciler.yaml").read_text(encoding="utf-8")
    for text in (WHOLE, demo, "people: {a: 1, b: [1, x]}\nspaces: {demo: {}}\n", "{}"):
        assert list(errors("settings.schema.json", text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "peple: {}",
        "people: [a]",
        "people: {a: []}",
        "spaces: {demo: {guards: {changes: -1}}}",
        "spaces: {demo: {guards: {changes: null}}}",
        "spaces: {demo: {guards: {share: 30}}}",
        "spaces: {demo: {guards: {allow: [{until: 5}]}}}",
        "spaces: {demo: {fields: {story: {due: {kind: moments}}}}}",
        "spaces: {demo: {fields: {story: {due: {scale: 0}}}}}",
        "spaces: {demo: {drift: {story: fix}}}",
        "spaces: {demo: {ignore: [{type: story}]}}",
        "spaces: {demo: {windows: [{deny: {weekdays: [sunday]}}]}}",
        "spaces: {demo: {windows: [{deny: {hours: 9-18}}]}}",
        "spaces: {demo: {windows: [{deny: {}, allow: {}}]}}",
        "spaces: {demo: {windows: [{why: x}]}}",
        "spaces: {demo: {windows: [{deny: {}, types: []}]}}",
    ],
)
def test_the_settings_schema_refuses_what_is_refused(text: str) -> None:
    assert list(errors("settings.schema.json", text))
    assert said(text)


@pytest.mark.parametrize("path", sorted((ROOT / "state").glob("*/*.yaml")), ids=lambda path: path.name)
def test_the_manifest_schema_takes_the_desired_state_of_the_demo(path: Path) -> None:
    assert list(errors("manifest.schema.json", path.read_text(encoding="utf-8"))) == []


MANIFEST = """\
space: 123
type: no
defaults:
  fields: {platform: [iOS, Android], rate: 1.5, done: true}
  roles: {PM: [ana]}
items:
  - 6300012300
  - id: 9223372036854775807
    expect: {name: "Checkout: pay by card"}
    unmanaged: [platform, 007]
    fields: {due: 2026-12-01, notes: null, watchers: {contains: [bo]}, rows: [{env: qa}], text: {markdown: x}}
    roles: {RD: []}
"""


def test_the_manifest_schema_takes_bare_ids_defaults_and_values_of_every_shape() -> None:
    assert list(errors("manifest.schema.json", MANIFEST)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("space: 123\n", ""),
        ("type: no\n", "type: [no]\n"),
        ("items:\n", "item:\n"),
        ("- 6300012300", "- '6300012300'"),
        ("- 6300012300", "- 0"),
        ("- 6300012300", "- -1"),
        ("- 6300012300", "- 12.5"),
        ("- 6300012300", "- {fields: {}}"),
        ("- 6300012300", "- {id: 1, field: {}}"),
        ("- 6300012300", "- {id: 1, fields: null}"),
        ("- 6300012300", "- {id: 1, unmanaged: a}"),
        ("- 6300012300", "- 9223372036854775808"),
        ("  roles: {PM", "  role: {PM"),
        ("  roles: {PM: [ana]}", "  roles: ana"),
    ],
)
def test_the_manifest_schema_refuses_another_shape(old: str, new: str) -> None:
    assert old in MANIFEST
    assert list(errors("manifest.schema.json", MANIFEST.replace(old, new, 1)))

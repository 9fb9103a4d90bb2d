"""YAML is read as YAML 1.2, with what surprises people refused, each at its place."""

from __future__ import annotations

import pytest

from checker.config import source, tree
from checker.config.folder import FILE_MAX
from checker.config.report import Report
from tests.config.written import SECTIONS, problems, refused, said


def read(text):
    report = Report(["f"])
    node = tree.compose(source.read("f", text), text, report)
    report.check()
    return tree.plain(node)


def test_a_document_is_read_as_plain_values():
    assert read("a: [1, {b: c}]\nd:\n  - true\n  - ~\n") == {
        "a": [1, {"b": "c"}],
        "d": [True, None],
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"), ("yes", "yes"), ("No", "No"), ("y", "y"),
        ("true", True), ("FALSE", False), ("tRue", "tRue"),
        ("null", None), ("~", None), ("", None), ("nothing", "nothing"),
        ("22:30", "22:30"), ("12:30:00", "12:30:00"), ("1_000", "1_000"),
        ("010", 10), ("0o10", 8), ("0x1F", 31), ("0b11", "0b11"), ("-7", -7), ("+7", 7),
        ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.", 1.0), (".inf", ".inf"), (".nan", ".nan"),
        ("1e999", "1e999"), ("9" * 40, "9" * 40), ("2026-11-23", "2026-11-23"),
        ("'5'", "5"), ('"true"', "true"), ("''", ""), ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_a_scalar_means_what_yaml_1_2_says(written, value):
    found = read(f"k: {written}\n")["k"]

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("web:\n  port: 1\n  host: h\n  port: 2\n", "4:3 `port` is given twice: first in line 2"),
        ("location: a\nlocation: b\n", "2:1 `location` is given twice: first in line 1"),
        ("location: &x a\n", "1:11 anchors and aliases are not used here"),
        ("location: *x\n", "1:11 anchors and aliases are not used here"),
        ("location: !!str a\n", "1:11 the tag tag:yaml.org,2002:str is not used here"),
        ("location: !!python/name:os.system a\n", "1:11 the tag tag:yaml.org,2002:python/name:os.system is not used here"),
        ("web: !x {}\n", "1:6 the tag !x is not used here"),
        ("? [a]\n: b\n", "1:3 this cannot be a key"),
        ("'': b\n", "1:1 this cannot be a key"),
        ("a: " + "[" * 60 + "]" * 60 + "\n", "1:53 nested too deep"),
        ("a: " + "[" * 20_000 + "\n", "1:53 nested too deep"),
        ("location: 'a\n", "1:11 not YAML: while scanning a quoted scalar found unexpected end of stream"),
        ("a: ]\n", "1:4 not YAML: while parsing a block node did not find expected node content"),
        ("web:\n\tport: 1\n", "2:1 not YAML: while scanning for the next token found character that cannot start any token"),
        ("runbook: see: this\n", "1:13 not YAML: mapping values are not allowed in this context"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_at_its_place(tmp_path, text, problem):
    assert problem in said(refused(tmp_path, text))


def test_a_tab_in_the_indentation_gets_advice(tmp_path):
    found = refused(tmp_path, "web:\n\tport: 1\n")

    assert found[0].hint == "indent by spaces: YAML does not take tabs"


def test_a_colon_in_a_text_gets_advice(tmp_path):
    found = refused(tmp_path, "location: see: this\n")

    assert found[0].hint == "a text with ': ' in it needs quotes"


def test_a_merge_that_was_not_finished_is_told_at_its_marks_and_nothing_else_is(tmp_path):
    text = "location: a\n<<<<<<< HEAD\nx: 1\n=======\n  y: [\n>>>>>>> other\n"

    found = refused(tmp_path, text)

    assert said(found) == [
        f"{line}:1 a merge was not finished here: this is git's mark of a conflict"
        for line in (2, 6)
    ]
    assert found[0].expected == "one of the two sides, without the marks"


@pytest.mark.parametrize(
    "cut", ["checks: {app: {probe: page", "web: {host: 'a", "location: [a,\n\n"]
)
def test_a_file_that_ends_in_the_middle_is_asked_about(tmp_path, cut):
    (tmp_path / "a.yaml").write_text(cut)

    (problem,) = problems(tmp_path)

    assert problem.message.startswith("not YAML: ")
    assert problem.hint == "the file ends before this does: was it cut off?"


def test_a_mistake_in_the_middle_is_not_taken_for_the_end(tmp_path):
    assert refused(tmp_path, "a: ]\nb: c\n")[0].hint == ""


def test_a_last_line_without_its_end_is_told_beside_what_is_wrong(tmp_path):
    (tmp_path / "a.yaml").write_text("".join(SECTIONS.values()) + "web:\n  hots: x")

    wrong, last = problems(tmp_path)

    assert wrong.message == "unknown key `hots`"
    assert (last.line, last.message) == (13, "the file does not end with a line break")
    assert last.hint == "was it cut off?"


def test_a_last_line_without_its_end_is_no_problem_by_itself(tmp_path):
    (tmp_path / "a.yaml").write_text("".join(SECTIONS.values()) + "location: a")

    assert problems(tmp_path) == []


def test_a_second_document_is_refused(tmp_path):
    whole = "".join(SECTIONS.values())
    (tmp_path / "a.yaml").write_text(f"{whole}---\nlocation: a\n")

    assert said(problems(tmp_path)) == ["12:1 a second document begins here"]


def test_many_aliases_are_refused_before_they_are_followed(tmp_path):
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n"
        for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )

    found = refused(tmp_path, bomb)

    assert said(found)[:2] == [
        "1:1 unknown key `a`",
        "1:4 anchors and aliases are not used here",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "1:1 the file is empty"),
        (b"# nothing yet\n", "1:1 the file is empty"),
        (b"- a\n", "1:1 no keys"),
        (b"hello\n", "1:1 no keys"),
        (b"a: b\nc: \xff\n", "2:4 not UTF-8: byte 0xff"),
        ("a: é\nb: x".encode("utf-16"), "1:1 not UTF-8: byte 0xff"),
        (b"a: b\x07\n", "1:5 the character U+0007 cannot stand in YAML"),
        (b"a: \x00\n", "1:4 the character U+0000 cannot stand in YAML"),
        (b"a" * (FILE_MAX + 1), "0:0 too long"),
    ],
)
def test_a_file_that_holds_no_config_is_told(tmp_path, content, problem):
    (tmp_path / "a.yaml").write_bytes(content)

    assert said(problems(tmp_path)) == [problem]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    whole = "".join(SECTIONS.values())
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + whole.encode())

    assert problems(tmp_path) == []


def test_windows_line_ends_do_not_move_the_lines(tmp_path):
    whole = "".join(SECTIONS.values())
    (tmp_path / "a.yaml").write_bytes((whole + "location: A\n").replace("\n", "\r\n").encode())

    (problem,) = problems(tmp_path)

    assert (problem.line, problem.column, problem.source_line) == (12, 11, "location: A")

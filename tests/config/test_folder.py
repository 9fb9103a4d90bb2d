"""Where the config lies, and whether it has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.config import ConfigError, digest, find
from checker.config.folder import read
from tests.config.written import SECTIONS, problems, said


def test_what_is_asked_for_is_taken(tmp_path):
    (tmp_path / "config").mkdir()

    assert find(Path("elsewhere"), tmp_path) == Path("elsewhere")


def test_otherwise_the_folder_here_is(tmp_path):
    (tmp_path / "config").mkdir()

    assert find(None, tmp_path) == tmp_path / "config"


def test_otherwise_the_system_s_is(tmp_path):
    assert find(None, tmp_path) == Path("/etc/checker")


def test_yaml_files_are_read_by_name_and_nothing_else_is(tmp_path):
    for name in ("b.yaml", "a.yml", "c.json", ".hidden.yaml", "a.yaml~", ".#a.yaml"):
        (tmp_path / name).write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "d.yaml").write_text("x")

    assert [Path(file.name).name for file in read(tmp_path)] == ["a.yml", "b.yaml"]


def kubernetes(folder, version, content):
    """A mounted ConfigMap: the files are links to ..data, which is a link to a dated folder."""
    dated = folder / f"..{version}"
    dated.mkdir()
    (dated / "a.yaml").write_text(content)
    link = folder / "..new"
    link.symlink_to(dated.name)
    os.replace(link, folder / "..data")
    if not (folder / "a.yaml").exists():
        (folder / "a.yaml").symlink_to("..data/a.yaml")


def test_links_are_followed_as_kubernetes_makes_them(tmp_path):
    kubernetes(tmp_path, "2026_1", "old")
    before = digest(tmp_path)
    kubernetes(tmp_path, "2026_2", "new")

    assert [file.content for file in read(tmp_path)] == [b"new"]
    assert digest(tmp_path) != before


def test_the_same_content_has_the_same_digest_wherever_it_lies(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text("x")

    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert len(digest(tmp_path / "one")) == 64


@pytest.mark.parametrize(
    "names", [("a.yaml", "b.yaml"), ("b.yaml", "a.yaml"), ("a.yaml", "ab.yaml")]
)
def test_what_moves_from_one_file_to_another_changes_the_digest(tmp_path, names):
    first, second = (tmp_path / name for name in names)
    first.write_text("xy")
    second.write_text("z")
    before = digest(tmp_path)
    first.write_text("x")
    second.write_text("yz")

    assert digest(tmp_path) != before


def test_touching_a_file_does_not_change_the_digest(tmp_path):
    (tmp_path / "a.yaml").write_text("x")
    before = digest(tmp_path)
    os.utime(tmp_path / "a.yaml", (1, 1))

    assert digest(tmp_path) == before


def test_a_folder_that_is_not_there_is_told(tmp_path):
    (problem,) = problems(tmp_path / "nowhere")

    assert str(problem) == (
        f"{tmp_path}/nowhere: there is no such file or folder\n    expected: a folder with *.yaml files"
    )


def test_a_digest_of_what_is_not_there_is_the_same_error(tmp_path):
    with pytest.raises(ConfigError, match="no such file or folder"):
        digest(tmp_path / "nowhere")


def test_a_folder_without_yaml_is_told(tmp_path):
    assert said(problems(tmp_path)) == ["0:0 there is no *.yaml file in this folder"]


def test_a_folder_with_too_many_files_is_told(tmp_path):
    for n in range(101):
        (tmp_path / f"{n}.yaml").write_text("")

    assert said(problems(tmp_path)) == ["0:0 there are 101 files in this folder"]


def test_a_link_that_leads_nowhere_is_told_beside_the_other_problems(tmp_path):
    (tmp_path / "a.yaml").write_text("".join(SECTIONS.values()) + "x: 1\n")
    (tmp_path / "b.yaml").symlink_to("gone")

    found = problems(tmp_path)

    assert said(found) == ["12:1 unknown key `x`", "0:0 a link to gone, where nothing is"]
    assert found[1].file == str(tmp_path / "b.yaml")


def test_a_folder_that_is_a_link_which_leads_nowhere_is_told(tmp_path):
    (tmp_path / "config").symlink_to("/gone/to")

    assert said(problems(tmp_path / "config")) == ["0:0 a link to /gone/to, where nothing is"]


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.yaml")

    assert said(problems(tmp_path)) == ["0:0 not a regular file"]

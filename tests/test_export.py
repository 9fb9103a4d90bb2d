"""`checker incident export`: the document of an incident, from the store to a file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checker.cli import main
from checker.core.model import Entry, Step
from checker.desk import Desk, Refusal
from checker.export import document, file_name
from tests.store.values import declared, opened, url_of

KEY = "abcdefghijklmnopqrstuvwxyz012345"
CONFIG = f"""
targets: {{us: {{app_host: us.test}}}}
checks: {{app: {{probe: page, surface: app, targets: [us]}}}}
controls: {{a: {{tcp: "a.test:1"}}, b: {{tcp: "b.test:1"}}, c: {{tcp: "c.test:1"}}}}
rules: [{{symptom: app down, severity: critical, sentence: It is down}}]
responders: {{pagerduty: {{routing_key: {KEY}}}}}
"""
Export = Callable[..., Result]


@pytest.fixture
async def export(tmp_path: Path) -> Export:
    """The command, beside a store that holds us-1."""
    async with opened(tmp_path) as store:
        await store.restore()
        await store.commit(declared())
        await store.confirmed("us-1/page/1@pager", 101.0, {})
        note = Entry("us-1", 120.0, "note", f"ada: tried {KEY}\n# Fix")
        await store.commit(Step(declared().state, entries=(note,)))
    (tmp_path / "checker.yaml").write_text(CONFIG)

    def run(*words: str, given: str = "us-1") -> Result:
        where = ["--config", str(tmp_path), "--store", url_of(tmp_path)]
        return CliRunner().invoke(main, ["incident", "export", given, *words, *where])

    return run


def test_the_document_goes_to_standard_output(export: Export):
    result = export()
    assert result.exit_code == 0
    assert result.output.startswith("# Incident us-1: ")
    assert "| page 1 accepted by pager | 1970-01-01 00:01:41 UTC | 31 s |" in result.output


async def test_a_page_that_was_only_printed_is_no_page(tmp_path: Path):
    async with opened(tmp_path) as store:
        await store.restore()
        await store.commit(declared())
        await store.confirmed("us-1/page/1@pager", 101.0, {})
        story = await Desk(store).story("us-1")
    assert "page 1 accepted by pager" in document(story, ())
    told = document(story, (), prints={"pager"})
    assert "page 1 accepted" not in told
    assert "| page accepted | – | nobody was paged |" in told


def test_a_folder_gets_a_file_under_the_incidents_name(export: Export, tmp_path: Path):
    assert export("--to", str(tmp_path)).output == f"{tmp_path / 'us-1.md'}\n"
    assert (tmp_path / "us-1.md").read_text() == export().output


def test_a_file_that_is_there_is_left_as_it_is(export: Export, tmp_path: Path):
    path = tmp_path / "mine.md"
    path.write_text("mine")
    result = export("--to", str(path))
    assert result.exit_code == 1
    assert "is there already; --force writes over it" in result.output
    assert path.read_text() == "mine"


def test_with_force_it_is_written_over(export: Export, tmp_path: Path):
    path = tmp_path / "mine.md"
    path.write_text("mine")
    assert export("--to", str(path), "--force").exit_code == 0
    assert path.read_text().startswith("# Incident us-1")


def test_a_place_that_cannot_be_written_is_said_plainly(export: Export, tmp_path: Path):
    result = export("--to", str(tmp_path / "no" / "folder.md"))
    assert result.exit_code == 1
    assert "cannot be written: No such file or directory." in result.output


def test_an_incident_that_there_is_not_is_said_with_those_there_are(export: Export, tmp_path: Path):
    result = export("--to", str(tmp_path), given="../us-2")
    assert result.exit_code == 1
    assert "There is no incident '../us-2'. The newest: us-1." in result.output


@pytest.mark.parametrize("incident", ["../us-1", "us/1", "", ".", "us-1.md", "US 1"])
def test_an_id_leads_into_no_other_folder(incident: str):
    with pytest.raises(Refusal, match="makes no file's name"):
        file_name(incident)


def test_no_secret_of_the_config_is_in_it(export: Export):
    result = export()
    assert KEY not in result.output
    assert "ada: tried (secret)" in result.output

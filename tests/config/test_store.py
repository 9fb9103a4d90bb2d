"""Where the store is: a file, or a server whose password is nobody's business."""

from __future__ import annotations

import pytest

from checker.config.secrecy import secrets_of
from tests.config.written import loaded, refused

URL = "postgresql+asyncpg://checker:hunter2-hunter2@a.test,b.test/checker"
WRITTEN = "store: ${env:CHECKER_STORE}\n"


def test_a_server_is_named_by_a_reference(tmp_path):
    settings = loaded(tmp_path, WRITTEN, {"CHECKER_STORE": URL})
    assert settings.store.get_secret_value() == URL


def test_its_password_is_in_no_text_of_the_settings(tmp_path):
    settings = loaded(tmp_path, WRITTEN, {"CHECKER_STORE": URL})
    assert "hunter2" not in f"{settings} {settings!r} {settings.store}"
    assert URL in secrets_of(settings)


def test_its_password_alone_is_a_secret_too_as_it_is_written_and_as_it_is_meant(tmp_path):
    url = URL.replace("hunter2-hunter2", "hunter2%2Fhunter2")
    known = secrets_of(loaded(tmp_path, WRITTEN, {"CHECKER_STORE": url}))
    assert {url, "hunter2%2Fhunter2", "hunter2/hunter2"} <= known


@pytest.mark.parametrize("given", ["postgres://ada:hunter2-hunter2@db/checker", "hunter2-hunter2"])
def test_what_is_no_store_is_refused_without_repeating_it(tmp_path, given):
    [problem] = refused(tmp_path, WRITTEN, {"CHECKER_STORE": given})
    assert problem.message == "wrong value for `store`"
    assert "postgresql+asyncpg://user:password@host/database" in problem.expected
    assert "hunter2" not in str(problem)


def test_a_password_that_stands_in_the_config_itself_is_masked_where_its_line_is_shown(tmp_path):
    [problem] = refused(tmp_path, "store: postgres://ada:hunter2-hunter2@db/checker\n")
    assert "hunter2" not in str(problem)


def test_a_store_that_is_not_set_is_a_problem_and_no_new_empty_file(tmp_path):
    [problem] = refused(tmp_path, WRITTEN)
    assert "CHECKER_STORE is not set" in str(problem)

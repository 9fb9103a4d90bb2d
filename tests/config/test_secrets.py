"""What is secret is in no message, wherever it came from."""

from __future__ import annotations

import pytest

from checker.config import ConfigError, load
from checker.config.source import HIDDEN, read
from tests.config.written import KINDS, completed, refused

SECRET = "s3cr3tvalue-of-16"


def shown(line, *keys):
    return read("f", line, keys).lines[0]


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        (f"token: {SECRET}", f"token: {HIDDEN}"),
        (f"  project_key: '{SECRET}' # mine", f"  project_key: {HIDDEN}"),
        (f'- {{kind: bell, "routing_key": "{SECRET}", x: 1}}', f'- {{kind: bell, "routing_key": {HIDDEN}'),
        (f"Password: {SECRET}", f"Password: {HIDDEN}"),
        (f"store: postgresql://me:{SECRET}@db/x", f"store: postgresql://{HIDDEN}@db/x"),
        (f"runbook: https://r.test/?token={SECRET}", f"runbook: https://r.test/?token={HIDDEN}"),
        ("oops: phx_abc123", f"oops: {HIDDEN}"),
        ("oops: [xoxb-12-ab, phc_abc]", f"oops: [{HIDDEN}, {HIDDEN}]"),
        ("token: ${env:TOKEN}", "token: ${env:TOKEN}"),
        ("web: {token: '${env:TOKEN}', port: x}", "web: {token: '${env:TOKEN}', port: x}"),
        (f"a: {{token: '${{env:T}}', key: {SECRET}}}", f"a: {{token: '${{env:T}}', key: {HIDDEN}"),
        (f"token: '${{env:T}}{SECRET}'", f"token: {HIDDEN}"),
        ("token: # none yet", "token: # none yet"),
        ("path: /login", "path: /login"),
    ],
)  # fmt: skip
def test_a_line_is_shown_without_its_secret(line, masked):
    assert shown(line) == masked


def test_a_key_is_secret_by_its_type_too():
    assert shown(f"pin: {SECRET}") == f"pin: {SECRET}"
    assert shown(f"pin: {SECRET}", *KINDS.secret_keys()) == f"pin: {HIDDEN}"


@pytest.mark.parametrize(
    "text",
    [
        f"token: >\n  {SECRET}\n\n  {SECRET}\nport: 1",
        f"token:\n  {SECRET}\nport: 1",
        f"  token: 'a\n   {SECRET}'\nport: 1",
        f"tokens:\n- {SECRET}\nport: 1",
        f"- token:\n    {SECRET}\n  port: 1",
    ],
)
def test_a_secret_that_goes_on_below_its_key_is_masked_there(text):
    lines = read("f", text).lines

    assert SECRET not in "\n".join(lines)
    assert lines[-1].strip() == "port: 1"


def test_a_plain_secret_is_masked_in_the_line_of_a_problem(tmp_path):
    found = refused(tmp_path, f"web: {{token: {SECRET}, prt: 1}}\n")

    assert [p.message for p in found] == ["unknown key `prt`"]
    assert SECRET not in str(found[0])


def test_a_secret_of_the_wrong_shape_is_not_repeated(tmp_path):
    found = refused(tmp_path, "responders:\n  bell: {routing_key: s3cr3t}\n")

    assert found
    assert "s3cr3t" not in str(found[0])


def test_a_syntax_error_beside_a_secret_does_not_show_it(tmp_path):
    found = refused(tmp_path, f"web:\n  token: {SECRET}: x\n")

    assert found[0].message.startswith("not YAML")
    assert SECRET not in str(found[0])


@pytest.mark.parametrize(
    "text",
    [
        "web: {port: '${env:SECRET}'}\n",
        "store: ${env:SECRET}\n",
        "pace: {every: '${env:SECRET}'}\n",
        "location: 'X${env:SECRET}'\n",
        "rules:\n  - {symptom: '${env:SECRET}', severity: '${env:SECRET}', sentence: S}\n",
        "checks:\n  app: {probe: '${env:SECRET}', surface: app, targets: ['${env:SECRET}']}\n",
        "targets:\n  us: {app_host: 'http://${env:SECRET}'}\n",
        "responders:\n  x: {kind: '${env:SECRET}'}\n",
        "controls:\n  a: {host: '${env:SECRET}'}\n",
        "ca_file: /nowhere/${env:SECRET}\n",
    ],
)
def test_what_a_reference_stands_for_is_in_no_message(tmp_path, text):
    (tmp_path / "a.yaml").write_text(completed(text))

    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {"SECRET": SECRET}, KINDS)

    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)

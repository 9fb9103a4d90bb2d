"""The house rules that a machine can hold: who imports whom, what the core may not know, how big."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = sorted([*ROOT.glob("probes/**/*.py"), *ROOT.glob("checker/**/*.py")])

# What a core that is a function of its arguments cannot need.
IMPURE = {
    "aiohttp", "aiosqlite", "asyncio", "http", "httpx", "io", "logging", "os", "pathlib", "random",
    "secrets", "select", "signal", "socket", "sqlalchemy", "ssl", "structlog", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
NAMELESS = {"utils", "util", "helpers", "common", "misc", "manager", "handler", "service"}
# The core's words are imported by everything; below, who else may know whom.
TOP = {"checker.app", "checker.cli", "checker.__main__"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Modules that a file imports, as full names; `from a import b` gives both a and a.b."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, *rooms: str) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


MODULES = {name_of(path): path for path in PRODUCT}
CORE = {name: path for name, path in MODULES.items() if within(name, "checker.core")}


def known(path: Path) -> set[str]:
    """Our own modules that a file imports."""
    return {name for name in imports(path) if name in MODULES}


def is_kind(name: str, room: str) -> bool:
    return name.startswith(f"{room}.") and name.count(".") == room.count(".") + 1


@pytest.mark.parametrize("name", [n for n in MODULES if within(n, "probes")])
def test_probes_know_nothing_of_the_checker(name):
    assert not [used for used in known(MODULES[name]) if within(used, "checker")]


@pytest.mark.parametrize("name", [n for n in MODULES if is_kind(n, "probes")])
def test_a_probe_imports_the_contract_and_the_wire_but_no_other_probe(name):
    others = known(MODULES[name]) - {"probes", name}
    if name == "probes.contract":
        others -= {"probes.wire.exchange", "probes.wire"}  # for the types only
    assert not [used for used in others if not within(used, "probes.contract", "probes.wire")]


@pytest.mark.parametrize("name", CORE)
def test_the_core_imports_nothing_but_itself_and_the_contract(name):
    ours = {used for used in known(CORE[name]) if used not in ("checker", "probes")}
    assert not [used for used in ours if not within(used, "checker.core", "probes.contract")]


@pytest.mark.parametrize("name", CORE)
def test_the_core_cannot_reach_a_clock_a_socket_a_file_or_a_random_number(name):
    assert not {used.partition(".")[0] for used in imports(CORE[name])} & IMPURE


@pytest.mark.parametrize("name", CORE)
def test_the_core_asks_no_clock_and_awaits_nothing(name):
    for node in ast.walk(ast.parse(CORE[name].read_text())):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in CLOCKS, f"{name}:{node.lineno} asks a clock"


@pytest.mark.parametrize("name", [n for n in MODULES if is_kind(n, "checker.responders")])
def test_responders_never_import_each_other(name):
    kind = name.rpartition(".")[2].partition("_")[0]
    others = {u for u in known(MODULES[name]) if is_kind(u, "checker.responders")}
    allowed = {u for u in others if u.rpartition(".")[2].partition("_")[0] in (kind, "contract")}
    assert others == allowed


@pytest.mark.parametrize("name", [n for n in MODULES if within(n, "checker") and n not in TOP])
def test_only_the_command_line_knows_the_wiring(name):
    assert not known(MODULES[name]) & TOP


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_no_module_has_a_name_that_says_nothing(path):
    assert path.stem not in NAMELESS


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_files_stay_under_three_hundred_lines(path):
    assert path.read_text().count("\n") <= 300


def lengths() -> Iterator[tuple[str, int]]:
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield f"{path.name}:{node.name}", node.end_lineno - node.lineno + 1


def test_functions_are_small():
    sizes = dict(lengths())
    assert max(sizes.items(), key=lambda item: item[1])[1] <= 50
    assert statistics.median(sizes.values()) < 9


SOURCES = [path for path in ROOT.glob("tests/**/*.py") if path != Path(__file__)]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_test_patches(path):
    text = path.read_text()
    assert "monkeypatch" not in text
    assert "mock.patch" not in text

"""Each wall between rooms holds: an import planted in the real graph of imports breaks the contract that forbids it.

The graph is read once and the planted import lives in memory alone, so that every pair takes milliseconds.
"""

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ("data_prep", "dashboard")
SETTINGS = read_configuration(str(ROOT / "pyproject.toml"))
CONTRACTS: dict[str, dict[str, Any]] = {contract["name"]: contract for contract in SETTINGS["contracts_options"]}
KINDS = {"forbidden": ForbiddenContract, "layers": LayersContract}

# The walls as the plan of the house has them, written here once more: whoever takes one out of the settings meets it here.
PLANTED = {
    "data_prep never imports the dashboard, nor what makes pages": [
        ("data_prep.domain.intervals", "dashboard.colours"),
        ("data_prep.check", "dashboard.store.database"),
        ("data_prep.build", "streamlit"),
        ("data_prep.reading.calls", "starlette"),
        ("data_prep.tables.write", "altair"),
        ("data_prep.__main__", "uvicorn"),
    ],
    "the rooms of data_prep": [
        ("data_prep.domain.intervals", "data_prep.reference"),
        ("data_prep.domain.levels", "data_prep.reading.calls"),
        ("data_prep.system.text_stream", "data_prep.inputs.samples"),
        ("data_prep.inputs.samples", "data_prep.reading.vcf"),
        ("data_prep.reading.long_files.read", "data_prep.tables.write"),
        ("data_prep.reading.dialects.records", "data_prep.derived.sites"),
        ("data_prep.derived.sites", "data_prep.reading.calls"),
        ("data_prep.derived.sites", "data_prep.tables.write"),
        ("data_prep.fetch.manifest", "data_prep.derived.sites"),
        ("data_prep.tables.write", "data_prep.check"),
        ("data_prep.check", "data_prep.build"),
        ("data_prep.build", "data_prep.simulate"),
        ("data_prep.simulate", "data_prep.make_reference"),
        ("data_prep.build", "data_prep.__main__"),
    ],
    "the rooms of the dashboard": [
        ("dashboard.colours", "dashboard.question.filters"),
        ("dashboard.question.filters", "dashboard.words.quantities"),
        ("dashboard.words.quantities", "dashboard.counting.overlap"),
        ("dashboard.counting.overlap", "dashboard.store.database"),
        ("dashboard.charts.track.chart", "dashboard.store.tracks"),
        ("dashboard.charts.frequency", "dashboard.formats.vcf"),
        ("dashboard.formats.vcf", "dashboard.charts.frequency"),
        ("dashboard.formats.columns", "dashboard.store.sites"),
        ("dashboard.store.carriers.listing", "dashboard.door"),
        ("dashboard.store.database", "dashboard.settings"),
        ("dashboard.door", "dashboard.serving.turns"),
        ("dashboard.serving.turns", "dashboard.downloads.chart"),
        ("dashboard.beacon.routes", "dashboard.downloads.route"),
        ("dashboard.store.beacon_variants", "dashboard.beacon.filters"),
        ("dashboard.downloads.chart", "dashboard.components.frame"),
        ("dashboard.components.frame", "dashboard.views"),
        ("dashboard.views", "dashboard.app"),
        ("dashboard.app", "dashboard.server"),
        ("dashboard.server", "dashboard.__main__"),
    ],
    "of data_prep the dashboard imports the domain alone": [
        ("dashboard.store.database", "data_prep.tables.write"),
        ("dashboard.formats.vcf", "data_prep.reading.vcf"),
        ("dashboard.server", "data_prep.build"),
        ("dashboard.question.locus", "data_prep.reference"),
    ],
    "only the frame, pages, their parts and the server know Streamlit": [
        ("dashboard.store.database", "streamlit"),
        ("dashboard.charts.track.template", "streamlit"),
        ("dashboard.beacon.records", "streamlit"),
        ("dashboard.downloads.chart", "streamlit"),
        ("dashboard.door", "streamlit"),
    ],
    "what is asked, counted and drawn knows no HTTP": [
        ("dashboard.store.database", "starlette"),
        ("dashboard.components.frame", "starlette"),
        ("dashboard.door", "uvicorn"),
        ("dashboard.views", "uvicorn"),
    ],
    "only the store opens a database": [
        ("dashboard.counting.overlap", "duckdb"),
        ("dashboard.beacon.answers", "duckdb"),
        ("dashboard.downloads.chart", "duckdb"),
        ("dashboard.components.frame", "duckdb"),
        ("dashboard.server", "duckdb"),
    ],
    "calls are read and sites found without a database program": [
        ("data_prep.reading.long_files.stretch", "duckdb"),
        ("data_prep.domain.intervals", "duckdb"),
        ("data_prep.inputs.samples", "duckdb"),
    ],
    "only the fetch talks to the network, and a build needs none of it": [
        ("dashboard.store.database", "obstore"),
        ("data_prep.build", "stamina"),
        ("data_prep.tables.write", "obstore"),
        ("data_prep.fetch.manifest", "obstore"),
    ],
}


MAY_KNOW = {
    "only the frame, pages, their parts and the server know Streamlit": {
        "__main__",
        "app",
        "components",
        "preview",
        "server",
        "serving",
        "views",
    },
    "what is asked, counted and drawn knows no HTTP": {
        "__main__",
        "app",
        "beacon",
        "downloads",
        "rows",
        "preview",
        "server",
        "serving",
        "settings",
    },
    "only the store opens a database": {"__main__", "store"},
}
"""The rooms of the dashboard that a contract leaves out on purpose."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PROGRAMS, include_external_packages=True, cache_dir=None)


def holds(graph: grimp.ImportGraph, name: str) -> bool:
    """Whether the graph keeps a contract of the settings."""
    settings = CONTRACTS[name]
    contract = KINDS[settings["type"]](
        name, SETTINGS["session_options"], {key: settings[key] for key in settings if key not in ("name", "type")}
    )
    return contract.check(graph, verbose=False).kept


def holds_with(graph: grimp.ImportGraph, name: str, importer: str, imported: str) -> bool:
    """The same with one more import, which is taken out again."""
    for program in PROGRAMS:
        for module in (importer, imported):
            assert not module.startswith(f"{program}.") or module in graph.modules, (
                f"there is no {module}: name another"
            )
    assert not graph.direct_import_exists(importer=importer, imported=imported)
    graph.add_import(importer=importer, imported=imported)
    try:
        return holds(graph, name)
    finally:
        graph.remove_import(importer=importer, imported=imported)


def a_module_of(graph: grimp.ImportGraph, room: str) -> str:
    """A module deep in a room: a wall that covers the room's `__init__` alone would be none."""
    return max(graph.find_descendants(room), key=lambda module: (module.count("."), module), default=room)


def floors(contract: dict[str, Any]) -> list[list[str]]:
    """The rooms of a program from the top down; those in one line know nothing of each other."""
    (program,) = contract["containers"]
    return [[f"{program}.{room.strip()}" for room in line.split("|")] for line in contract["layers"]]


def forbidden_pairs(contract: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every room and what it may not import."""
    if contract["type"] == "forbidden":
        yield from product(contract["source_modules"], contract["forbidden_modules"])
        return
    lines = floors(contract)
    for number, line in enumerate(lines):
        for room in line:
            yield from ((room, other) for other in line if other != room)
            yield from ((room, above) for upper in lines[:number] for above in upper)


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_walls_hold(graph: grimp.ImportGraph, name: str) -> None:
    assert holds(graph, name)


def test_every_contract_has_imports_planted() -> None:
    assert CONTRACTS.keys() == PLANTED.keys()


@pytest.mark.parametrize(
    ("name", "importer", "imported"),
    [pytest.param(name, *pair, id="-".join(pair)) for name, pairs in PLANTED.items() for pair in pairs],
)
def test_a_planted_import_breaks_the_wall(graph: grimp.ImportGraph, name: str, importer: str, imported: str) -> None:
    assert not holds_with(graph, name, importer, imported)


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_room_has_a_hole_in_its_wall(graph: grimp.ImportGraph, name: str) -> None:
    """Every pair that a contract forbids, from a module deep in the one room to one deep in the other."""
    holes = [
        (importer, imported)
        for room, other in forbidden_pairs(CONTRACTS[name])
        for importer, imported in [(a_module_of(graph, room), a_module_of(graph, other) if "." in other else other)]
        if holds_with(graph, name, importer, imported)
    ]
    assert not holes


def test_an_import_that_is_allowed_breaks_nothing(graph: grimp.ImportGraph) -> None:
    """Else the tests above would pass for contracts that are broken by anything."""
    assert holds_with(graph, "the rooms of the dashboard", "dashboard.views", "dashboard.colours")
    assert holds_with(graph, "only the store opens a database", "dashboard.store.sites", "duckdb")
    assert holds_with(graph, "the rooms of data_prep", "data_prep.build", "data_prep.domain.intervals")


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_module_has_a_floor(program: str) -> None:
    contract = next(contract for contract in CONTRACTS.values() if contract.get("containers") == [program])
    assert contract["exhaustive"] == "True"
    rooms = {
        path.stem
        for path in (ROOT / program).iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }
    named = [room.removeprefix(f"{program}.") for line in floors(contract) for room in line]
    assert sorted(named) == sorted(rooms)


@pytest.mark.parametrize("name", MAY_KNOW)
def test_a_new_room_is_behind_the_wall(graph: grimp.ImportGraph, name: str) -> None:
    rooms = {room.removeprefix("dashboard.") for room in graph.find_children("dashboard")}
    behind = {room.removeprefix("dashboard.") for room in CONTRACTS[name]["source_modules"]}
    assert behind | MAY_KNOW[name] == rooms
    assert not behind & MAY_KNOW[name]


def imports(text: str) -> list[str]:
    """What a module's text imports, by full name; of a relative import the dots too."""
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append("." * node.level + (node.module or ""))
    return names


def modules(program: str) -> dict[str, list[str]]:
    """The imports of every module by its path within the program."""
    return {
        path.relative_to(ROOT / program).as_posix(): imports(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / program).rglob("*.py"))
    }


def not_absolute(program: str, names: list[str]) -> list[str]:
    """Imports that are relative, or that name a module of the program as if its folder were on the path."""
    bare = {path.stem for path in (ROOT / program).iterdir()} - set(PROGRAMS)
    return [name for name in names if name.startswith(".") or name.partition(".")[0] in bare]


@pytest.mark.parametrize("program", PROGRAMS)
def test_imports_are_absolute(program: str) -> None:
    """Streamlit puts `dashboard/` on the path, and a module imported by another name is another module, with other classes."""
    found = {path: names for path, all_names in modules(program).items() if (names := not_absolute(program, all_names))}
    assert len(modules(program)) > 80
    assert not found


def test_imports_that_are_not_absolute_are_seen() -> None:
    text = "import json\nfrom dashboard.question import filters\n"
    assert not not_absolute("dashboard", imports(text))
    for planted in (
        "from question.filters import Filters",
        "import settings",
        "from . import app",
        "from .store import x",
    ):
        assert not_absolute("dashboard", imports(f"{text}def late():\n    {planted}\n")), planted


def test_only_the_frame_pages_their_parts_and_the_server_import_streamlit() -> None:
    """By the text of every module, an import within a function too."""
    users = {
        path for path, names in modules("dashboard").items() if any(n.partition(".")[0] == "streamlit" for n in names)
    }
    rooms = {path.partition("/")[0] for path in users}
    assert rooms == {"app.py", "server.py", "views", "components", "serving"}

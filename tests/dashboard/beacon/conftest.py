"""One Beacon over the demonstration for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.dashboard.beacon.client import Client, beacon
from tests.dashboard.demonstration import demonstration

CONTENTS = demonstration()


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with beacon(tmp_path_factory.mktemp("beacon"), CONTENTS) as client:
        yield client

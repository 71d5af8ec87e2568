"""The tests of the claims come in the paper's order, and one is selected by its id."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    places = [k for k, item in enumerate(items) if item.get_closest_marker("claim")]
    ordered = sorted((items[k] for k in places), key=lambda item: item.get_closest_marker("claim").kwargs["order"])
    for k, item in zip(places, ordered, strict=True):
        items[k] = item
    if name := config.getoption("--claim"):
        chosen = [item for item in ordered if item.get_closest_marker("claim").args == (name,)]
        if not chosen:
            raise pytest.UsageError(f"no claim is called {name!r}: `greedylr verify --all` lists the names.")
        items[:] = chosen

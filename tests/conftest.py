"""A test that binds a claim to a function needs a twin that must fail with a wrong formula."""

import signal

import pytest
from browsing import base, browser  # noqa: F401 - fixtures of the tests that open the site

collect_ignore = ["bench"]  # measured by a session of its own


@pytest.fixture(autouse=True, scope="session")
def _interrupts_arrive():
    """A process that a shell puts into the background ignores interrupts; the tests of interrupts need them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to run where a binding has no twin, or a twin no binding, among the tests of its file."""
    bound: dict[tuple[str, str, str], str] = {}
    twins: dict[tuple[str, str, str], str] = {}
    for item in items:
        for mark in item.iter_markers("binds"):
            label, function = mark.args
            side = twins if mark.kwargs.get("twin") else bound
            side[item.path.name, label, function] = item.nodeid
    if any("::" in argument for argument in config.args):
        return  # single tests were asked for: their twins were not
    lonely = [f"{bound[key]} binds {key[1]} to {key[2]} and has no twin that must fail" for key in bound.keys() - twins]
    lonely += [f"{twins[key]} is the twin of no test: {key[1]}, {key[2]}" for key in twins.keys() - bound]
    if lonely:
        raise pytest.UsageError("\n".join(sorted(lonely)))

"""A system that is down is left alone for a while, then tried by one."""

from __future__ import annotations

import pytest

from actions.records.api.circuit import Circuit, CircuitOpen


class Watch:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


def fail(circuit: Circuit, times: int) -> None:
    for _ in range(times):
        circuit.enter()
        circuit.failed()


def test_it_opens_after_so_many_failures_in_a_row(watch: Watch) -> None:
    circuit = Circuit(3, 30, watch)
    fail(circuit, 2)
    circuit.enter()
    circuit.succeeded()
    fail(circuit, 3)
    with pytest.raises(CircuitOpen):
        circuit.enter()
    assert circuit.open


def test_after_its_time_one_may_try_and_decides(watch: Watch) -> None:
    circuit = Circuit(3, 30, watch)
    fail(circuit, 3)
    watch.time += 31
    circuit.enter()
    with pytest.raises(CircuitOpen):
        circuit.enter()
    circuit.failed()
    watch.time += 29
    with pytest.raises(CircuitOpen):
        circuit.enter()
    watch.time += 2
    circuit.enter()
    circuit.succeeded()
    fail(circuit, 2)
    circuit.enter()


def test_a_trial_that_never_ends_does_not_close_it_for_ever(watch: Watch) -> None:
    circuit = Circuit(1, 30, watch)
    fail(circuit, 1)
    watch.time += 31
    circuit.enter()
    watch.time += 31
    circuit.enter()

"""What all tests share: in CI no test may be skipped for want of a tool."""

from __future__ import annotations

import os

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Turn a skip into a failure where CI promised every tool (GOVERN_TESTS_MAY_NOT_SKIP)."""
    outcome = yield
    report = outcome.get_result()
    wants_a_tool = (
        report.skipped and "needs " in str(report.longrepr) and "GOVERN_" not in str(report.longrepr)
    )
    if wants_a_tool and os.environ.get("GOVERN_TESTS_MAY_NOT_SKIP") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but CI installs what it needs: {report.longrepr}"

"""Two callers at once: nobody is outrun for ever, nothing is numbered twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from governance.workspace import NewEntry, create_workspace, open_workspace
from governance.workspace.turns import Turns
from tests.workspace.builders import a_system, a_trained_model
from tests.workspace.test_operations import OPEN
from tests.workspace.world import ALICE


def test_a_verdict_is_reached_while_others_never_stop_writing(tmp_path: Path) -> None:
    with create_workspace(str(tmp_path / "l.db"), actor=ALICE) as workspace:
        workspace.register_policy(OPEN)
        model = a_trained_model(workspace)
        stop = threading.Event()

        def write(number: int) -> None:
            while not stop.is_set():
                workspace.append(NewEntry(kind="x.noise", subject=f"x:{number}", body={}))

        with ThreadPoolExecutor(3) as threads:
            writers = [threads.submit(write, number) for number in range(3)]
            try:
                decisions = [workspace.ask_gate(model, "production") for _ in range(3)]
            finally:
                stop.set()
            for writer in writers:
                writer.result(20)
        for decision in decisions:
            assert decision.checkpoint["size"] == decision.seq
        assert workspace.verify().ok


def test_deployments_made_at_once_are_numbered_without_gap_or_repetition(tmp_path: Path) -> None:
    path = str(tmp_path / "l.db")
    with create_workspace(path, actor=ALICE) as workspace:
        workspace.register_policy(OPEN)
        model = a_trained_model(workspace)
        workspace.ask_gate(model, "production")

        def deploy(_number: int) -> str:
            with open_workspace(path, actor=ALICE) as own:
                return own.deploy(model, "production").deployment

        with ThreadPoolExecutor(4) as threads:
            made = sorted(threads.map(deploy, range(6)))
        assert made == [f"deployment:scorer/production@{number}" for number in range(1, 7)]
        replaced = [one.state for one in workspace.deployments("scorer")]
        assert replaced.count("current") == 1


def test_one_registration_wins_and_the_same_content_is_the_same_entry(tmp_path: Path) -> None:
    with create_workspace(str(tmp_path / "l.db"), actor=ALICE) as workspace, ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: workspace.register_system("system:a", a_system()), range(8)))
    assert len(set(done)) == 1


def test_who_is_alone_waits_for_those_who_pass_and_holds_up_the_next(tmp_path: Path) -> None:
    turns, order = Turns(), list[str]()
    passing, release = threading.Event(), threading.Event()

    def passes() -> None:
        with turns.passing():
            passing.set()
            release.wait(5)
            order.append("passed")

    def alone() -> None:
        with turns.alone():
            order.append("alone")

    first, second = threading.Thread(target=passes), threading.Thread(target=alone)
    first.start()
    passing.wait(5)
    second.start()
    release.set()
    first.join(5)
    second.join(5)
    with turns.passing():
        order.append("next")
    assert order == ["passed", "alone", "next"]

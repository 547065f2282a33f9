"""The service on a port, as a process of its own: starting, stopping and dying."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox.demo.space import demo_world
from reconciler.sandbox.http.serving import Running
from tests.sandbox.api import STORIES, STORY
from tests.sandbox.process import serving

Json = Any


def cpu_of(process: subprocess.Popen[str]) -> float:
    """The seconds of CPU that a process has used; 0 where the system does not tell."""
    stat = Path(f"/proc/{process.pid}/stat")
    if not stat.exists():
        return 0.0
    told = stat.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_with_clients_connected(number: signal.Signals) -> None:
    with serving(latency_ms=5000) as service:
        port = int(service.environ["MEEGLE_BASE_URL"].rsplit(":", 1)[1])
        with (
            socket.create_connection(("127.0.0.1", port)),
            socket.create_connection(("127.0.0.1", port)) as busy,
        ):
            busy.sendall(b"GET /open_api/demo/teams/all HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            time.sleep(0.1)
            start = time.monotonic()
            service.process.send_signal(number)
            assert service.process.wait(5) == 0
            assert time.monotonic() - start < 1


@pytest.mark.parametrize("turn", range(2))
def test_killed_while_writing_it_opens_again_with_every_answered_write(tmp_path: Path, turn: int) -> None:
    file = tmp_path / "state.db"
    answered: list[int] = []
    with serving("--db", file) as service:

        def write() -> None:
            with contextlib.suppress(httpx.HTTPError):
                answered.extend(n for n in range(1, 10_000) if service.put(n).json()["err_code"] == 0)

        writer = threading.Thread(target=write)
        writer.start()
        while len(answered) < 30 + 17 * turn:
            time.sleep(0.005)
        service.process.kill()
        writer.join()
    with serving("--db", file) as service:
        assert service.value() in (answered[-1], answered[-1] + 1)
        body = {"project_key": "64a0c1f2e3b4d5a6c7e8f901", "work_item_ids": [STORY], "page_size": 200}
        told = service.client.post("/open_api/op_record/work_item/list", json=body).json()["data"]
        new = [row["record_contents"][0]["new"][0] for row in told["op_records"]]
        sums = [each for each in map(int, new) if each <= answered[-1]]
        assert set(range(7, min(answered[-1], 100) + 1)) <= set(sums)


def test_ten_thousand_items_are_served_soon_after_the_start_and_faster_than_the_limiter() -> None:
    start = time.monotonic()
    with serving("--generate", "story=10000") as service:
        assert time.monotonic() - start < 30  # 2 s on a calm machine
        body = {"work_item_type_keys": ["story"], "page_size": 200, "page_num": 50}
        told = service.client.post("/open_api/demo/work_item/filter", json=body).json()
        assert told["pagination"]["total"] == 10_079
        address = service.environ["MEEGLE_BASE_URL"].removeprefix("http://")
        line = http.client.HTTPConnection(address)
        headers = {"X-PLUGIN-TOKEN": service.client.headers["X-PLUGIN-TOKEN"]}
        headers |= {"X-USER-KEY": service.environ["MEEGLE_USER_KEY"]}
        ask = json.dumps({"work_item_ids": [6400000001 + n for n in range(50)]})
        spent = cpu_of(service.process)
        for _ in range(60):
            line.request("POST", f"{STORIES}/query", ask, headers)
            assert line.getresponse().read()[:13] == b'{"err_code":0'
        line.close()
        # Seconds of CPU, not of the clock: a hundred queries a second, whatever else the machine does.
        assert cpu_of(service.process) - spent < 60 / 100


def test_many_clients_are_answered_at_the_same_time() -> None:
    with serving(latency_ms=300) as service:
        start = time.monotonic()

        def ask() -> None:
            with httpx.Client(base_url=service.environ["MEEGLE_BASE_URL"], timeout=20) as client:
                client.get("/open_api/demo/teams/all", headers=dict(service.client.headers))

        askers = [threading.Thread(target=ask) for _ in range(32)]
        for each in askers:
            each.start()
        for each in askers:
            each.join()
        assert time.monotonic() - start < 32 * 0.3 / 2


def test_each_write_is_in_the_log_before_its_answer(tmp_path: Path) -> None:
    log = tmp_path / "writes.jsonl"
    with serving("--write-log", log) as service:
        assert log.read_text(encoding="utf-8") == ""
        for n in range(5):
            service.put(n)
            rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
            assert [row["body"]["update_fields"][0]["field_value"] for row in rows] == list(range(n + 1))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--seed", "none.yaml"], "none.yaml"),
        (["--generate", "nothing=3"], "no type nothing"),
        (["--db", "/"], "unable to open"),
        (["--options", "none.yaml"], "none.yaml"),
        (["--write-log", "none/writes.jsonl"], "none/writes.jsonl"),
    ],
)
def test_what_cannot_start_says_why_and_ends_with_1(tmp_path: Path, arguments: list[str], told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler.sandbox", *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_service_ends_when_its_loop_was_woken_before_the_one_who_ends_it_pulled() -> None:
    running = Running(demo_world())
    pull = running.server.trigger._physical_pull

    def pull_late() -> None:
        pull()  # A worker's pull, which is still in the pipe.
        time.sleep(0.1)
        pull()

    with running:
        running.server.trigger._physical_pull = pull_late
    assert not running.thread.is_alive()
    assert running.server.trigger._fds == [], "the trigger is closed, once"

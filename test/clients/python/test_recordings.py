"""python-openstackclient through `novasim record`, and then offline against `novasim replay` of what was recorded."""

import re
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

CLI = Path(__file__).parents[3] / "dist" / "cli.js"

COMMANDS = [
    ["compute", "service", "list", "--long"],
    ["compute", "service", "set", "--disable", "--disable-reason", "maintenance", "host1", "nova-compute"],
    ["compute", "service", "list", "-f", "json"],
    ["compute", "service", "set", "--enable", "host1", "nova-compute"],
    ["compute", "service", "set", "--down", "host2", "nova-compute"],
    ["compute", "service", "set", "--disable", "nowhere", "nova-compute"],
    ["compute", "service", "list", "--service", "nova-compute"],
    ["--os-compute-api-version=2.1", "compute", "service", "list"],
    ["token", "issue", "-f", "value", "-c", "user_id", "-c", "project_id"],
    ["catalog", "list", "-f", "value", "-c", "Name", "-c", "Type"],
]

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+")


@contextmanager
def novasim(*arguments):
    """Run a command of novasim until it is no longer needed. @returns the variables that it prints"""
    node = shutil.which("node")
    process = subprocess.Popen(
        [node, str(CLI), *arguments, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        lines = []
        for line in process.stdout:
            if line.startswith("export "):
                break
            lines.append(line.strip().split("=", 1))
        assert lines, process.stderr.read()
        yield dict(lines)
    finally:
        process.send_signal(signal.SIGTERM)
        process.stderr.close()
        assert process.wait(timeout=5) == 0


def run_all(cloud, variables):
    ran = [cloud.openstack(*command, OS_AUTH_URL=variables["OS_AUTH_URL"]) for command in COMMANDS]
    return [(each.stdout, each.stderr, each.code) for each in ran]


@pytest.fixture
def recording(cloud, tmp_path):
    """What the commands print through the recorder, and the file."""
    file = tmp_path / "recording.jsonl"
    with novasim("record", "--upstream", cloud.env["OS_AUTH_URL"], "--out", str(file)) as variables:
        assert "OS_PASSWORD" not in variables
        assert variables["OS_USERNAME"] == cloud.env["OS_USERNAME"]
        printed = run_all(cloud, variables)
    assert [code for _, _, code in printed] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    return file, printed


@pytest.mark.parametrize("mode", ["strict", "match"])
def test_prints_the_same_offline(cloud, recording, mode):
    file, printed = recording
    with novasim("replay", str(file), "--mode", mode, "--times", "recorded") as variables:
        assert run_all(cloud, {**variables, "OS_PASSWORD": "whatever"}) == printed


def test_prints_the_same_but_for_the_times_which_are_now(cloud, recording):
    file, printed = recording
    with novasim("replay", str(file)) as variables:
        replayed = run_all(cloud, variables)
    without_times = [[(TIME.sub("<time>", out), err, code) for out, err, code in each] for each in (printed, replayed)]
    assert without_times[0] == without_times[1]


def test_what_was_not_recorded_says_so(cloud, recording):
    file, _ = recording
    with novasim("replay", str(file)) as variables:
        asked = cloud.openstack("compute", "service", "list", "--host", "host9", OS_AUTH_URL=variables["OS_AUTH_URL"])
    assert asked.code == 1
    assert "novasim replay: GET compute /v2.1/os-services?host=host9 is not in " in asked.stderr
    assert "query host: recorded (none); asked host9" in asked.stderr

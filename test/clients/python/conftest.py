"""A cloud for each test, and the environment its clients are used to.

With NOVASIM_URL each test has a world of its own in that novasim. Without it the tests ask the one cloud that the OS_*
variables name, a real one for instance: those that need a world made for them are skipped then, the others leave the cloud
as they found it. Run them that way to see that what they expect is what a real Nova does:

    . openrc && pytest test/clients/python
"""

import itertools
import json
import os
import re
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import openstack
import pytest

NOVASIM_URL = os.environ.get("NOVASIM_URL")
OS_VARIABLES = {name: value for name, value in os.environ.items() if name.startswith("OS_")}
REPORT = os.environ.get("NOVASIM_REPORT")

numbers = itertools.count(1)


@dataclass
class Command:
    """What a command printed, and how it ended."""

    stdout: str
    stderr: str
    code: int

    @property
    def json(self):
        assert (self.stderr, self.code) == ("", 0)
        return json.loads(self.stdout)


@dataclass
class Cloud:
    """The cloud of one test, seen as its administrator."""

    env: dict[str, str]
    directory: Path
    _connection: openstack.connection.Connection | None = field(default=None, repr=False)

    @property
    def connection(self):
        self._connection = self._connection or openstack.connect()
        return self._connection

    @property
    def nova(self):
        """Where its Nova is, as the catalogue says."""
        return self.connection.compute.get_endpoint().rstrip("/")

    def services(self, version="2.53"):
        """Its compute services as Nova lists them, each by binary@host."""
        answer = self.connection.compute.get("/os-services", microversion=version)
        return {f"{each['binary']}@{each['host']}": each for each in answer.json()["services"]}

    def service(self, name="nova-compute@host3"):
        return self.services()[name]

    def id_of(self, name, version="2.53"):
        return str(self.services(version)[name]["id"])

    @property
    def controller(self):
        """The host its conductor runs on."""
        return next(each["host"] for each in self.services().values() if each["binary"] == "nova-conductor")

    def openstack(self, *arguments, **variables):
        """Run `openstack` as a person does in a shell, with some variables set to something else, or to nothing by None."""
        command = [str(Path(sys.executable).with_name("openstack")), *arguments]
        env = {name: value for name, value in {**os.environ, **variables}.items() if value is not None}
        ran = subprocess.run(command, env=env, cwd=self.directory, capture_output=True, text=True, timeout=60)
        return Command(ran.stdout, ran.stderr, ran.returncode)


@pytest.fixture
def cloud(request, monkeypatch, tmp_path):
    """A cloud of its own for the test: `@pytest.mark.world(...)` says what is in it, and without it there is what novasim has
    by default. The OS_* variables say how to log in, and no clouds.yaml of this computer is seen."""
    marked = request.node.get_closest_marker("world")
    env = dict(OS_VARIABLES)
    name = None
    if NOVASIM_URL:
        name = f"python-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}-{next(numbers)}"
        control("POST", "/worlds", {"name": name, "world": marked.args[0] if marked else "default"})
        env["OS_AUTH_URL"] = f"{NOVASIM_URL}/w/{name}/identity/v3"
    elif marked:
        pytest.skip("needs a world that is made for it, and NOVASIM_URL is not set")
    for variable in [*OS_VARIABLES, "OS_CLOUD", "OS_CLIENT_CONFIG_FILE"]:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in {**env, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "COLUMNS": "400"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    yield Cloud(env, tmp_path)
    if name:
        control("DELETE", f"/worlds/{name}")


@pytest.fixture
def as_reader(cloud, monkeypatch):
    """The variables that log in as one who is not an administrator; they are set already."""
    variables = {"OS_USERNAME": "reader", "OS_PROJECT_NAME": "demo"}
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    return variables


def control(method, path, body=None):
    request = urllib.request.Request(f"{NOVASIM_URL}/_novasim{path}", method=method)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, None if body is None else json.dumps(body).encode(), timeout=30) as response:
        return response.read()


class Matching:
    """Equal to any text that the whole pattern matches."""

    def __init__(self, pattern):
        self.pattern = pattern

    def __eq__(self, other):
        return isinstance(other, str) and re.fullmatch(self.pattern, other, re.DOTALL) is not None

    def __repr__(self):
        return f"<text like {self.pattern}>"


@pytest.fixture
def matching():
    return Matching


def pytest_configure(config):
    config.addinivalue_line("markers", "world(world): the world, by its name or as in a world file, that the test is about")


def pytest_runtest_logreport(report):
    """A line of JSON for every test as it ends, for the runner in python.test.ts."""
    if not REPORT or "PYTEST_XDIST_WORKER" in os.environ:
        return
    if report.when == "call" or report.outcome != "passed":
        with open(REPORT, "a", encoding="utf-8") as lines:
            entry = {"test": report.nodeid, "outcome": report.outcome, "message": report.longreprtext}
            lines.write(json.dumps({**entry, "seconds": report.duration}) + "\n")

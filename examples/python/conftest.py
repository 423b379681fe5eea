"""A cloud of its own for each test, and the variables by which clients log in to it."""

# #region fixture
import json
import os
import shlex
import subprocess
import urllib.request

import pytest

NOVASIM = shlex.split(os.environ.get("NOVASIM", "npx novasim"))


@pytest.fixture(scope="session")
def novasim():
    """The address of a novasim that runs as long as the tests do."""
    with subprocess.Popen([*NOVASIM, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        # Once it can be asked it prints how to log in: OS_AUTH_URL=http://127.0.0.1:40123/identity/v3, and so on.
        first = process.stdout.readline().strip()
        assert first.startswith("OS_AUTH_URL="), "novasim did not start: it says why above"
        yield first.removeprefix("OS_AUTH_URL=").removesuffix("/identity/v3")
        process.terminate()


@pytest.fixture
def cloud(novasim, monkeypatch):
    """A world of its own, with an administrator logged in by the OS_* variables."""
    world = control(f"{novasim}/_novasim", "POST", "/worlds", {"clock": "manual"})
    for name, value in world["env"].items():
        monkeypatch.setenv(name, value)
    yield Cloud(world["control_url"])
    control(f"{novasim}/_novasim", "DELETE", f"/worlds/{world['name']}")


class Cloud:
    """How a test steers its cloud: docs/control.md lists the routes."""

    def __init__(self, url):
        self.url = url

    def __call__(self, method, path, body=None):
        return control(self.url, method, path, body)

    def asked_for(self, operation, **match):
        """How often the client under test asked for it."""
        expected = {"request": {"operation": operation, **match}, "times": {"at_least": 0}}
        return len(self("POST", "/journal/verify", expected)["matched"])


def control(url, method, path, body=None):
    request = urllib.request.Request(url + path, None if body is None else json.dumps(body).encode(), method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read() or "null")
# #endregion

"""The tool in examples/retire, on the night that shows its bug, and its mended self on the same night."""
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[3]


@pytest.mark.parametrize(("tool", "code", "words"), [
    ("retire.py", 1, "nova-compute@host1: expected it to be gone; it is there"),
    ("retire_mended.py", 0, "passed in"),
], ids=["as it ran for a year", "mended"])
def test_the_scenario_finds_the_bug_and_passes_what_is_mended(tool, code, words):
    played = subprocess.run(
        ["node", "dist/cli.js", "play", "examples/retire/refused-twice.yaml", "--", sys.executable, f"examples/retire/{tool}"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert played.returncode == code, played.stdout + played.stderr
    assert words in played.stdout

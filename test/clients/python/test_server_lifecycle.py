"""A host's whole life, as people and agents drain and fence it: servers made, moved, evacuated and deleted by unmodified clients."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_novaclient import nova

HOSTS = ["host1", "host2", "host3"]
WORLD = {
    "services": [{"binary": "nova-conductor", "host": "controller"}]
    + [{"binary": "nova-compute", "host": host} for host in HOSTS],
    "instances": [
        {"name": "web-{n}", "host": "host1", "count": 3},
        {"name": "still", "host": "host1", "status": "SHUTOFF"},
    ],
    "durations": {"boot": "200ms", "live-migrate": "300ms", "resize": "300ms", "evacuate": "200ms", "delete": "100ms"},
}
pytestmark = pytest.mark.world(WORLD)


def where(cloud):
    """Each server, with its status and its host."""
    answer = cloud.connection.compute.get("/servers/detail?all_tenants=1", microversion="2.90")
    servers = answer.json()["servers"]
    return {each["name"]: (each["status"], each["OS-EXT-SRV-ATTR:host"]) for each in servers}


def until(condition, seconds=20):
    """Wait for what takes its time in a cloud."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


# --- python-openstackclient


def test_a_server_is_made_shown_moved_and_deleted(cloud):
    new = ("--flavor", "m1.tiny", "--image", "cirros", "--nic", "none", "--host", "host2", "--wait")
    made = cloud.openstack("--os-compute-api-version", "2.90", "server", "create", *new, "new", "-f", "json")
    assert made.code == 0, made.stderr
    assert where(cloud)["new"] == ("ACTIVE", "host2")

    moved = cloud.openstack(
        "--os-compute-api-version", "2.90", "server", "migrate", "--live-migration", "--host", "host3", "--wait", "new"
    )
    assert (moved.code, where(cloud)["new"]) == (0, ("ACTIVE", "host3"))

    assert cloud.openstack("server", "migrate", "--wait", "new").code == 0
    status, host = where(cloud)["new"]
    assert (status, host != "host3") == ("VERIFY_RESIZE", True)
    assert cloud.openstack("server", "resize", "confirm", "new").code == 0
    until(lambda: where(cloud)["new"] == ("ACTIVE", host))

    assert cloud.openstack("server", "delete", "--wait", "new").code == 0
    assert "new" not in where(cloud)


def test_a_server_is_evacuated_from_a_host_that_is_down(cloud):
    refused = cloud.openstack("server", "evacuate", "web-1")
    assert (refused.code, "Compute service of host1 is still in use." in refused.stderr) == (1, True)

    assert cloud.openstack("compute", "service", "set", "--down", "host1", "nova-compute").code == 0
    # Its own --wait never ends: it looks for ACTIVE among statuses that it has put in lower case.
    done = cloud.openstack("--os-compute-api-version", "2.90", "server", "evacuate", "--host", "host2", "web-1")
    assert done.code == 0
    until(lambda: where(cloud)["web-1"] == ("ACTIVE", "host2"))

    listed = cloud.openstack(
        *("--os-compute-api-version", "2.80", "server", "migration", "list", "--type", "evacuation", "-f", "json")
    ).json
    assert [(each["Source Compute"], each["Dest Compute"], each["Status"]) for each in listed] == [("host1", "host2", "done")]
    assert cloud.openstack("compute", "service", "set", "--up", "host1", "nova-compute").code == 1
    assert cloud.service("nova-compute@host1")["state"] == "down"


def test_a_host_that_was_drained_is_deleted(cloud):
    for name in ["web-1", "web-2", "web-3"]:
        migrate = ("server", "migrate", "--live-migration", "--host", "host2", "--wait", name)
        assert cloud.openstack("--os-compute-api-version", "2.90", *migrate).code == 0
    hosting = cloud.openstack("compute", "service", "delete", cloud.id_of("nova-compute@host1"))
    assert (hosting.code, "is hosting instances" in hosting.stderr) == (1, True)
    assert cloud.openstack("server", "delete", "--wait", "still").code == 0
    assert cloud.openstack("compute", "service", "delete", cloud.id_of("nova-compute@host1")).code == 0
    assert "nova-compute@host1" not in cloud.services()


# --- openstacksdk


def test_the_sdk_makes_stops_starts_resizes_and_deletes(cloud):
    compute = cloud.connection.compute
    flavor, bigger = (compute.find_flavor(name) for name in ("m1.tiny", "m1.small"))
    image = next(iter(cloud.connection.image.images()))
    server = compute.create_server(name="sdk", flavor_id=flavor.id, image_id=image.id, networks="none")
    server = compute.wait_for_server(server, wait=20, interval=0.1)
    compute.stop_server(server)
    compute.wait_for_server(server, status="SHUTOFF", wait=20, interval=0.1)
    compute.start_server(server)
    compute.wait_for_server(server, wait=20, interval=0.1)
    compute.resize_server(server, bigger)
    compute.wait_for_server(server, status="VERIFY_RESIZE", wait=20, interval=0.1)
    compute.revert_server_resize(server)
    server = compute.wait_for_server(server, wait=20, interval=0.1)
    assert server.flavor.original_name == "m1.tiny"
    compute.lock_server(server, locked_reason="fencing")
    assert compute.get_server(server.id).is_locked
    compute.unlock_server(server)
    compute.delete_server(server)
    compute.wait_for_delete(server, wait=20, interval=0.1)


# --- python-novaclient and its shell


def shell(cloud, *arguments):
    """Run `nova` as a person does; it says itself that it is not the newest any more."""
    command = [str(Path(sys.executable).with_name("nova")), *arguments]
    return subprocess.run(command, cwd=cloud.directory, capture_output=True, text=True, timeout=120, check=True).stdout


def test_nova_host_evacuate(cloud):
    nova("2.52").services.force_down("host1", "nova-compute", True)
    said = shell(cloud, "host-evacuate", "--target_host", "host2", "host1")
    assert said.count("| True") == 4
    until(lambda: {host for _, host in where(cloud).values()} == {"host2"})
    assert where(cloud)["still"] == ("SHUTOFF", "host2")
    assert {each.status for each in nova("2.52").migrations.list()} == {"done"}


def test_nova_host_evacuate_live(cloud):
    said = shell(cloud, "host-evacuate-live", "--target-host", "host3", "host1")
    assert (said.count("| True"), said.count("| False")) == (3, 1)
    until(lambda: [where(cloud)[f"web-{n}"] for n in (1, 2, 3)] == [("ACTIVE", "host3")] * 3)
    assert where(cloud)["still"] == ("SHUTOFF", "host1")


def test_nova_host_servers_migrate(cloud):
    said = shell(cloud, "host-servers-migrate", "host1")
    assert said.count("| True") == 4
    until(lambda: {status for status, _ in where(cloud).values()} == {"VERIFY_RESIZE"})
    for server in nova("2.52").servers.list(search_opts={"all_tenants": 1}):
        server.confirm_resize()
    until(lambda: {status for status, _ in where(cloud).values()} == {"ACTIVE", "SHUTOFF"})
    assert "host1" not in {host for _, host in where(cloud).values()}

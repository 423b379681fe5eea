"""A host with 50 instances is drained and removed; another is fenced, and taken back once its process has been restarted."""

import time

import openstack
import pytest
from openstack import exceptions


def drain(compute, host):
    """Let nothing new onto a host, move all that is there, and remove its service."""
    service = service_on(compute, host)
    compute.disable_service(service, disabled_reason="drained")
    servers = servers_on(compute, host)
    for server in servers:
        compute.live_migrate_server(server, block_migration="auto")
    wait_until_moved(compute, host, servers, "live-migration", {"completed"})
    compute.delete_service(service, ignore_missing=False)


def fence(compute, host):
    """Say that a host is dead, and bring up elsewhere what was on it."""
    compute.update_service_forced_down(service_on(compute, host), forced=True)
    servers = servers_on(compute, host)
    for server in servers:
        compute.evacuate_server(server)
    wait_until_moved(compute, host, servers, "evacuation", {"done", "completed"})


def service_on(compute, host):
    [service] = compute.services(binary="nova-compute", host=host)
    return service


def servers_on(compute, host):
    return list(compute.servers(all_projects=True, compute_host=host))


def wait_until_moved(compute, host, servers, kind, ends, timeout=60):
    deadline, waiting = time.monotonic() + timeout, {server.id for server in servers}
    while waiting:
        found = compute.migrations(source_compute=host, migration_type=kind)
        status = {each.server_id: each.status for each in found}
        failed = sorted(id for id in waiting if status.get(id) in {"error", "failed", "cancelled"})
        if failed or time.monotonic() > deadline:
            raise RuntimeError(f"still on {host}: {', '.join(failed or sorted(waiting))}")
        waiting = {id for id in waiting if status.get(id) not in ends}
        time.sleep(0.1)


def moved(compute):
    return [each for host in ["host2", "host3"] for each in servers_on(compute, host) if each.name.startswith("web-")]


@pytest.fixture
def compute(cloud):
    cloud("POST", "/instances", {"count": 50, "name": "web-{n}", "host": "host1"})
    cloud("PUT", "/durations", {"live-migrate": "20s", "evacuate": "20s"})
    cloud("PUT", "/clock", {"mode": "real", "rate": 60})
    return openstack.connect().compute


def test_drain(cloud, compute):
    drain(compute, "host1")
    assert [each.host for each in compute.services(binary="nova-compute")] == ["host2", "host3"]
    assert len(moved(compute)) == 50


def test_fence(cloud, compute):
    cloud("PATCH", "/services/nova-compute@host1", {"process": "stopped"})
    fence(compute, "host1")
    assert len(moved(compute)) == 50
    with pytest.raises(exceptions.BadRequestException, match="Ensure the compute service has been restarted"):
        compute.update_service_forced_down(service_on(compute, "host1"), forced=False)
    cloud("PATCH", "/services/nova-compute@host1", {"process": "running"})
    cloud("POST", "/clock/advance", {"by": "10s"})
    compute.update_service_forced_down(service_on(compute, "host1"), forced=False)
    assert service_on(compute, "host1").state == "up"

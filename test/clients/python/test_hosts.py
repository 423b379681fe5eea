"""Hypervisors, aggregates, zones and flavors, as operators look at them and change them: unmodified clients."""

import json

import openstack
import pytest

WORLD = {
    "services": [
        {"binary": "nova-conductor", "host": "controller"},
        {"binary": "nova-compute", "host": "host1"},
        {"binary": "nova-compute", "host": "host2"},
        {"binary": "nova-compute", "host": "host3", "process": "stopped"},
    ],
    "hosts": [{"name": "host1", "hypervisor_type": "QEMU", "vcpus": 8, "memory_mb": 16384, "local_gb": 100, "host_ip": "10.0.0.1"}],
    "aggregates": [{"name": "rack1", "availability_zone": "az1", "hosts": ["host1"], "metadata": {"evacuable": "true"}}],
    "flavors": [{"id": "1", "name": "m1.tiny", "ram": 512, "disk": 1, "vcpus": 1, "extra_specs": {"evacuable": "true"}}],
    "instances": [{"name": "a", "host": "host1"}, {"name": "b", "host": "host1"}],
}  # fmt: skip
pytestmark = pytest.mark.world(WORLD)


# --- python-openstackclient


def test_hypervisors_are_listed_with_their_state(cloud):
    listed = cloud.openstack("hypervisor", "list", "-f", "json").json
    assert {each["Hypervisor Hostname"]: each["State"] for each in listed} == {"host1": "up", "host2": "up", "host3": "down"}
    long = cloud.openstack("--os-compute-api-version=2.53", "hypervisor", "list", "--long", "-f", "json").json
    host1 = next(each for each in long if each["Hypervisor Hostname"] == "host1")
    assert (host1["vCPUs Used"], host1["vCPUs"], host1["Memory MB Used"], host1["Memory MB"]) == (2, 8, 512 + 2 * 512, 16384)


def test_hypervisor_is_shown_by_name(cloud):
    shown = cloud.openstack("hypervisor", "show", "host1", "-f", "json").json
    assert shown["hypervisor_hostname"] == "host1"
    assert shown["state"] == "up"
    assert shown["host_ip"] == "10.0.0.1"
    assert "az1" in str(shown["aggregates"]) or shown["aggregates"] == ["rack1"]


def test_hypervisor_statistics_sum_up_what_is_enabled(cloud):
    # The client says on its standard error that the command is deprecated.
    stats = json.loads(cloud.openstack("--os-compute-api-version=2.87", "hypervisor", "stats", "show", "-f", "json").stdout)
    assert stats["count"] == 3
    assert stats["running_vms"] == 2


def test_aggregates_are_made_changed_and_removed(cloud):
    made = cloud.openstack("aggregate", "create", "--zone", "az2", "--property", "ssd=true", "rack2", "-f", "json").json
    assert (made["name"], made["availability_zone"]) == ("rack2", "az2")
    added = cloud.openstack("aggregate", "add", "host", "rack2", "host2", "-f", "json").json
    assert added["hosts"] == ["host2"]
    assert cloud.services()["nova-compute@host2"]["zone"] == "az2"
    refused = cloud.openstack("aggregate", "add", "host", "rack1", "host2")
    assert refused.code == 1
    assert "One or more hosts already in availability zone(s) ['az2']." in refused.stderr
    refused = cloud.openstack("aggregate", "delete", "rack2")
    assert refused.code == 1
    assert "Host aggregate is not empty" in refused.stderr
    cloud.openstack("aggregate", "remove", "host", "rack2", "host2", "-f", "json").json
    assert cloud.openstack("aggregate", "delete", "rack2").code == 0
    assert [each["Name"] for each in cloud.openstack("aggregate", "list", "-f", "json").json] == ["rack1"]


def test_aggregate_marks_are_read_by_evacuation_agents(cloud):
    shown = cloud.openstack("aggregate", "show", "rack1", "-f", "json").json
    assert shown["hosts"] == ["host1"]
    assert shown["properties"] == {"evacuable": "true"}
    cloud.openstack("aggregate", "unset", "--property", "evacuable", "rack1")
    assert cloud.openstack("aggregate", "show", "rack1", "-f", "json").json["properties"] == {}


def test_host_with_instances_does_not_change_its_zone(cloud):
    refused = cloud.openstack("aggregate", "remove", "host", "rack1", "host1")
    assert refused.code == 1
    assert "availability zone of the host would change from 'az1' to 'None'" in refused.stderr


def test_zones_are_listed_with_what_runs_in_them(cloud):
    listed = cloud.openstack("availability", "zone", "list", "--compute", "--long", "-f", "json").json
    assert {(each["Zone Name"], each["Host Name"]) for each in listed} >= {("az1", "host1"), ("nova", "host2"), ("internal", "controller")}


def test_flavors_are_listed_shown_made_and_removed(cloud):
    assert [each["Name"] for each in cloud.openstack("flavor", "list", "--all", "-f", "json").json] == ["m1.tiny"]
    made = cloud.openstack("flavor", "create", "--ram", "64", "--disk", "0", "--private", "--property", "hw:cpu_policy=shared", "f1", "-f", "json")
    assert made.json["properties"] == {"hw:cpu_policy": "shared"}
    cloud.openstack("flavor", "set", "--project", "demo", "f1")
    shown = cloud.openstack("flavor", "show", "f1", "-f", "json").json
    assert (shown["os-flavor-access:is_public"], len(shown["access_project_ids"])) == (False, 1)
    cloud.openstack("flavor", "unset", "--property", "hw:cpu_policy", "f1")
    assert cloud.openstack("flavor", "show", "f1", "-f", "json").json["properties"] == {}
    assert cloud.openstack("flavor", "delete", "f1").code == 0
    gone = cloud.openstack("flavor", "show", "f1")
    assert gone.code == 1 and "No Flavor found for f1" in gone.stderr


def test_limits_and_quotas_are_read(cloud):
    limits = {each["Name"]: each["Value"] for each in cloud.openstack("limits", "show", "--absolute", "-f", "json").json}
    assert (limits["total_instances_used"], limits["max_total_instances"]) == (2, 10)
    quotas = {each["Resource"]: each["Limit"] for each in cloud.openstack("quota", "show", "--compute", "-f", "json").json}
    assert quotas["instances"] == 10


# --- openstacksdk


def test_sdk_lists_hypervisors_with_their_servers(cloud):
    found = list(cloud.connection.compute.hypervisors(details=True, with_servers=True))
    servers = {each.name: sorted(server["name"] for server in each.servers) for each in found}
    # By the names that they have on the hypervisor.
    assert servers == {"host1": ["instance-00000001", "instance-00000002"], "host2": [], "host3": []}


def test_sdk_groups_hosts(cloud):
    compute = cloud.connection.compute
    aggregate = compute.create_aggregate(name="rack2")
    compute.set_aggregate_metadata(aggregate, {"ssd": "true"})
    compute.add_host_to_aggregate(aggregate, "host2")
    assert compute.find_aggregate("rack2").hosts == ["host2"]
    assert compute.get_aggregate(aggregate.id).metadata == {"ssd": "true"}
    with pytest.raises(openstack.exceptions.ConflictException, match="already has host host2"):
        compute.add_host_to_aggregate(aggregate, "host2")
    compute.remove_host_from_aggregate(aggregate, "host2")
    compute.delete_aggregate(aggregate)
    assert compute.find_aggregate("rack2") is None


def test_sdk_reads_flavors_and_their_extra_specs(cloud):
    flavor = cloud.connection.compute.find_flavor("m1.tiny", get_extra_specs=True)
    assert (flavor.vcpus, flavor.ram, flavor.disk, flavor.extra_specs) == (1, 512, 1, {"evacuable": "true"})


def test_sdk_lists_zones(cloud):
    zones = {each.name: each.state["available"] for each in cloud.connection.compute.availability_zones(details=True)}
    assert zones == {"az1": True, "internal": True, "nova": True}

"""Placement and Glance as their clients use them: osc-placement, openstackclient and openstacksdk."""

import openstack
import pytest
from openstack import exceptions

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
UNKNOWN = "99999999-0000-4000-8000-000000000009"

HOSTS = {
    "services": [{"binary": "nova-compute", "host": "host1"}, {"binary": "nova-compute", "host": "host2"}],
    "hosts": [
        {"name": "host1", "vcpus": 8, "memory_mb": 4096, "local_gb": 100},
        {"name": "host2", "vcpus": 8, "memory_mb": 4096, "local_gb": 100},
    ],
    "flavors": [{"id": "1", "name": "m1.tiny", "ram": 512, "vcpus": 1, "disk": 1}],
    "instances": [{"name": "a", "host": "host1"}],
}

# Nobody knows host3 any more but Placement.
ORPHAN = {
    "services": [{"binary": "nova-compute", "host": "host1"}],
    "resource_providers": [{"uuid": UNKNOWN, "name": "host3"}],
}

IMAGES = {
    "images": [
        {"name": "cirros", "id": "11111111-0000-4000-8000-000000000001", "size": 1024},
        {"name": "debian", "id": "22222222-0000-4000-8000-000000000002", "tags": ["evacuable"], "min_disk": 2},
        {"name": "secret", "id": "33333333-0000-4000-8000-000000000003", "visibility": "private"},
    ]
}

PLACEMENT = "--os-placement-api-version=1.39"


def provider(cloud, name):
    [found] = cloud.openstack(PLACEMENT, "resource", "provider", "list", "--name", name, "-f", "json").json
    return found["uuid"]


# --- osc-placement


@pytest.mark.world(HOSTS)
def test_lists_and_shows_providers(cloud, matching):
    listed = cloud.openstack(PLACEMENT, "resource", "provider", "list", "-f", "json").json
    assert [each["name"] for each in listed] == ["host1", "host2"]
    assert list(listed[0]) == ["uuid", "name", "generation", "root_provider_uuid", "parent_provider_uuid"]
    shown = cloud.openstack(PLACEMENT, "resource", "provider", "show", listed[0]["uuid"], "--allocations", "-f", "json").json
    assert (shown["name"], shown["generation"], shown["uuid"]) == ("host1", 3, matching(UUID))
    [allocation] = shown["allocations"].values()
    assert allocation == {"resources": {"VCPU": 1, "MEMORY_MB": 512, "DISK_GB": 1}, "consumer_generation": 1}


@pytest.mark.world(HOSTS)
def test_shows_inventories_and_usages(cloud):
    uuid = provider(cloud, "host1")
    inventory = cloud.openstack(PLACEMENT, "resource", "provider", "inventory", "list", uuid, "-f", "json").json
    assert {each["resource_class"]: (each["total"], each["reserved"], each["allocation_ratio"], each["used"]) for each in inventory} == {
        "VCPU": (8, 0, 4.0, 1),
        "MEMORY_MB": (4096, 512, 1.0, 512),
        "DISK_GB": (100, 0, 1.0, 1),
    }
    usage = cloud.openstack(PLACEMENT, "resource", "provider", "usage", "show", uuid, "-f", "json").json
    assert usage == [
        {"resource_class": "VCPU", "usage": 1},
        {"resource_class": "MEMORY_MB", "usage": 512},
        {"resource_class": "DISK_GB", "usage": 1},
    ]


@pytest.mark.world(HOSTS)
def test_shows_and_deletes_the_allocations_of_a_server(cloud):
    server = cloud.connection.compute.find_server("a", all_projects=True).id
    uuid = provider(cloud, "host1")
    shown = cloud.openstack(PLACEMENT, "resource", "provider", "allocation", "show", server, "-f", "json").json
    assert [(each["resource_provider"], each["resources"]) for each in shown] == [
        (uuid, {"DISK_GB": 1, "MEMORY_MB": 512, "VCPU": 1})
    ]
    refused = cloud.openstack(PLACEMENT, "resource", "provider", "delete", uuid)
    assert refused.code == 1
    assert f"Unable to delete resource provider {uuid}: Resource provider has allocations." in refused.stderr
    assert cloud.openstack(PLACEMENT, "resource", "provider", "allocation", "delete", server).code == 0
    assert cloud.openstack(PLACEMENT, "resource", "provider", "allocation", "show", server, "-f", "json").json == []
    assert cloud.openstack(PLACEMENT, "resource", "provider", "delete", uuid).code == 0
    assert [each["name"] for each in cloud.openstack("resource", "provider", "list", "-f", "json").json] == ["host2"]


@pytest.mark.world(ORPHAN)
def test_cleans_up_an_orphan(cloud):
    hypervisors = cloud.openstack("hypervisor", "list", "-f", "json").json
    known = {each["Hypervisor Hostname"] for each in hypervisors}
    orphans = [each for each in cloud.openstack("resource", "provider", "list", "-f", "json").json if each["name"] not in known]
    assert [(each["name"], each["uuid"]) for each in orphans] == [("host3", UNKNOWN)]
    assert cloud.openstack("resource", "provider", "delete", UNKNOWN).code == 0
    gone = cloud.openstack("resource", "provider", "show", UNKNOWN)
    assert f"No resource provider with uuid {UNKNOWN} found" in gone.stderr


@pytest.mark.world(HOSTS)
def test_a_reader_may_not_look_into_placement(cloud, as_reader):
    refused = cloud.openstack("resource", "provider", "list", **as_reader)
    assert refused.code == 1
    assert "Policy does not allow placement:resource_providers:list to be performed." in refused.stderr


@pytest.mark.world(HOSTS)
def test_makes_a_provider_with_an_inventory_and_traits(cloud):
    made = cloud.openstack(PLACEMENT, "resource", "provider", "create", "shared", "-f", "json").json
    cloud.openstack(PLACEMENT, "resource", "provider", "inventory", "set", made["uuid"], "--resource", "DISK_GB=100")
    assert cloud.openstack(PLACEMENT, "trait", "create", "CUSTOM_SHARED").code == 0
    cloud.openstack(PLACEMENT, "resource", "provider", "trait", "set", made["uuid"], "--trait", "CUSTOM_SHARED")
    traits = cloud.openstack(PLACEMENT, "resource", "provider", "trait", "list", made["uuid"], "-f", "json").json
    assert traits == [{"name": "CUSTOM_SHARED"}]
    found = cloud.openstack(PLACEMENT, "resource", "provider", "list", "--required", "CUSTOM_SHARED", "-f", "json").json
    assert [each["name"] for each in found] == ["shared"]
    candidates = cloud.openstack(PLACEMENT, "allocation", "candidate", "list", "--resource", "VCPU=1", "-f", "json").json
    assert len(candidates) == 2


# --- openstacksdk


@pytest.mark.world(HOSTS)
def test_the_sdk_reads_placement(cloud):
    placement = openstack.connect(placement_default_microversion="1.39").placement
    host1 = placement.find_resource_provider("host1")
    inventories = {each.resource_class: each.total for each in placement.resource_provider_inventories(host1)}
    assert inventories == {"VCPU": 8, "MEMORY_MB": 4096, "DISK_GB": 100}
    assert "COMPUTE_NODE" in placement.get("/resource_providers/" + host1.id + "/traits").json()["traits"]
    # It does not read the words in Placement's envelope.
    with pytest.raises(exceptions.ConflictException, match="Conflict$") as refused:
        placement.delete_resource_provider(host1)
    assert refused.value.response.json()["errors"][0]["code"] == "placement.resource_provider.inuse"
    with pytest.raises(exceptions.NotFoundException):
        placement.get_resource_provider(UNKNOWN)


# --- Glance


@pytest.mark.world(IMAGES)
def test_lists_and_shows_images(cloud):
    listed = cloud.openstack("image", "list", "--sort", "name:asc", "-f", "json").json
    assert [(each["Name"], each["Status"]) for each in listed] == [
        ("cirros", "active"),
        ("debian", "active"),
        ("secret", "active"),
    ]
    assert [each["Name"] for each in cloud.openstack("image", "list", "--tag", "evacuable", "-f", "json").json] == ["debian"]
    shown = cloud.openstack("image", "show", "debian", "-f", "json").json
    assert (shown["id"], shown["tags"], shown["min_disk"]) == ("22222222-0000-4000-8000-000000000002", ["evacuable"], 2)
    missing = cloud.openstack("image", "show", "nothing")
    assert (missing.code, missing.stderr) == (1, "No Image found for nothing\n")


@pytest.mark.world(IMAGES)
def test_a_reader_does_not_see_what_is_private(cloud, as_reader):
    listed = cloud.openstack("image", "list", "--sort", "name:asc", "-f", "json", **as_reader).json
    assert [each["Name"] for each in listed] == ["cirros", "debian"]


@pytest.mark.world(IMAGES)
def test_tags_an_image(cloud):
    image = cloud.connection.image.find_image("cirros")
    cloud.connection.image.add_tag(image, "evacuable")
    assert sorted(each.name for each in cloud.connection.image.images(tag="evacuable")) == ["cirros", "debian"]
    cloud.connection.image.remove_tag(image, "evacuable")
    assert [each.name for each in cloud.connection.image.images(tag="evacuable")] == ["debian"]


@pytest.mark.world(IMAGES)
def test_pages_through_images(cloud):
    names = [each.name for each in cloud.connection.image.images(limit=1, sort="name:asc")]
    assert names == ["cirros", "debian", "secret"]

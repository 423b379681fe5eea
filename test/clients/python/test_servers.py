"""Servers as drain scripts and dashboards look at them: python-openstackclient and openstacksdk, unmodified."""

import pytest

WORLD = {
    "services": [
        {"binary": "nova-conductor", "host": "controller"},
        {"binary": "nova-compute", "host": "host1"},
        {"binary": "nova-compute", "host": "host2"},
        {"binary": "nova-compute", "host": "host3", "status": "disabled"},
    ],
    "aggregates": [{"name": "rack1", "availability_zone": "az1", "hosts": ["host1"]}],
    "instances": [
        {"name": "web-{n}", "host": "host1", "count": 3, "created_at": "2026-01-01T00:00:00Z"},
        {"name": "db", "host": "host2", "created_at": "2026-01-02T00:00:00Z", "metadata": {"role": "db"}, "tags": ["gold", "keep"],
         "locked_by": "admin", "locked_reason": "evacuating host2", "description": "the database"},
        {"name": "stopped", "host": "host2", "created_at": "2026-01-03T00:00:00Z", "status": "SHUTOFF"},
        {"name": "broken", "created_at": "2026-01-04T00:00:00Z", "status": "ERROR",
         "fault": {"code": 500, "message": "No valid host was found. ", "created_at": "2026-01-04T00:00:00Z"}},
        {"name": "mine", "host": "host3", "created_at": "2026-01-05T00:00:00Z", "project": "demo", "user": "reader"},
        {"name": "going", "host": "host1", "created_at": "2026-01-06T00:00:00Z", "status": "MIGRATING"},
    ],
    "migrations": [
        {"type": "evacuation", "status": "done", "source": "host3", "dest": "host2", "instance": "db"},
        {"type": "live-migration", "status": "running", "source": "host1", "dest": "host2", "instance": "going",
         "progress": {"memory_total": 4, "memory_processed": 1, "memory_remaining": 3,
                      "disk_total": 0, "disk_processed": 0, "disk_remaining": 0}},
    ],
}  # fmt: skip
pytestmark = pytest.mark.world(WORLD)
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def names(listed, key="Name"):
    return [each[key] for each in listed]


# --- python-openstackclient


def test_lists_the_servers_of_every_project_on_one_host(cloud):
    listed = cloud.openstack("server", "list", "--all-projects", "--host", "host1", "-f", "json").json
    assert sorted(names(listed)) == ["going", "web-1", "web-2", "web-3"]
    assert {each["Name"]: each["Status"] for each in listed}["going"] == "MIGRATING"
    assert {each["Flavor"] for each in listed} == {"m1.tiny"}


def test_lists_servers_with_every_column(cloud, matching):
    listed = cloud.openstack("server", "list", "--all-projects", "--long", "--host", "host2", "--name", "db", "-f", "json").json
    (db,) = listed
    assert db["ID"] == matching(UUID)
    assert (db["Host"], db["Availability Zone"], db["Status"], db["Task State"], db["Power State"]) == (
        "host2",
        "nova",
        "ACTIVE",
        None,
        1,
    )
    assert db["Properties"] == {"role": "db"}


def test_lists_by_status(cloud):
    listed = cloud.openstack("server", "list", "--status", "SHUTOFF", "-f", "json").json
    assert names(listed) == ["stopped"]


def test_lists_in_pages(cloud):
    listed = cloud.openstack("server", "list", "--all-projects", "-f", "json").json
    assert len(listed) == 8
    listed = cloud.openstack("server", "list", "--limit", "2", "-f", "json").json
    assert names(listed) == ["going", "broken"]
    listed = cloud.openstack("server", "list", "--marker", "broken", "--limit", "2", "-f", "json").json
    assert names(listed) == ["stopped", "db"]


def test_lists_locked_servers_and_those_with_a_tag(cloud):
    assert names(cloud.openstack("server", "list", "--locked", "-f", "json").json) == ["db"]
    assert names(cloud.openstack("server", "list", "--tags", "gold", "--tags", "keep", "-f", "json").json) == ["db"]
    assert "db" not in names(cloud.openstack("server", "list", "--not-tags", "gold", "-f", "json").json)


def test_shows_a_server_by_its_name(cloud, matching):
    shown = cloud.openstack("server", "show", "db", "-f", "json").json
    assert shown["id"] == matching(UUID)
    assert shown["OS-EXT-SRV-ATTR:host"] == "host2"
    assert shown["OS-EXT-AZ:availability_zone"] == "nova"
    assert (shown["locked"], shown["locked_reason"]) == (True, "evacuating host2")
    assert shown["description"] == "the database"
    assert sorted(shown["tags"]) == ["gold", "keep"]
    assert shown["properties"] == {"role": "db"}
    assert shown["host_status"] == "UP"
    assert shown["flavor"]["name"] == "m1.tiny"


def test_shows_why_a_server_is_in_error(cloud):
    shown = cloud.openstack("server", "show", "broken", "-f", "json").json
    assert shown["status"] == "ERROR"
    assert shown["fault"]["message"] == "No valid host was found. "


def test_lists_migrations_of_all_servers(cloud):
    listed = cloud.openstack("server", "migration", "list", "-f", "json").json
    assert [(each["Type"], each["Status"], each["Source Node"], each["Dest Compute"]) for each in listed] == [
        ("live-migration", "running", "host1", "host2"),
        ("evacuation", "done", "host3", "host2"),
    ]
    listed = cloud.openstack("server", "migration", "list", "--type", "evacuation", "--host", "host3", "-f", "json").json
    assert [each["Status"] for each in listed] == ["done"]


def test_lists_the_live_migration_that_is_under_way(cloud):
    (migration,) = cloud.openstack("server", "migration", "list", "--server", "going", "-f", "json").json
    assert (migration["Type"], migration["Status"], migration["Source Compute"]) == ("live-migration", "running", "host1")


def test_sets_and_unsets_properties_and_tags(cloud):
    assert cloud.openstack("server", "set", "web-1", "--property", "evacuable=true", "--tag", "hot").code == 0
    shown = cloud.openstack("server", "show", "web-1", "-f", "json").json
    assert (shown["properties"], shown["tags"]) == ({"evacuable": "true"}, ["hot"])
    assert cloud.openstack("server", "unset", "web-1", "--property", "evacuable", "--tag", "hot").code == 0
    shown = cloud.openstack("server", "show", "web-1", "-f", "json").json
    assert (shown["properties"], shown["tags"]) == ({}, [])


def test_lists_what_was_done_to_a_server(cloud, matching):
    assert cloud.openstack("server", "lock", "--reason", "draining host1", "web-1").code == 0
    (event,) = cloud.openstack("server", "event", "list", "web-1", "-f", "json").json
    assert event["Action"] == "lock"
    shown = cloud.openstack("server", "event", "show", "web-1", event["Request ID"], "-f", "json").json
    assert (shown["action"], shown["events"][0]["result"]) == ("lock", "Success")


def test_a_reader_sees_what_is_theirs(cloud, as_reader):
    assert names(cloud.openstack("server", "list", "-f", "json").json) == ["mine"]
    shown = cloud.openstack("server", "show", "mine", "-f", "json").json
    assert "OS-EXT-SRV-ATTR:host" not in shown or shown["OS-EXT-SRV-ATTR:host"] is None
    denied = cloud.openstack("server", "list", "--all-projects")
    assert denied.code == 1
    assert "Policy doesn't allow os_compute_api:servers:detail:get_all_tenants to be performed." in denied.stderr


# --- openstacksdk


def test_the_sdk_lists_servers_with_filters_and_pages(cloud):
    compute = cloud.connection.compute
    assert sorted(names(compute.servers(all_projects=True, compute_host="host1"), "name")) == ["going", "web-1", "web-2", "web-3"]
    assert names(compute.servers(status="ERROR"), "name") == ["broken"]
    assert len(list(compute.servers(all_projects=True, limit=3))) == 8
    assert names(compute.servers(details=False, name="db"), "name") == ["db"]
    found = compute.servers(sort_key="display_name", sort_dir="asc", compute_host="host2")
    assert names(found, "name") == ["db", "stopped"]


def test_the_sdk_shows_a_server(cloud):
    compute = cloud.connection.compute
    server = compute.get_server(compute.find_server("db"))
    assert (server.compute_host, server.is_locked, server.metadata) == ("host2", True, {"role": "db"})
    assert (server.vm_state, server.power_state, server.task_state) == ("active", 1, None)


def test_the_sdk_lists_migrations(cloud):
    compute = cloud.connection.compute
    assert names(compute.migrations(status="running"), "migration_type") == ["live-migration"]
    (migration,) = compute.server_migrations(compute.find_server("going"))
    assert migration.memory_remaining_bytes == 3
    assert compute.get_server_migration(migration.id, compute.find_server("going")).status == "running"

"""python-openstackclient, as a person or a script runs it."""

import pytest
from worlds import EVACUATED, HOSTING, IN_PROGRESS, MIGRATING, REMOVABLE, UNKNOWN

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
HEX = r"[0-9a-f]{32}"
HEARD = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000"
REQUEST = r"\(Request-ID: req-" + UUID + r"\)"
DENIED = "Policy doesn't allow os_compute_api:os-services:{} to be performed."


def at(version):
    return [f"--os-compute-api-version={version}"] if version else []


def failed(message):
    """What is left of a command when it fails: nothing but the message."""
    return ("", message + "\n", 1)


def outcome(command):
    return (command.stdout, command.stderr, command.code)


# --- compute service list


@pytest.mark.parametrize(
    ("version", "id_is_uuid", "tells_forced_down"),
    [
        (None, True, True),
        ("2.1", False, False),
        ("2.10", False, False),
        ("2.11", False, True),
        ("2.52", False, True),
        ("2.53", True, True),
        ("2.latest", True, True),
    ],
    ids=["default", "2.1", "2.10", "2.11", "2.52", "2.53", "latest"],
)
def test_lists_services_with_every_column(cloud, matching, version, id_is_uuid, tells_forced_down):
    listed = cloud.openstack(*at(version), "compute", "service", "list", "--long", "-f", "json").json
    names = {f"{each['Binary']}@{each['Host']}" for each in listed}
    controller = cloud.controller
    assert names == {
        f"nova-conductor@{controller}",
        f"nova-scheduler@{controller}",
        "nova-compute@host1",
        "nova-compute@host2",
        "nova-compute@host3",
    }
    for each in listed:
        expected = {
            "ID": matching(UUID) if id_is_uuid else each["ID"],
            "Binary": each["Binary"],
            "Host": each["Host"],
            "Zone": "nova" if each["Binary"] == "nova-compute" else "internal",
            "Status": "enabled",
            "State": "up",
            "Updated At": matching(HEARD),
            "Disabled Reason": None,
        }
        if tells_forced_down:
            expected["Forced Down"] = False
        assert each == expected
        assert list(each) == list(expected)
        assert id_is_uuid or type(each["ID"]) is int


def test_prints_the_services_of_one_host_as_a_table(cloud):
    printed = cloud.openstack("compute", "service", "list", "--host", "host1", "--service", "nova-compute")
    service = cloud.service("nova-compute@host1")
    heard = printed.stdout.splitlines()[3].split("|")[-2].strip() if printed.code == 0 else None
    table = [
        "+--------------------------------------+--------------+-------+------+---------+-------+----------------------------+",
        "| ID                                   | Binary       | Host  | Zone | Status  | State | Updated At                 |",
        "+--------------------------------------+--------------+-------+------+---------+-------+----------------------------+",
        f"| {service['id']} | nova-compute | host1 | nova | enabled | up    | {heard} |",
        "+--------------------------------------+--------------+-------+------+---------+-------+----------------------------+",
    ]
    assert outcome(printed) == ("\n".join(table) + "\n", "", 0)


def test_lists_nothing_for_a_host_that_is_not_there(cloud):
    listed = cloud.openstack("compute", "service", "list", "--host", "nowhere", "-f", "value")
    assert outcome(listed) == ("", "", 0)


def test_refuses_a_version_that_the_cloud_does_not_offer(cloud):
    message = (
        "A default microversion for service compute of 2.105 was requested, but the cloud only supports a minimum of 2.1 and "
        "a maximum of 2.104. The default microversion was set because a microversion formatted version string, '2.105', was "
        "passed for the api_version of the service. If it was not intended to set a default microversion please remove "
        "anything other than an integer major version from the version setting for the service."
    )
    assert outcome(cloud.openstack(*at("2.105"), "compute", "service", "list")) == failed(message)


# --- compute service set


@pytest.mark.parametrize("version", [None, "2.1", "2.11", "2.53"], ids=["default", "2.1", "2.11", "2.53"])
def test_disables_for_a_reason_and_enables_again(cloud, version):
    disabled = cloud.openstack(
        *at(version), "compute", "service", "set", "--disable", "--disable-reason", "disk is full", "host3", "nova-compute"
    )
    assert outcome(disabled) == ("", "", 0)
    assert facts(cloud) == ("disabled", "disk is full", "up", False)
    enabled = cloud.openstack(*at(version), "compute", "service", "set", "--enable", "host3", "nova-compute")
    assert outcome(enabled) == ("", "", 0)
    assert facts(cloud) == ("enabled", None, "up", False)


@pytest.mark.parametrize("version", [None, "2.11", "2.53"], ids=["default", "2.11", "2.53"])
def test_forces_down_and_up_again(cloud, version):
    assert outcome(cloud.openstack(*at(version), "compute", "service", "set", "--down", "host3", "nova-compute")) == ("", "", 0)
    assert facts(cloud) == ("enabled", None, "down", True)
    assert outcome(cloud.openstack(*at(version), "compute", "service", "set", "--up", "host3", "nova-compute")) == ("", "", 0)
    assert facts(cloud) == ("enabled", None, "up", False)


def test_does_several_things_at_once(cloud):
    fence = ["--down", "--disable", "--disable-reason", "fenced: no answer, 2×"]
    assert outcome(cloud.openstack("compute", "service", "set", *fence, "host3", "nova-compute")) == ("", "", 0)
    assert facts(cloud) == ("disabled", "fenced: no answer, 2×", "down", True)
    assert outcome(cloud.openstack("compute", "service", "set", "--up", "--enable", "host3", "nova-compute")) == ("", "", 0)
    assert facts(cloud) == ("enabled", None, "up", False)


def test_cannot_force_down_at_an_old_version(cloud):
    refused = cloud.openstack(*at("2.1"), "compute", "service", "set", "--down", "host3", "nova-compute")
    assert outcome(refused) == failed("--os-compute-api-version 2.11 or later is required")
    assert facts(cloud) == ("enabled", None, "up", False)


def test_wants_a_reason_only_with_disable(cloud):
    refused = cloud.openstack("compute", "service", "set", "--disable-reason", "why", "host3", "nova-compute")
    assert outcome(refused) == failed("Cannot specify option --disable-reason without --disable specified.")


def test_does_not_find_a_service_on_an_unknown_host(cloud):
    refused = cloud.openstack("compute", "service", "set", "--disable", "nowhere", "nova-compute")
    assert outcome(refused) == failed('Compute service for host "nowhere" and binary "nova-compute" not found.')


def test_fails_to_set_a_service_on_an_unknown_host_at_an_old_version(cloud):
    refused = cloud.openstack(*at("2.52"), "compute", "service", "set", "--disable", "nowhere", "nova-compute")
    assert outcome(refused) == failed(
        "Failed to set service status to disabled\nCompute service nova-compute of host nowhere failed to set."
    )


def test_fails_to_disable_what_is_not_a_compute_service(cloud):
    host = cloud.controller
    refused = cloud.openstack("compute", "service", "set", "--disable", host, "nova-scheduler")
    assert outcome(refused) == failed(
        f"Failed to set service status to disabled\nCompute service nova-scheduler of host {host} failed to set."
    )
    assert cloud.service(f"nova-scheduler@{host}")["status"] == "enabled"


def test_fails_to_disable_for_too_long_a_reason(cloud):
    refused = cloud.openstack("compute", "service", "set", "--disable", "--disable-reason", "x" * 256, "host3", "nova-compute")
    assert outcome(refused) == failed(
        "Failed to set service status to disabled\nCompute service nova-compute of host host3 failed to set."
    )
    assert facts(cloud) == ("enabled", None, "up", False)


@pytest.mark.world(EVACUATED)
@pytest.mark.parametrize("version", [None, "2.11"], ids=["default", "2.11"])
def test_fails_to_force_up_before_its_evacuations_are_completed(cloud, version):
    refused = cloud.openstack(*at(version), "compute", "service", "set", "--up", "host3", "nova-compute")
    assert outcome(refused) == failed(
        "Failed to set service state to up\nCompute service nova-compute of host host3 failed to set."
    )
    assert cloud.service()["forced_down"] is True


# --- compute service delete


@pytest.mark.world(REMOVABLE)
@pytest.mark.parametrize("version", [None, "2.1", "2.11", "2.53"], ids=["default", "2.1", "2.11", "2.53"])
def test_deletes_the_service_of_a_host_that_is_gone(cloud, version):
    service = cloud.id_of("nova-compute@host3", version or "2.53")
    assert outcome(cloud.openstack(*at(version), "compute", "service", "delete", service)) == ("", "", 0)
    assert sorted(cloud.services()) == [
        "nova-compute@host1",
        "nova-compute@host2",
        "nova-conductor@controller",
        "nova-scheduler@controller",
    ]


@pytest.mark.world(REMOVABLE)
@pytest.mark.parametrize("version", [None, "2.1"], ids=["default", "2.1"])
def test_does_not_delete_a_service_that_hosts_instances(cloud, version):
    service = cloud.id_of("nova-compute@host1", version or "2.53")
    refused = cloud.openstack(*at(version), "compute", "service", "delete", service)
    assert outcome(refused) == not_deleted(cloud, service, "ConflictException: 409", HOSTING)
    assert "nova-compute@host1" in cloud.services()


@pytest.mark.world(MIGRATING)
def test_does_not_delete_a_service_whose_migrations_are_in_progress(cloud):
    service = cloud.id_of("nova-compute@host1")
    refused = cloud.openstack("compute", "service", "delete", service)
    assert outcome(refused) == not_deleted(cloud, service, "ConflictException: 409", IN_PROGRESS)


@pytest.mark.parametrize(
    ("version", "service", "error", "message"),
    [
        (None, UNKNOWN, "NotFoundException: 404", f"Service {UNKNOWN} not found."),
        ("2.53", "7", "BadRequestException: 400", "Invalid uuid 7"),
        ("2.1", "987654", "NotFoundException: 404", "Service 987654 not found."),
        ("2.1", UNKNOWN, "BadRequestException: 400", "Invalid input received: id must be an integer"),
    ],
    ids=["unknown-default", "number-2.53", "unknown-2.1", "uuid-2.1"],
)
def test_does_not_delete_what_it_does_not_find(cloud, version, service, error, message):
    refused = cloud.openstack(*at(version), "compute", "service", "delete", service)
    assert outcome(refused) == not_deleted(cloud, service, error, message)


@pytest.mark.world(REMOVABLE)
def test_deletes_as_many_as_it_can(cloud):
    busy, free = cloud.id_of("nova-compute@host1"), cloud.id_of("nova-compute@host2")
    refused = cloud.openstack("compute", "service", "delete", busy, free)
    assert outcome(refused) == not_deleted(cloud, busy, "ConflictException: 409", HOSTING, count="1 of 2")
    assert "nova-compute@host1" in cloud.services()
    assert "nova-compute@host2" not in cloud.services()


# --- as one who is not an administrator


def test_a_reader_may_not_list(cloud):
    refused = cloud.openstack("compute", "service", "list", OS_USERNAME="reader", OS_PROJECT_NAME="demo")
    assert outcome(refused) == failed(
        f"ForbiddenException: 403: Client Error for url: {cloud.nova}/os-services, {DENIED.format('list')}"
    )


def test_a_reader_may_not_look_for_the_service_to_set(cloud):
    command = ["compute", "service", "set", "--disable", "host3", "nova-compute"]
    url = f"{cloud.nova}/os-services?binary=nova-compute&host=host3"
    assert outcome(cloud.openstack(*command, OS_USERNAME="reader", OS_PROJECT_NAME="demo")) == failed(
        f"ForbiddenException: 403: Client Error for url: {url}, {DENIED.format('list')}"
    )


def test_a_reader_may_not_set(cloud):
    command = [*at("2.11"), "compute", "service", "set", "--disable", "--down", "host3", "nova-compute"]
    assert outcome(cloud.openstack(*command, OS_USERNAME="reader", OS_PROJECT_NAME="demo")) == failed(
        "Failed to set service status to disabled\n"
        "Failed to set service state to down\n"
        "Compute service nova-compute of host host3 failed to set."
    )
    assert facts(cloud) == ("enabled", None, "up", False)


def test_a_reader_may_not_delete(cloud):
    service = cloud.id_of("nova-compute@host3")
    refused = cloud.openstack("compute", "service", "delete", service, OS_USERNAME="reader", OS_PROJECT_NAME="demo")
    assert outcome(refused) == not_deleted(cloud, service, "ForbiddenException: 403", DENIED.format("delete"))


# --- logging in


def test_issues_a_token(cloud, matching):
    issued = cloud.openstack("token", "issue", "-f", "json").json
    assert issued == {
        "expires": matching(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000"),
        "id": matching(r"gAAAAA[\w-]+"),
        "project_id": cloud.connection.current_project_id,
        "user_id": cloud.connection.current_user_id,
    }
    assert [issued["project_id"], issued["user_id"]] == [matching(HEX), matching(HEX)]


def test_a_token_opens_the_cloud(cloud):
    token = cloud.openstack("token", "issue", "-f", "value", "-c", "id").stdout.strip()
    answer = cloud.connection.session.get(
        f"{cloud.nova}/os-services?host=host1", authenticated=False, headers={"X-Auth-Token": token}
    )
    assert [each["host"] for each in answer.json()["services"]] == ["host1"]


def test_lists_the_catalogue(cloud):
    listed = {each["Type"]: each for each in cloud.openstack("catalog", "list", "-f", "json").json}
    assert (listed["compute"]["Name"], listed["identity"]["Name"]) == ("nova", "keystone")
    for entry in listed.values():
        interfaces = {each["interface"] for each in entry["Endpoints"]}
        assert interfaces - {"admin"} == {"public", "internal"}
        for endpoint in entry["Endpoints"]:
            assert list(endpoint) == ["id", "interface", "region_id", "url", "region"]
            assert (endpoint["region_id"], endpoint["region"]) == ("RegionOne", "RegionOne")
    assert {each["url"] for each in listed["identity"]["Endpoints"]} == {cloud.env["OS_AUTH_URL"]}
    assert {each["url"] for each in listed["compute"]["Endpoints"]} == {cloud.nova}


def test_shows_the_versions_of_nova_and_keystone(cloud):
    shown = cloud.openstack("versions", "show", "-f", "json").json
    root = cloud.nova.removesuffix("/v2.1")
    assert [each for each in shown if each["Service Type"] == "compute"] == [
        version("compute", "2.0", "DEPRECATED", f"{root}/v2/"),
        version("compute", "2.1", "CURRENT", f"{root}/v2.1/", "2.1", "2.104"),
    ]
    assert [each for each in shown if each["Service Type"] == "identity"] == [
        version("identity", "3.14", "CURRENT", cloud.env["OS_AUTH_URL"] + "/")
    ]


@pytest.mark.parametrize(
    "variables",
    [{"OS_PASSWORD": "wrong"}, {"OS_USERNAME": "nobody"}, {"OS_PROJECT_NAME": "nothing"}],
    ids=["password", "user", "project"],
)
def test_does_not_let_a_stranger_in(cloud, matching, variables):
    refused = cloud.openstack("token", "issue", **variables)
    message = r"The request you have made requires authentication\. \(HTTP 401\) " + REQUEST + "\n"
    assert outcome(refused) == ("", matching(message), 1)


def test_logs_in_by_a_clouds_yaml(cloud):
    (cloud.directory / "clouds.yaml").write_text(
        f"""
clouds:
  mine:
    auth:
      auth_url: {cloud.env['OS_AUTH_URL']}
      username: admin
      password: {cloud.env['OS_PASSWORD']}
      project_name: admin
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
"""
    )
    without = dict.fromkeys(cloud.env)
    listed = cloud.openstack("--os-cloud=mine", "compute", "service", "list", "-f", "value", "-c", "Host", "--host=host1", **without)
    assert outcome(listed) == ("host1\n", "", 0)


# --- what the tests above compare with


def facts(cloud):
    """What an administrator sets of nova-compute on host3, and what comes of it."""
    service = cloud.service()
    return (service["status"], service["disabled_reason"], service["state"], service["forced_down"])


def not_deleted(cloud, service, error, message, count="1 of 1"):
    return failed(
        f"Failed to delete compute service with ID '{service}': "
        f"{error}: Client Error for url: {cloud.nova}/os-services/{service}, {message}\n"
        f"{count} compute services failed to delete."
    )


def version(service_type, number, status, endpoint, oldest=None, newest=None):
    return {
        "Region Name": "RegionOne",
        "Service Type": service_type,
        "Version": number,
        "Status": status,
        "Endpoint": endpoint,
        "Min Microversion": oldest,
        "Max Microversion": newest,
    }

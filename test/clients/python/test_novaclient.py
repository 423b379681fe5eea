"""python-novaclient, which older agents still use."""

import os

import pytest
from keystoneauth1 import loading, session
from novaclient import api_versions, client, exceptions
from worlds import EVACUATED, EVACUATIONS_NOT_COMPLETED, HOSTING, IN_PROGRESS, MIGRATING, REMOVABLE, UNKNOWN

DENIED = "Policy doesn't allow os_compute_api:os-services:{} to be performed."
HEARD = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000"

# novaclient's own newest; it knows none of the versions after it.
NEWEST = "2.96"
BY_HOST = ["2.1", "2.11", "2.52"]
BY_ID = ["2.53", NEWEST]


def nova(version):
    loader = loading.get_plugin_loader("password")
    auth = loader.load_from_options_getter(lambda option: os.environ.get(f"OS_{option.dest.upper()}"))
    return client.Client(version, session=session.Session(auth=auth))


def one(manager, host):
    [service] = manager.list(host=host, binary="nova-compute")
    return service


def refusal(error):
    """The words of a refusal, without the id of the request."""
    return (error.value.code, error.value.message)


def test_the_newest_version_is_what_these_tests_think_it_is():
    assert api_versions.APIVersion(NEWEST) == client.api_versions.novaclient.API_MAX_VERSION


@pytest.mark.parametrize("version", BY_HOST + BY_ID)
def test_lists_services(cloud, matching, version):
    services = [each.to_dict() for each in nova(version).services.list()]
    controller = cloud.controller
    assert sorted((each["binary"], each["host"]) for each in services) == [
        ("nova-compute", "host1"),
        ("nova-compute", "host2"),
        ("nova-compute", "host3"),
        ("nova-conductor", controller),
        ("nova-scheduler", controller),
    ]
    for each in services:
        expected = {
            "id": each["id"],
            "binary": each["binary"],
            "host": each["host"],
            "zone": "nova" if each["binary"] == "nova-compute" else "internal",
            "status": "enabled",
            "state": "up",
            "updated_at": matching(HEARD),
            "disabled_reason": None,
        }
        if version != "2.1":
            expected["forced_down"] = False
        assert each == expected
        assert type(each["id"]) is (int if version in BY_HOST else str)


@pytest.mark.parametrize("version", ["2.1", "2.53"])
def test_lists_services_by_host_and_binary(cloud, version):
    services = nova(version).services
    assert [each.host for each in services.list(host="host2")] == ["host2"]
    assert sorted(each.host for each in services.list(binary="nova-compute")) == ["host1", "host2", "host3"]
    assert services.list(host="host2", binary="nova-scheduler") == []


def test_does_not_find_a_service(cloud):
    services = nova("2.53").services
    assert services.find(host="host1").binary == "nova-compute"
    with pytest.raises(exceptions.NotFound):
        services.find(host="nowhere")


@pytest.mark.parametrize("version", BY_HOST)
def test_disables_and_enables_by_host(cloud, version):
    services = nova(version).services
    answer = services.disable("host3", "nova-compute").to_dict()
    assert answer == {"host": "host3", "binary": "nova-compute", "status": "disabled"}
    assert (cloud.service()["status"], cloud.service()["disabled_reason"]) == ("disabled", None)
    answer = services.disable_log_reason("host3", "nova-compute", "disk is full").to_dict()
    assert answer == {
        "host": "host3",
        "binary": "nova-compute",
        "status": "disabled",
        "disabled_reason": "disk is full",
    }
    assert cloud.service()["disabled_reason"] == "disk is full"
    answer = services.enable("host3", "nova-compute").to_dict()
    assert answer == {"host": "host3", "binary": "nova-compute", "status": "enabled"}
    assert (cloud.service()["status"], cloud.service()["disabled_reason"]) == ("enabled", None)


@pytest.mark.parametrize("version", BY_ID)
def test_disables_and_enables_by_id(cloud, version):
    services = nova(version).services
    service = one(services, "host3")
    assert services.disable(service.id).status == "disabled"
    assert (cloud.service()["status"], cloud.service()["disabled_reason"]) == ("disabled", None)
    disabled = services.disable_log_reason(service.id, "disk is full")
    assert {**disabled.to_dict(), "updated_at": service.updated_at} == {
        **service.to_dict(),
        "status": "disabled",
        "disabled_reason": "disk is full",
    }
    enabled = services.enable(service.id)
    assert {**enabled.to_dict(), "updated_at": service.updated_at} == service.to_dict()


@pytest.mark.parametrize("version", ["2.11", "2.52"])
def test_forces_down_and_up_by_host(cloud, version):
    services = nova(version).services
    answer = services.force_down("host3", "nova-compute", True).to_dict()
    assert answer == {"host": "host3", "binary": "nova-compute", "forced_down": True}
    assert (cloud.service()["forced_down"], cloud.service()["state"]) == (True, "down")
    assert services.force_down("host3", "nova-compute", False).forced_down is False
    assert (cloud.service()["forced_down"], cloud.service()["state"]) == (False, "up")


@pytest.mark.parametrize("version", BY_ID)
def test_forces_down_and_up_by_id(cloud, version):
    services = nova(version).services
    service = one(services, "host3")
    down = services.force_down(service.id, True)
    assert (down.forced_down, down.state, down.status) == (True, "down", "enabled")
    up = services.force_down(service.id, False)
    assert (up.forced_down, up.state, up.status) == (False, "up", "enabled")


def test_cannot_force_down_at_2_1(cloud):
    with pytest.raises(exceptions.VersionNotFoundForAPIMethod):
        nova("2.1").services.force_down("host3", "nova-compute", True)


@pytest.mark.parametrize("version", ["2.97", "2.104"])
def test_does_not_know_newer_versions(cloud, version):
    with pytest.raises(exceptions.UnsupportedVersion):
        nova(version)


def test_discovers_what_the_cloud_offers(cloud):
    current = nova("2.1").versions.get_current()
    assert (current.id, current.status, current.min_version, current.version) == ("v2.1", "CURRENT", "2.1", "2.104")


@pytest.mark.parametrize("version", ["2.1", "2.11", "2.52"])
def test_refuses_by_host(cloud, version):
    services = nova(version).services
    with pytest.raises(exceptions.NotFound) as error:
        services.disable("nowhere", "nova-compute")
    assert refusal(error) == (404, "Host 'nowhere' is not mapped to any cell")
    with pytest.raises(exceptions.BadRequest) as error:
        services.disable(cloud.controller, "nova-conductor")
    assert refusal(error) == (
        400,
        "Updating a nova-conductor service is not supported. Only nova-compute services can be updated.",
    )
    with pytest.raises(exceptions.BadRequest) as error:
        services.disable_log_reason("host3", "nova-compute", "")
    assert refusal(error) == (
        400,
        "Invalid input for field/attribute disabled_reason. Value: . '' should be non-empty",
    )


@pytest.mark.parametrize("version", BY_ID)
def test_refuses_by_id(cloud, version):
    services = nova(version).services
    with pytest.raises(exceptions.NotFound) as error:
        services.disable(UNKNOWN)
    assert refusal(error) == (404, f"Service {UNKNOWN} could not be found.")
    with pytest.raises(exceptions.BadRequest) as error:
        services.disable(services.list(binary="nova-conductor")[0].id)
    assert refusal(error) == (
        400,
        "Updating a nova-conductor service is not supported. Only nova-compute services can be updated.",
    )
    with pytest.raises(exceptions.BadRequest) as error:
        services.disable_log_reason(one(services, "host3").id, "")
    assert refusal(error) == (
        400,
        "Invalid input for field/attribute disabled_reason. Value: . '' should be non-empty",
    )


@pytest.mark.world(EVACUATED)
@pytest.mark.parametrize("version", ["2.11", "2.53"])
def test_refuses_to_force_up_before_evacuations_are_completed(cloud, version):
    services = nova(version).services
    which = ("host3", "nova-compute") if version in BY_HOST else (one(services, "host3").id,)
    with pytest.raises(exceptions.BadRequest) as error:
        services.force_down(*which, False)
    assert refusal(error) == (400, EVACUATIONS_NOT_COMPLETED)


@pytest.mark.world(REMOVABLE)
@pytest.mark.parametrize("version", BY_HOST + BY_ID)
def test_deletes(cloud, version):
    services = nova(version).services
    service = one(services, "host3")
    services.delete(service.id)
    assert services.list(host="host3") == []
    with pytest.raises(exceptions.NotFound) as error:
        services.delete(service.id)
    assert refusal(error) == (404, f"Service {service.id} not found.")


@pytest.mark.world(REMOVABLE)
@pytest.mark.parametrize("version", ["2.1", "2.53"])
def test_refuses_to_delete_a_service_that_hosts_instances(cloud, version):
    services = nova(version).services
    with pytest.raises(exceptions.Conflict) as error:
        services.delete(one(services, "host1").id)
    assert refusal(error) == (409, HOSTING)


@pytest.mark.world(MIGRATING)
def test_refuses_to_delete_a_service_whose_migrations_are_in_progress(cloud):
    services = nova("2.53").services
    with pytest.raises(exceptions.Conflict) as error:
        services.delete(one(services, "host1").id)
    assert refusal(error) == (409, IN_PROGRESS)


@pytest.mark.parametrize(
    ("version", "service", "kind", "answer"),
    [
        ("2.1", "987654", exceptions.NotFound, (404, "Service 987654 not found.")),
        ("2.1", UNKNOWN, exceptions.BadRequest, (400, "Invalid input received: id must be an integer")),
        ("2.53", "7", exceptions.BadRequest, (400, "Invalid uuid 7")),
        (NEWEST, UNKNOWN, exceptions.NotFound, (404, f"Service {UNKNOWN} not found.")),
    ],
)
def test_refuses_to_delete_what_it_does_not_find(cloud, version, service, kind, answer):
    with pytest.raises(kind) as error:
        nova(version).services.delete(service)
    assert refusal(error) == answer


@pytest.mark.usefixtures("as_reader")
@pytest.mark.parametrize(
    ("version", "policy", "attempt"),
    [
        ("2.1", "list", lambda services: services.list()),
        ("2.1", "update", lambda services: services.disable("host3", "nova-compute")),
        ("2.11", "update", lambda services: services.force_down("host3", "nova-compute", True)),
        ("2.53", "list", lambda services: services.list()),
        ("2.53", "update", lambda services: services.enable(UNKNOWN)),
        ("2.53", "delete", lambda services: services.delete(UNKNOWN)),
    ],
    ids=["list-2.1", "disable-2.1", "force-down-2.11", "list-2.53", "enable-2.53", "delete-2.53"],
)
def test_a_reader_may_not(version, policy, attempt):
    with pytest.raises(exceptions.Forbidden) as error:
        attempt(nova(version).services)
    assert refusal(error) == (403, DENIED.format(policy))


def test_tells_the_id_of_the_request_that_failed(cloud, matching):
    with pytest.raises(exceptions.NotFound) as error:
        nova("2.53").services.delete(UNKNOWN)
    assert error.value.request_id == matching(r"req-[0-9a-f-]{36}")
    assert str(error.value) == f"Service {UNKNOWN} not found. (HTTP 404) (Request-ID: {error.value.request_id})"

"""openstacksdk, as an operator's program uses it."""

from importlib.metadata import version as release_of

import openstack
import pytest
from openstack import exceptions
from worlds import EVACUATED, EVACUATIONS_NOT_COMPLETED, HOSTING, REMOVABLE, UNKNOWN

DENIED = "Policy doesn't allow os_compute_api:os-services:{} to be performed."
HEARD = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000"
CHANGED = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"

# At these the SDK speaks to Nova by the id of a service, and at the older ones by its host and binary.
BY_ID = [None, "2.53", "2.69", "2.104"]
BY_HOST = ["2.1", "2.11", "2.52"]

# Newer releases find the id by the host and binary themselves. 4.13.0, the last for Python 3.10, does not.
FINDS_THE_ID = tuple(map(int, release_of("openstacksdk").split(".")[:2])) > (4, 13)


def connect(version=None, **options):
    return openstack.connect(compute_default_microversion=version, **options) if version else openstack.connect(**options)


def one(compute, host):
    [service] = compute.services(host=host, binary="nova-compute")
    return service


# --- services()


@pytest.mark.parametrize("version", BY_HOST + BY_ID)
def test_lists_services(cloud, matching, version):
    services = list(connect(version).compute.services())
    controller = cloud.controller
    assert {(each.binary, each.host, each.availability_zone) for each in services} == {
        ("nova-conductor", controller, "internal"),
        ("nova-scheduler", controller, "internal"),
        ("nova-compute", "host1", "nova"),
        ("nova-compute", "host2", "nova"),
        ("nova-compute", "host3", "nova"),
    }
    for each in services:
        assert each.name == each.binary
        assert (each.status, each.state, each.disabled_reason) == ("enabled", "up", None)
        assert each.updated_at == matching(HEARD)
        assert each.is_forced_down is (None if version == "2.1" else False)
        assert type(each.id) is (int if version in BY_HOST else str)


def test_lists_services_by_host_and_binary(cloud):
    compute = connect().compute
    assert [each.host for each in compute.services(host="host2")] == ["host2"]
    assert sorted(each.host for each in compute.services(binary="nova-compute")) == ["host1", "host2", "host3"]
    assert list(compute.services(host="host2", binary="nova-scheduler")) == []


def test_takes_the_newest_version_that_the_sdk_and_the_cloud_both_know(cloud):
    compute = connect().compute
    assert one(compute, "host1").microversion == "2.69"
    data = compute.get_endpoint_data()
    assert (data.min_microversion, data.max_microversion) == ((2, 1), (2, 104))


# --- find_service()


def test_finds_a_service_by_its_name_or_id(cloud):
    compute = connect().compute
    scheduler = compute.find_service("nova-scheduler")
    assert scheduler.host == cloud.controller
    assert compute.find_service(scheduler.id).binary == "nova-scheduler"
    assert compute.find_service("nova-compute", host="host2").host == "host2"


def test_finds_more_than_one_service_of_a_name(cloud):
    with pytest.raises(exceptions.DuplicateResource, match="^More than one Service exists with the name 'nova-compute'.$"):
        connect().compute.find_service("nova-compute")


def test_finds_no_service(cloud):
    compute = connect().compute
    assert compute.find_service("nova-network") is None
    with pytest.raises(exceptions.NotFoundException, match="^No Service found for nova-network$"):
        compute.find_service("nova-network", ignore_missing=False)


# --- enable, disable, force down


@pytest.mark.parametrize("version", BY_ID)
def test_disables_and_enables_by_id(cloud, matching, version):
    compute = connect(version).compute
    service = one(compute, "host3")
    disabled = compute.disable_service(service.id, disabled_reason="disk is full")
    assert (disabled.id, disabled.host, disabled.status, disabled.disabled_reason) == (
        service.id,
        "host3",
        "disabled",
        "disk is full",
    )
    assert disabled.updated_at == matching(CHANGED)
    assert (cloud.service()["status"], cloud.service()["disabled_reason"]) == ("disabled", "disk is full")
    enabled = compute.enable_service(service.id)
    assert (enabled.status, enabled.disabled_reason, enabled.state) == ("enabled", None, "up")
    assert (cloud.service()["status"], cloud.service()["disabled_reason"]) == ("enabled", None)


@pytest.mark.parametrize("version", BY_HOST + (BY_ID if FINDS_THE_ID else []))
def test_disables_and_enables_by_host_and_binary(cloud, version):
    compute = connect(version).compute
    disabled = compute.disable_service(None, "host3", "nova-compute", "disk is full")
    assert (disabled.host, disabled.binary, disabled.status, disabled.disabled_reason) == (
        "host3",
        "nova-compute",
        "disabled",
        "disk is full",
    )
    assert cloud.service()["disabled_reason"] == "disk is full"
    assert compute.enable_service(None, "host3", "nova-compute").status == "enabled"
    assert compute.disable_service(None, "host3", "nova-compute").status == "disabled"
    assert (cloud.service()["status"], cloud.service()["disabled_reason"]) == ("disabled", None)
    assert compute.enable_service(None, "host3", "nova-compute").status == "enabled"


@pytest.mark.parametrize("version", ["2.11", "2.52", *BY_ID])
def test_forces_down_and_up(cloud, version):
    compute = connect(version).compute
    service = one(compute, "host3")
    compute.update_service_forced_down(service, "host3", "nova-compute", True)
    assert (cloud.service()["forced_down"], cloud.service()["state"]) == (True, "down")
    compute.update_service_forced_down(service, "host3", "nova-compute", False)
    assert (cloud.service()["forced_down"], cloud.service()["state"]) == (False, "up")


def test_does_not_force_down_at_2_1(cloud):
    compute = connect("2.1").compute
    with pytest.raises(exceptions.NotFoundException) as refused:
        compute.update_service_forced_down(one(compute, "host3"), "host3", "nova-compute", True)
    assert str(refused.value) == f"NotFoundException: 404: Client Error for url: {cloud.nova}/os-services/force-down, Unknown action"


def test_updates_several_things_at_once(cloud):
    compute = connect().compute
    service = one(compute, "host3")
    changed = compute.update_service(service, status="disabled", disabled_reason="fenced", forced_down=True)
    assert (changed.status, changed.disabled_reason, changed.is_forced_down, changed.state) == ("disabled", "fenced", True, "down")
    changed = compute.update_service(service.id, status="enabled", forced_down=False)
    assert (changed.status, changed.disabled_reason, changed.is_forced_down, changed.state) == ("enabled", None, False, "up")


@pytest.mark.parametrize("version", BY_HOST)
def test_does_not_update_by_id_before_2_53(cloud, version):
    compute = connect(version).compute
    with pytest.raises(exceptions.SDKException, match="^Method require at least microversion 2.53$"):
        compute.update_service(one(compute, "host3"), status="disabled")


def test_does_not_update_an_unknown_service(cloud):
    with pytest.raises(exceptions.NotFoundException) as refused:
        connect().compute.disable_service(UNKNOWN)
    assert refused.value.details == f"Service {UNKNOWN} could not be found."


def test_does_not_update_what_is_not_a_compute_service(cloud):
    compute = connect().compute
    with pytest.raises(exceptions.BadRequestException) as refused:
        compute.disable_service(compute.find_service("nova-conductor"))
    assert refused.value.details == (
        "Updating a nova-conductor service is not supported. Only nova-compute services can be updated."
    )


@pytest.mark.world(EVACUATED)
@pytest.mark.parametrize("version", [None, "2.52"])
def test_does_not_force_up_before_its_evacuations_are_completed(cloud, version):
    compute = connect(version).compute
    with pytest.raises(exceptions.BadRequestException) as refused:
        compute.update_service_forced_down(one(compute, "host3"), "host3", "nova-compute", False)
    assert refused.value.details == EVACUATIONS_NOT_COMPLETED
    assert cloud.service()["forced_down"] is True


# --- delete


@pytest.mark.world(REMOVABLE)
@pytest.mark.parametrize("version", BY_HOST + BY_ID)
def test_deletes(cloud, version):
    compute = connect(version).compute
    service = one(compute, "host3")
    assert service.state == "down"
    assert compute.delete_service(service, ignore_missing=False) is None
    assert "nova-compute@host3" not in cloud.services()
    assert compute.delete_service(service.id) is None
    with pytest.raises(exceptions.NotFoundException) as refused:
        compute.delete_service(service.id, ignore_missing=False)
    assert refused.value.details == f"Service {service.id} not found."


@pytest.mark.world(REMOVABLE)
@pytest.mark.parametrize("version", ["2.1", None])
def test_does_not_delete_a_service_that_hosts_instances(cloud, version):
    compute = connect(version).compute
    with pytest.raises(exceptions.ConflictException) as refused:
        compute.delete_service(one(compute, "host1"))
    assert refused.value.details == HOSTING
    assert "nova-compute@host1" in cloud.services()


# --- as one who is not an administrator


@pytest.mark.usefixtures("as_reader")
@pytest.mark.parametrize(
    ("policy", "attempt"),
    [
        ("list", lambda compute: list(compute.services())),
        ("list", lambda compute: compute.find_service("nova-compute", host="host3")),
        ("update", lambda compute: compute.disable_service(UNKNOWN)),
        ("update", lambda compute: compute.enable_service(UNKNOWN)),
        ("update", lambda compute: compute.update_service_forced_down(UNKNOWN)),
        ("delete", lambda compute: compute.delete_service(UNKNOWN)),
    ],
    ids=["list", "find", "disable", "enable", "force-down", "delete"],
)
def test_a_reader_may_not(policy, attempt):
    with pytest.raises(exceptions.ForbiddenException) as refused:
        attempt(openstack.connect().compute)
    assert refused.value.details == DENIED.format(policy)


@pytest.mark.usefixtures("as_reader")
def test_a_reader_may_not_disable_by_host_and_binary():
    version, policy = (None, "list") if FINDS_THE_ID else ("2.52", "update")
    with pytest.raises(exceptions.ForbiddenException) as refused:
        connect(version).compute.disable_service(None, "host3", "nova-compute")
    assert refused.value.details == DENIED.format(policy)


# --- logging in


@pytest.fixture
def credential(cloud):
    """An application credential of the administrator's."""
    identity = cloud.connection.identity
    made = identity.create_application_credential(cloud.connection.current_user_id, name="ci", description="for a pipeline")
    yield made
    identity.delete_application_credential(cloud.connection.current_user_id, made)


def connect_by(cloud, credential, **changed):
    auth = {
        "auth_url": cloud.env["OS_AUTH_URL"],
        "application_credential_id": credential.id,
        "application_credential_secret": credential.secret,
        **changed,
    }
    return openstack.connect(auth_type="v3applicationcredential", auth=auth, region_name="RegionOne", load_envvars=False)


def test_makes_an_application_credential(cloud, credential, matching):
    user = cloud.connection.current_user_id
    assert (credential.name, credential.description, credential.expires_at) == ("ci", "for a pipeline", None)
    assert credential.unrestricted is None
    assert (credential.project_id, credential.user_id) == (cloud.connection.current_project_id, user)
    assert (credential.id, credential.secret) == (matching("[0-9a-f]{32}"), matching(r"[\w-]{86}"))
    assert {each["name"] for each in credential.roles} == {"admin", "manager", "member", "reader"}
    [listed] = cloud.connection.identity.application_credentials(user, name="ci")
    assert (listed.id, listed.secret) == (credential.id, None)


def test_an_application_credential_opens_the_cloud(cloud, credential):
    compute = connect_by(cloud, credential).compute
    assert compute.disable_service(one(compute, "host3"), disabled_reason="by a pipeline").disabled_reason == "by a pipeline"
    assert compute.enable_service(one(compute, "host3")).status == "enabled"


def test_an_application_credential_makes_no_other(cloud, credential):
    connection = connect_by(cloud, credential)
    with pytest.raises(exceptions.ForbiddenException) as refused:
        connection.identity.create_application_credential(cloud.connection.current_user_id, name="another")
    assert refused.value.details == (
        "You are not authorized to perform the requested action: "
        "Using method 'application_credential' is not allowed for managing additional application credentials.."
    )


def test_a_wrong_secret_opens_nothing(cloud, credential):
    message = r"^The request you have made requires authentication\. \(HTTP 401\)"
    with pytest.raises(exceptions.SDKException, match=message):
        connect_by(cloud, credential, application_credential_secret="wrong").authorize()


def test_a_token_stays_good_for_another_connection(cloud):
    token = cloud.connection.authorize()
    auth = {"auth_url": cloud.env["OS_AUTH_URL"], "token": token, "project_name": "admin", "project_domain_id": "default"}
    other = openstack.connect(auth_type="v3token", auth=auth, region_name="RegionOne", load_envvars=False)
    assert one(other.compute, "host1").host == "host1"
    assert other.current_user_id == cloud.connection.current_user_id

"""openstacksdk, on a good day and on a bad one."""

# #region sdk
import openstack
import pytest
from openstack import exceptions


def test_a_host_that_is_silent_is_seen_as_down(cloud):
    cloud("PATCH", "/services/nova-compute@host1", {"process": "stopped"})
    cloud("POST", "/clock/advance", {"by": "61s"})

    compute = openstack.connect().compute
    assert [each.host for each in compute.services(binary="nova-compute") if each.state == "down"] == ["host1"]


def test_a_service_that_nova_refuses_to_delete(cloud):
    cloud("POST", "/faults", {"match": {"operation": "os-services:delete"}, "do": "conflict"})

    compute = openstack.connect().compute
    service = next(compute.services(host="host3"))
    with pytest.raises(exceptions.ConflictException):
        compute.delete_service(service)
    assert cloud.asked_for("os-services:delete", host="host3", status=409) == 1
# #endregion

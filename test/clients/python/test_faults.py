"""Every ready-made fault, and what openstacksdk makes of it: what it would of a real cloud in that state."""

import json
import os
import threading
import urllib.request

import openstack
import pytest
from keystoneauth1 import exceptions as ksa
from openstack import exceptions
from worlds import EVACUATIONS_NOT_COMPLETED, HOSTING, IN_PROGRESS, REMOVABLE

pytestmark = pytest.mark.skipif(not os.environ.get("NOVASIM_URL"), reason="no real cloud fails on demand")

# The clock of these stands until it is moved, so that a delay ends when the test says, and not before.
STANDING = {**REMOVABLE, "clock": {"mode": "manual"}}
UNEXPECTED = "Unexpected API Error. Please contact the administrator\n<class '{}'>"
HAPROXY = "<html><body><h1>{}</h1>\n{}\n</body></html>\n"


class Novasim:
    """What steers the cloud of this test."""

    def __init__(self, cloud):
        self.url = cloud.env["OS_AUTH_URL"].removesuffix("/identity/v3") + "/_novasim"

    def __call__(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, None if body is None else json.dumps(body).encode(), timeout=30) as response:
            return json.loads(response.read() or "null")

    def fault(self, name, **rule):
        """Let it go wrong from now on."""
        self("POST", "/faults", {"do": name, **rule})

    def fired(self, name):
        return self("GET", f"/faults/{name}")["fired"]


@pytest.fixture
def novasim(cloud):
    return Novasim(cloud)


@pytest.fixture
def compute(cloud):
    """One who has logged in and found out what there is, before anything goes wrong."""
    compute = openstack.connect().compute
    list(compute.services())
    return compute


def one(compute, host):
    [service] = compute.services(host=host, binary="nova-compute")
    return service


def listed(compute):
    return sorted({each.host for each in compute.services()})


def lists(compute):
    return list(compute.services())


def disables(compute):
    return compute.disable_service(None, "host2", "nova-compute")


def is_disabled(novasim, host="host2"):
    return novasim("GET", f"/services/nova-compute@{host}")["status"] == "disabled"


# --- what Nova refuses


@pytest.mark.world(REMOVABLE)
@pytest.mark.parametrize(("name", "message"), [("conflict", HOSTING), ("migrations-in-progress", IN_PROGRESS)])
def test_a_service_cannot_be_deleted(compute, novasim, name, message):
    novasim.fault(name, times=1)
    with pytest.raises(exceptions.ConflictException) as refused:
        delete(compute)
    assert refused.value.details == message
    delete(compute)
    assert "host3" not in listed(compute)


@pytest.mark.world(REMOVABLE)
def test_evacuations_not_completed(compute, novasim):
    service = one(compute, "host3")
    novasim.fault("evacuations-not-completed")
    assert compute.update_service_forced_down(service, forced=True).is_forced_down
    with pytest.raises(exceptions.BadRequestException) as refused:
        compute.update_service_forced_down(service, forced=False)
    assert refused.value.details == EVACUATIONS_NOT_COMPLETED


def delete(compute, host="host3"):
    """Delete a service, for which the SDK has no method of its own."""
    found = {each.host: each.id for each in compute.services(binary="nova-compute")}
    openstack.exceptions.raise_from_response(compute.delete(f"/os-services/{found[host]}", microversion="2.53"))


# --- what Nova stands on


@pytest.mark.parametrize(
    ("name", "error", "attempt"),
    [
        ("provider-conflict", "nova.exception.ResourceProviderUpdateConflict", delete),
        ("messaging-timeout", "oslo_messaging.exceptions.MessagingTimeout", disables),
        ("messaging-down", "oslo_messaging.exceptions.MessageDeliveryFailure", disables),
        ("database-gone", "oslo_db.exception.DBConnectionError", lists),
        ("database-deadlock", "oslo_db.exception.DBDeadlock", disables),
        ("database-pool", "sqlalchemy.exc.TimeoutError", lists),
        ("cell-down", "oslo_db.exception.DBConnectionError", delete),
    ],
)
def test_an_exception_that_nova_does_not_expect(compute, novasim, name, error, attempt):
    novasim.fault(name)
    with pytest.raises(exceptions.HttpException) as failed:
        attempt(compute)
    assert (failed.value.status_code, failed.value.details) == (500, UNEXPECTED.format(error))
    assert not is_disabled(novasim)


def test_unknown_service(compute, novasim):
    service = one(compute, "host2")
    novasim.fault("unknown-service")
    with pytest.raises(exceptions.NotFoundException) as refused:
        compute.disable_service(service.id)
    assert refused.value.details == f"Service {service.id} could not be found."


def test_host_not_mapped(novasim):
    novasim.fault("host-not-mapped")
    with pytest.raises(exceptions.NotFoundException) as refused:
        disables(openstack.connect(compute_default_microversion="2.1").compute)
    assert refused.value.details == "Host 'host2' is not mapped to any cell"


@pytest.mark.parametrize(("attempt", "rule"), [(lists, "list"), (disables, "update"), (delete, "delete")])
def test_policy_denied(compute, novasim, attempt, rule):
    operations = ["os-services:list"] if rule == "list" else ["os-services:update", "os-services:delete"]
    novasim.fault("policy-denied", match={"operation": operations})
    with pytest.raises(exceptions.ForbiddenException) as refused:
        attempt(compute)
    assert refused.value.details == f"Policy doesn't allow os_compute_api:os-services:{rule} to be performed."


def test_quota_exceeded(compute, novasim):
    novasim.fault("quota-exceeded")
    with pytest.raises(exceptions.ForbiddenException) as refused:
        compute.create_server(name="a", image_id="b", flavor_id="c", networks="none")
    assert refused.value.details == "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances"


def test_older_api_node(novasim):
    compute = openstack.connect(compute_default_microversion="2.96").compute
    novasim.fault("older-api-node", times=1)
    with pytest.raises(exceptions.HttpException) as refused:
        lists(compute)
    message = "Version 2.96 is not supported by the API. Minimum is 2.1 and maximum is 2.79."
    assert (refused.value.status_code, refused.value.details) == (406, message)
    assert len(lists(compute)) == 5


# --- Keystone


def test_token_expired_in_the_middle(cloud, compute, novasim):
    old = cloud.connection.auth_token
    session = compute.session
    before = session.get_token()
    novasim.fault("token-expired")
    assert len(lists(compute)) == 5
    assert novasim.fired("token-expired") == 1
    assert session.get_token() not in (before, old)


def test_keystone_down(novasim):
    novasim.fault("keystone-down")
    with pytest.raises(exceptions.SDKException, match="Remote end closed connection without response"):
        openstack.connect().authorize()


@pytest.mark.world(STANDING)
def test_keystone_slow(novasim):
    novasim.fault("keystone-slow", match={"operation": "tokens:issue"})
    with pytest.raises((exceptions.SDKException, ksa.ConnectTimeout), match="timed out"):
        openstack.connect(api_timeout=0.3).authorize()
    patient = Asked(lambda: openstack.connect().authorize())
    assert patient.still_waits()
    novasim("POST", "/clock/advance", {"by": "10m"})
    assert patient.result()


def test_keystone_error(novasim):
    novasim.fault("keystone-error", match={"operation": "tokens:issue"})
    with pytest.raises(exceptions.SDKException, match="An unexpected error prevented the server from fulfilling your request"):
        openstack.connect().authorize()


def test_keystone_unreachable_for_nova(compute, novasim):
    novasim.fault("keystone-unreachable")
    with pytest.raises(exceptions.HttpException) as failed:
        lists(compute)
    assert failed.value.status_code == 503
    assert "The Keystone service is temporarily unavailable." in failed.value.response.text


# --- proxies


@pytest.mark.parametrize(
    ("name", "status", "reason", "body"),
    [
        ("bad-gateway", 502, "Bad Gateway", "The server returned an invalid or incomplete response."),
        ("bad-gateway-apache", 502, "Proxy Error", "The proxy server received an invalid\r\nresponse from an upstream server."),
        ("unavailable", 503, "Service Unavailable", "No server is available to handle this request."),
        ("maintenance", 503, "Service Unavailable", "The server is temporarily unable to service your\nrequest"),
        ("gateway-timeout", 504, "Gateway Time-out", "The server didn't respond in time."),
    ],
)
def test_what_a_proxy_says(compute, novasim, name, status, reason, body):
    novasim.fault(name)
    with pytest.raises(exceptions.HttpException) as failed:
        disables(compute)
    response = failed.value.response
    assert (response.status_code, response.reason) == (status, reason)
    assert response.headers["content-type"].startswith("text/html") and body in response.text
    assert is_disabled(novasim) is (name == "gateway-timeout" and response.request.method == "PUT")


def test_gateway_timeout_of_a_change_that_happened(compute, novasim):
    service = one(compute, "host2")
    novasim.fault("gateway-timeout")
    with pytest.raises(exceptions.HttpException, match="504"):
        compute.disable_service(service.id)
    assert is_disabled(novasim)


@pytest.mark.parametrize("name", ["rate-limited", "rate-limited-by-proxy"])
def test_rate_limited(compute, novasim, name):
    novasim.fault(name)
    with pytest.raises(exceptions.HttpException) as failed:
        for _ in range(1000):
            lists(compute)
    assert (failed.value.status_code, failed.value.response.headers["Retry-After"]) == (429, "1")


def test_over_limit(compute, novasim):
    novasim.fault("over-limit")
    with pytest.raises(exceptions.HttpException) as failed:
        lists(compute)
    assert (failed.value.status_code, failed.value.details) == (413, "This request was rate-limited.")
    assert failed.value.response.json()["overLimit"]["retryAfter"] == "1"


def test_flapping_api(compute, novasim):
    novasim.fault("flapping-api")
    url = compute.get_endpoint() + "/os-services"
    statuses = [compute.session.get(url, raise_exc=False).status_code for _ in range(10)]
    assert statuses == [200, 200, 200, 503, 503] * 2


# --- the wire


def test_lost_answer(compute, novasim):
    service = one(compute, "host2")
    novasim.fault("lost-answer")
    with pytest.raises(ksa.ConnectFailure, match="Remote end closed connection without response"):
        compute.disable_service(service.id)
    assert is_disabled(novasim)


def test_connection_closed(compute, novasim):
    service = one(compute, "host2")
    novasim.fault("connection-closed")
    with pytest.raises(ksa.ConnectFailure, match="Remote end closed connection without response"):
        compute.disable_service(service.id)
    assert not is_disabled(novasim)


def test_connection_reset(compute, novasim):
    service = one(compute, "host2")
    novasim.fault("connection-reset")
    with pytest.raises(ksa.ConnectFailure, match="Connection reset by peer"):
        compute.disable_service(service.id)
    assert not is_disabled(novasim)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("reset-in-answer", "Connection reset by peer"),
        ("short-answer", "IncompleteRead"),
        ("wrong-length", "IncompleteRead"),
    ],
)
def test_an_answer_that_breaks_off(compute, novasim, name, what):
    novasim.fault(name)
    with pytest.raises((ksa.UnknownConnectionError, ksa.ConnectFailure), match=what):
        lists(compute)


@pytest.mark.parametrize("name", ["truncated-json", "garbled-json"])
def test_json_that_is_none(compute, novasim, name):
    novasim.fault(name)
    with pytest.raises(ValueError):
        lists(compute)


def test_slow_body(compute, novasim):
    novasim.fault("slow-body")
    url = compute.get_endpoint() + "/os-services"
    answer = compute.session.get(url, timeout=0.5)
    assert len(answer.json()["services"]) == 5
    assert answer.elapsed.total_seconds() < 0.5


@pytest.mark.world(STANDING)
@pytest.mark.parametrize("name", ["slow-api", "hanging-api"])
def test_an_api_that_takes_its_time(compute, novasim, name):
    novasim.fault(name)
    url = compute.get_endpoint() + "/os-services"
    with pytest.raises(ksa.ConnectTimeout, match="timed out"):
        compute.session.get(url, timeout=0.3)
    patient = Asked(lambda: lists(compute))
    assert patient.still_waits()
    novasim("POST", "/clock/advance", {"by": "11m"})
    assert len(patient.result()) == 5


@pytest.mark.world(STANDING)
def test_lagging_list(compute, novasim):
    novasim.fault("lagging-list")
    novasim("POST", "/clock/advance", {"by": "1s"})
    novasim("POST", "/services", {"binary": "nova-compute", "host": "host9"})
    assert listed(compute) == ["controller", "host1", "host2", "host3"]
    novasim("POST", "/clock/advance", {"by": "30s"})
    assert listed(compute) == ["controller", "host1", "host2", "host3", "host9"]


@pytest.mark.world(REMOVABLE)
def test_duplicate_delivery(compute, novasim):
    service = one(compute, "host3")
    novasim.fault("duplicate-delivery")
    with pytest.raises(exceptions.NotFoundException) as refused:
        delete(compute)
    assert refused.value.details == f"Service {service.id} not found."
    assert "host3" not in listed(compute)


def test_every_ready_made_fault_is_tested_here(cloud):
    document = (os.path.dirname(__file__), "..", "..", "..", "docs", "faults.md")
    with open(os.path.join(*document), encoding="utf-8") as lines:
        table = lines.read().split("## Ready-made")[1]
    names = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    with open(__file__, encoding="utf-8") as lines:
        tests = lines.read()
    assert len(names) >= 25
    assert [name for name in names if f'"{name}"' not in tests] == []


class Asked:
    """Something that is asked for beside the test."""

    def __init__(self, ask):
        self.outcome = None
        self.thread = threading.Thread(target=lambda: setattr(self, "outcome", ask()), daemon=True)
        self.thread.start()

    def still_waits(self):
        self.thread.join(0.3)
        return self.thread.is_alive()

    def result(self):
        self.thread.join(20)
        return self.outcome

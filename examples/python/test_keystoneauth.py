"""keystoneauth alone, for a tool that asks Nova's API itself."""

# #region session
import os

from keystoneauth1 import adapter, session
from keystoneauth1.identity import v3


def test_a_tool_that_asks_the_api_itself(cloud):
    auth = v3.Password(
        auth_url=os.environ["OS_AUTH_URL"],
        username=os.environ["OS_USERNAME"],
        password=os.environ["OS_PASSWORD"],
        project_name=os.environ["OS_PROJECT_NAME"],
        user_domain_name=os.environ["OS_USER_DOMAIN_NAME"],
        project_domain_name=os.environ["OS_PROJECT_DOMAIN_NAME"],
    )
    nova = adapter.Adapter(session.Session(auth), service_type="compute", default_microversion="2.53")

    services = nova.get("/os-services", params={"host": "host1"}).json()["services"]
    nova.put(f"/os-services/{services[0]['id']}", json={"status": "disabled", "disabled_reason": "fan"})

    assert cloud("GET", "/services/nova-compute@host1")["disabled_reason"] == "fan"
    assert cloud.asked_for("os-services:update", host="host1", version="2.53") == 1
# #endregion

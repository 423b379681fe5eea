"""The image, for a test suite that has an engine and no Node."""

# #region container
import os

import openstack
import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy


@pytest.fixture(scope="session")
def novasim():
    container = DockerContainer(os.environ.get("NOVASIM_IMAGE", "novasim")).with_exposed_ports(8774)
    container.waiting_for(HttpWaitStrategy(8774, "/_novasim/health"))
    with container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(8774)}"


def test_services_are_listed(cloud):
    assert len(list(openstack.connect().compute.services())) == 5
# #endregion

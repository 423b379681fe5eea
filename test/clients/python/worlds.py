"""Worlds for tests that no cloud could take back."""

SERVICES = [
    {"binary": "nova-conductor", "host": "controller"},
    {"binary": "nova-scheduler", "host": "controller"},
    {"binary": "nova-compute", "host": "host1"},
    {"binary": "nova-compute", "host": "host2"},
    {"binary": "nova-compute", "host": "host3", "process": "stopped"},
]

# host1 hosts an instance; host2 hosts none; nova-compute on host3 has been stopped, as it should be before it is removed.
REMOVABLE = {"services": SERVICES, "instances": [{"name": "a", "host": "host1"}]}

# The instance was evacuated from host3, which has not come back since.
EVACUATED = {
    "services": [*SERVICES[:4], {**SERVICES[4], "forced_down": True}],
    "instances": [{"name": "a", "host": "host1"}],
    "migrations": [{"type": "evacuation", "status": "done", "source": "host3", "dest": "host1", "instance": "a"}],
}

# The instance is on its way from host1 to host2.
MIGRATING = {
    "services": SERVICES,
    "instances": [{"name": "a", "host": "host2"}],
    "migrations": [{"type": "migration", "status": "finished", "source": "host1", "dest": "host2", "instance": "a"}],
}

HOSTING = "Unable to delete compute service that is hosting instances. Migrate or delete the instances first."
IN_PROGRESS = (
    "Unable to delete compute service that has in-progress migrations. "
    "Complete the migrations or delete the instances first."
)
EVACUATIONS_NOT_COMPLETED = (
    "Unable to force up host host3 as `done` evacuation migration records remain associated with the host. "
    "Ensure the compute service has been restarted, allowing these records to move to `completed` before retrying this request."
)
# No service has this id.
UNKNOWN = "99999999-0000-4000-8000-000000000009"

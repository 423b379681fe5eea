#!/usr/bin/env python3
"""Retires dead compute hosts: makes sure that each is fenced, waits until it is empty, and deletes its service.

    retire.py            look every few seconds, until every host that is dead has been retired or GIVE_UP_AFTER is over
    retire.py --once     look once

It reads the OS_* variables, as every OpenStack client does. The evacuation itself is the business of another tool: this one
waits until Nova agrees that the host has no instances left, which Nova says by deleting the service.

This is the program as it ran for a year, and it has a bug that only a bad night shows. novasim finds it in two seconds:

    novasim play examples/retire/refused-twice.yaml -- python3 examples/retire/retire.py

`retire_mended.py` beside it is the one that passes.
"""
import sys
import time

import openstack
from openstack import exceptions

LOOK_EVERY = 0.5  # seconds
GIVE_UP_AFTER = 20  # seconds
MICROVERSION = "2.53"


def dead_hosts(compute):
    """The nova-compute services that Nova has not heard of for a minute."""
    return [service for service in compute.services(binary="nova-compute") if service.state == "down"]


def fence(compute, service):
    """Make sure that the host stays down for Nova, whatever it says of itself later."""
    if service.is_forced_down:
        return
    print(f"{service.host}: forcing it down", flush=True)
    compute.put(f"/os-services/{service.id}", json={"forced_down": True}, microversion=MICROVERSION)


def delete(compute, service):
    """Delete the service of a host that is empty."""
    answer = compute.delete(f"/os-services/{service.id}", microversion=MICROVERSION)
    if answer.status_code == 409:
        print(f"{service.host}: {answer.json()['conflictingRequest']['message']}", flush=True)
    exceptions.raise_from_response(answer) if answer.status_code not in (204, 404, 409) else None
    print(f"{service.host}: retired", flush=True)


def main():
    compute = openstack.connect().compute
    compute.default_microversion = MICROVERSION
    retired = set()
    give_up_at = time.monotonic() + GIVE_UP_AFTER
    while time.monotonic() < give_up_at:
        for service in dead_hosts(compute):
            if service.id in retired:
                continue
            fence(compute, service)
            delete(compute, service)
            retired.add(service.id)  # the bug: what Nova refused counts as done
        if retired or "--once" in sys.argv:
            print(f"{len(retired)} retired", flush=True)
            return 0
        time.sleep(LOOK_EVERY)
    print("no host to retire", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Retires dead compute hosts: makes sure that each is fenced, waits until it is empty, and deletes its service.

    retire.py            look every few seconds, until every host that is dead has been retired or GIVE_UP_AFTER is over
    retire.py --once     look once

It reads the OS_* variables, as every OpenStack client does. The evacuation itself is the business of another tool: this one
waits until Nova agrees that the host has no instances left, which Nova says by deleting the service.

This is `retire.py` with its bug mended: a refusal is no success, and an answer that was lost is asked for again.

    novasim play examples/retire/refused-twice.yaml -- python3 examples/retire/retire_mended.py
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
    """Delete the service of a host that is empty. Returns whether it is gone."""
    try:
        answer = compute.delete(f"/os-services/{service.id}", microversion=MICROVERSION)
    except exceptions.SDKException as lost:  # it may have been deleted or not: the next look will tell
        print(f"{service.host}: no answer, {type(lost).__name__}", flush=True)
        return False
    if answer.status_code == 409:
        print(f"{service.host}: {answer.json()['conflictingRequest']['message']}", flush=True)
        return False
    if answer.status_code not in (204, 404):
        exceptions.raise_from_response(answer)
    print(f"{service.host}: retired", flush=True)
    return True


def main():
    compute = openstack.connect().compute
    compute.default_microversion = MICROVERSION
    seen = set()
    give_up_at = time.monotonic() + GIVE_UP_AFTER
    while time.monotonic() < give_up_at:
        dead = dead_hosts(compute)
        for service in dead:
            seen.add(service.id)
            fence(compute, service)
            delete(compute, service)
        if (seen and not dead_hosts(compute)) or "--once" in sys.argv:
            print(f"{len(seen)} retired", flush=True)
            return 0
        time.sleep(LOOK_EVERY)
    print(f"{len(dead)} of {len(seen)} dead hosts are still there", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())

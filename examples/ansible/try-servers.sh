#!/bin/sh
# The playbook about servers and aggregates, in a cloud with two empty hosts.
set -eu
novasim serve --port 8793 --world world.yaml --clock manual > login.env 2> novasim.log &
trap 'kill $!' EXIT
until grep -q '^export' login.env; do sleep 0.1; done
. ./login.env

ansible-playbook servers.yaml > servers.log 2>&1 || { cat servers.log; exit 1; }
grep 'changed=' servers.log

#!/bin/sh
# The playbook on a good day, and on one when a host is silent.
# #region try
set -eu
novasim serve --port 8792 --clock manual > login.env 2> novasim.log &
trap 'kill $!' EXIT
until grep -q '^export' login.env; do sleep 0.1; done
. ./login.env
export NOVASIM_URL=http://127.0.0.1:8792

ansible-playbook silent-hosts.yaml > good-day.log 2>&1

novasim services set host2 --process stopped
novasim clock advance 61s
if ansible-playbook silent-hosts.yaml > bad-day.log 2>&1; then
  echo 'the playbook has not seen that host2 is silent' >&2
  exit 1
fi
grep 'silent: host2' bad-day.log
# #endregion

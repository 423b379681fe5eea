#!/bin/sh
# #region try
set -eu
novasim serve --port 8791 --clock manual > login.env &
trap 'kill $!' EXIT
until grep -q '^export' login.env; do sleep 0.1; done
eval "$(novasim env --port 8791)"
export NOVASIM_URL=http://127.0.0.1:8791

# host1 falls silent, and a minute later Nova takes it for down.
novasim services set host1 --process stopped
novasim clock advance 61s

sh disable.sh

# What came of it, and that nothing else was asked for than that.
novasim services --json | grep -q '"host":"host1".*"disabled_reason":"silent"'
test "$(novasim journal tail --no-follow -n 100 --operation os-services:update --json | wc -l)" -eq 1
# #endregion

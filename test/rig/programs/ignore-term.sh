#!/bin/sh
# ignore-term.sh: says "ready", then ignores SIGTERM, SIGINT and SIGHUP; only SIGKILL ends it.
trap '' TERM INT HUP
echo ready
while :; do sleep 1000000; done

#!/bin/sh
# forks.sh FILE: starts a child in its own group and session (setsid), a plain child and a grandchild, writes each pid as
# a line of FILE ("escaped PID", "child PID", "grandchild PID", last "ready"), and lives on. The escaped one ignores SIGTERM.
file=$1
setsid sh -c 'trap "" TERM; echo "escaped $$" >> "$1"; exec sleep 1000000' forks "$file" &
sh -c 'echo "child $$" >> "$1"; (sh -c "echo grandchild \$\$ >> \"\$1\"; exec sleep 1000000" forks "$1") & wait' forks "$file" &
until [ "$(wc -l < "$file" 2>/dev/null || echo 0)" -ge 3 ]; do sleep 0.01; done
echo ready >> "$file"
wait

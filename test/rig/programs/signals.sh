#!/bin/sh
# signals.sh: says "ready", then the name of each HUP, USR1, USR2, INT and TERM that it gets; TERM ends it with 0.
for name in HUP USR1 USR2 INT; do trap "echo $name" "$name"; done
trap 'echo TERM; kill -9 $! 2>/dev/null; exit 0' TERM
echo ready
while :; do sleep 1000000 & wait $!; kill -9 $! 2>/dev/null; done

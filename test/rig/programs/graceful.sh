#!/bin/sh
# graceful.sh [PAUSE] [CODE]: says "ready"; on SIGTERM says "stopping", waits PAUSE seconds (default 0), says "stopped", ends with CODE (default 0).
pause=${1:-0} code=${2:-0}
trap 'kill $! 2>/dev/null; echo stopping; if [ "$pause" != 0 ]; then sleep "$pause"; fi; echo stopped; exit "$code"' TERM
echo ready
# `wait` is interrupted by a trapped signal, a foreground `sleep` would delay the trap.
while :; do sleep 1000000 & wait $!; kill $! 2>/dev/null; done

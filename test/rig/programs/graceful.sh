#!/bin/sh
# graceful.sh [PAUSE] [CODE]: says "ready"; on SIGTERM says "stopping", waits PAUSE seconds (default 0), says "stopped", ends with CODE (default 0).
pause=${1:-0} code=${2:-0}
trap 'kill -9 $! 2>/dev/null; echo stopping; if [ "$pause" != 0 ]; then sleep "$pause"; fi; echo stopped; exit "$code"' TERM
echo ready
# `wait` is interrupted by a trapped signal, a foreground `sleep` would delay the trap. KILL, because a TERM that comes before the
# `sleep` is one would be swallowed with the trap that it still has.
while :; do sleep 1000000 & wait $!; kill -9 $! 2>/dev/null; done

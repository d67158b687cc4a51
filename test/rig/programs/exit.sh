#!/bin/sh
# exit.sh CODE [PAUSE] [LAST WORDS…]: waits PAUSE seconds (default 0), says the words on stderr, ends with CODE.
code=${1:-1} pause=${2:-0}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] && shift
if [ "$pause" != 0 ]; then sleep "$pause"; fi
if [ $# -gt 0 ]; then echo "$*" >&2; fi
exit "$code"

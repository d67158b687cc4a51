#!/bin/sh
# lines.sh COUNT [PAUSE] [LABEL]: writes "LABEL 1" … "LABEL COUNT" (label default "line"), PAUSE seconds apart, then ends with 0.
# COUNT 0 means for ever.
count=${1:-0} pause=${2:-0} label=${3:-line} n=0
while [ "$count" -eq 0 ] || [ "$n" -lt "$count" ]; do
  n=$((n + 1))
  echo "$label $n"
  if [ "$pause" != 0 ]; then sleep "$pause"; fi
done

#!/bin/sh
# member.sh DIR NAME LIFE: runs until it is told to stop (or LIFE seconds; 0: for ever), and says so in DIR/twice when another of its name runs.
trap 'rmdir "$1/$2.lock"; exit 0' TERM
mkdir "$1/$2.lock" 2>/dev/null || { echo "$2 $$" >> "$1/twice"; exit 1; }
rounds=0
while [ "$3" = 0 ] || [ "$rounds" -lt "$(($3 * 20))" ]; do
  rounds=$((rounds + 1))
  sleep 0.05 &
  wait $!
done
rmdir "$1/$2.lock"
exit 3

#!/bin/sh
# writer.sh DIR NAME LINES PAUSE LIFE: every PAUSE seconds writes LINES numbered lines "PID N", to stdout and, numbered apart, one to
# stderr. Ends with 1 after LIFE rounds (0: never), with 0 when DIR/stop is there; its last words on both are "PID last N".
# DIR/NAME.lock is held while it lives: a second one of the same name says so in DIR/twice. Each start is a line of DIR/NAME.starts.
dir=$1 name=$2 lines=$3 pause=$4 life=$5
mkdir "$dir/$name.lock" 2>/dev/null || { echo "$name $$" >> "$dir/twice"; exit 1; }
echo $$ >> "$dir/$name.starts"
out=0 round=0 code=0
while [ ! -e "$dir/stop" ]; do
  round=$((round + 1))
  if [ "$lines" -eq 1 ]; then echo "$$ $((out + 1))"; else seq -f "$$ %.0f" $((out + 1)) $((out + lines)); fi
  out=$((out + lines))
  echo "$$ $round" >&2
  if [ "$round" -eq "$life" ]; then code=1; break; fi
  sleep "$pause"
done
echo "$$ last $out"
echo "$$ last $round" >&2
rmdir "$dir/$name.lock"
exit "$code"

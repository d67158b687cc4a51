#!/bin/sh
# tick.sh DIR: one run of a scheduled job: a line of DIR/ticks with the ms in which it began, and one of DIR/overlap if another runs.
mkdir "$1/tick.lock" 2>/dev/null || { echo "$$" >> "$1/overlap"; exit 1; }
date +%s%3N >> "$1/ticks"
sleep 0.1
rmdir "$1/tick.lock"

#!/bin/sh
# busy.sh: uses one core until it is told to end.
while :; do :; done

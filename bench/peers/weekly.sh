#!/bin/sh
# The weekly figures as the monitoring guide takes them: a pass over the whole log for each, with its mistakes.
export LC_ALL=C
echo "warnings=$(grep -c '⚠️ \[Config\]' "$1")"
echo "calls=$(grep -c 'WS CONNECTION' "$1")"
echo "fallbacks=$(grep -c 'Fallback' "$1")"
echo "errors=$(grep -c '❌' "$1")"
grep 'TTFB' "$1" | grep -o 'TTFB=[0-9]*' | awk -F= '{ sum += $2 } END { print "ttfb=" NR; if (NR) print "mean=" sum / NR }'

#!/bin/sh
# The guide's weekly_report.sh with its very greps and their mistakes; it tells the count of its samples besides.
export LC_ALL=C
echo "warnings=$(grep -c '⚠️ \[Config\]' "$1")"
echo "calls=$(grep -c 'WS CONNECTION' "$1")"
echo "fallbacks=$(grep -c 'Fallback' "$1")"
grep 'TTFB' "$1" | grep -oP 'TTFB=\K\d+' | awk '{ sum += $1; count++ } END { print "ttfb=" count + 0; if (count) print "mean=" sum / count }'

#!/bin/sh
# options.sh TARGET: what libFuzzer is told whenever a target runs: its limits, and the words of its
# input's language, which it would not find by itself.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
echo "-max_len=4096 -timeout=10 -rss_limit_mb=2048"
case $1 in
  answer_of_daemon | audit_lines | dead_letter_body | event_body | ndjson | statement | tiktok_answer | tiktok_body)
    words=json ;;
  connect_answer | door | forwarded_for | http_head | proxy_url)
    words=http ;;
  catalog_rules | consent_strings | cookie_header | gpp | relay_cookie)
    words=consent ;;
  configuration | consent_rules)
    words=yaml ;;
  *)
    exit 0 ;;
esac
echo "-dict=$here/words/$words"

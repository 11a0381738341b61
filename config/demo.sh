#!/usr/bin/env bash
# What `./dev run` shows: a sandbox upstream, the sidecar with config/demo.yaml, three visitors.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=${1:-build/release/gatepost}

mkdir -p build/demo
export GATEPOST_DEMO_TOKEN=demo

# Starts a program in the background and waits until it says it listens.
start() { # name, command...
  local name=$1 log="build/demo/$1.out"
  shift
  "$@" >"$log" 2>"build/demo/$name.log" &
  pids+=($!)
  until grep -q '^listening' "$log"; do
    if ! kill -0 "${pids[-1]}" 2>/dev/null; then
      echo "$name did not start:" >&2
      cat "build/demo/$name.log" >&2
      exit 1
    fi
    read -rt 0.05 <> <(:) || true
  done
  sed "s/^/  /" "$log"
}

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait' EXIT
trap 'exit 0' INT TERM

echo "Starting:"
start sandbox "$program" sandbox --listen 127.0.0.1:8789
start gatepost "$program" serve --config config/demo.yaml

# Three people: a refusal also takes back what still waits of the same visitor.
post() { # title, name, phone, consent cookie, event id
  echo
  echo "$1"
  echo "  Cookie: ${4:-(none)}"
  local body
  body=$(jq -nc --arg name "$2" --arg phone "$3" --arg cookie "$4" --arg id "$5" '{event: "Purchase", event_id: $id,
    user: {email: " \($name)@Example.com", phone: $phone},
    page: {url: "https://shop.example/thanks?ttclid=E.C.P.\($name)&email=\($name)@example.com"},
    properties: {value: 46, currency: "EUR"},
    visitor: {cookie: $cookie, country: "DE", ip: "203.0.113.10", user_agent: "Mozilla/5.0"}}')
  curl -sS --json "$body" http://127.0.0.1:8787/v1/events |
    jq -r '.results[0] | "  → \(.outcome): \(.decision.rule) (\(.decision.source))"'
}

run=$(date +%s)
cookiebot() { echo "CookieConsent={necessary:true%2Cmarketing:$1%2Cmethod:%27explicit%27%2Cutc:1795000000000}"; }
post "A visitor who accepted marketing in Cookiebot's banner:" Alice "+1 (213) 373-4253" "$(cookiebot true)" "granted-$run"
post "A visitor who refused it:" Bob "+44 20 7183 8750" "$(cookiebot false)" "denied-$run"
post "A visitor who has not decided yet:" Carol "+49 30 901820" "" "undecided-$run"

echo
echo "What reached the sandbox in TikTok's place:"
for _ in $(seq 100); do
  seen=$(curl -sS http://127.0.0.1:8789/_events)
  jq -e --arg id "granted-$run" 'any(.events[]; .event.event_id == $id)' >/dev/null <<<"$seen" && break
  read -rt 0.05 <> <(:) || true
done
jq --arg run "$run" '.events[] | select(.event.event_id | endswith($run)) | .event' <<<"$seen" | sed 's/^/  /'

cat <<'EOF'

Try it:

  curl --json '{"event": "Purchase", "user": {"email": "you@example.com"},
    "visitor": {"country": "DE"}, "consent": {"marketing": "granted"}}' http://127.0.0.1:8787/v1/events

  curl http://127.0.0.1:8789/_events     what came out at the other end
  curl http://127.0.0.1:8788/metrics     what was counted
  tail build/demo/gatepost.log           what the daemon says

Running until Ctrl-C.
EOF
wait

#!/bin/sh
# Starts a server with sample traffic and shows its map until Ctrl-C: run.sh PATH-TO-TOMO
set -eu
tomo=$1
data=${TOMO_DATA_DIR:-./tomo-data}
mkdir -p "$data"
rm -f "$data/addresses.json"

"$tomo" serve --data-dir "$data" &
server=$!
demo=""
map=""
stop() {
    trap - INT TERM EXIT
    # shellcheck disable=SC2086 # empty ones must vanish
    kill -TERM $map $demo "$server" 2> /dev/null || true
    wait $map 2> /dev/null || true
    wait "$server" 2> /dev/null || true
    printf '\nstopped; the traces stay in %s\n' "$data"
    exit 0
}
trap stop INT TERM EXIT

waited=0
while [ ! -s "$data/addresses.json" ]; do
    kill -0 "$server" 2> /dev/null || { trap - EXIT; wait "$server"; exit 1; }
    waited=$((waited + 1))
    [ "$waited" -lt 300 ] || { echo "the server did not start within 30 s" >&2; exit 1; }
    sleep 0.1
done
address() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$data/addresses.json"; }
api="http://$(address api)"

"$tomo" demo --xray-addr "$(address xray)" > "$data/demo.log" 2>&1 &
demo=$!
cat <<TEXT

Sample traffic is running: a shop with a few faults in it. Try, in another terminal:
  $tomo traces --endpoint $api
  $tomo trace ID --endpoint $api
  AWS_ENDPOINT_URL_XRAY=$api aws xray get-service-graph --region eu-west-1 --no-sign-request \\
      --start-time \$((\$(date +%s) - 600)) --end-time \$(date +%s)
Your own programs: AWS_XRAY_DAEMON_ADDRESS=$(address xray)

The map follows in a few seconds; Ctrl-C stops everything.
TEXT
sleep 5
if [ -t 1 ]; then
    "$tomo" map --watch --endpoint "$api" &
    map=$!
    wait "$server"
else
    while kill -0 "$server" 2> /dev/null; do
        "$tomo" map --endpoint "$api" || true
        sleep 30
    done
fi

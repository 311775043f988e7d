# What the benchmarks share; sourced by them.
set -euo pipefail
# Numbers with a point, whatever the user's language.
export SWIFT_BACKTRACE=enable=no LC_ALL=C

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${ITP_BINARY:-$home/.build/release/itp}
folder=$(mktemp -d)
started=

say() { printf '%s\n' "$*" >&2; }

# Ends what this script has started, and nothing else.
finish() {
    for pid in $started; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT

# install PACKAGE… : those that are missing, as root or through sudo
install() {
    local missing="" package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)" = "install ok installed" ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    local root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { say "these packages are missing, and neither root nor sudo is at hand:$missing"; exit 1; }
        root=sudo
    fi
    say "installing$missing"
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 \
        || { $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
}

# free_port: a TCP port that nobody listens at
free_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 50); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
    return 1
}

# await PORT: until somebody listens
await() {
    for _ in $(seq 300); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.1
    done
    say "nobody listens at port $1"
    return 1
}

# ticks PID… : user and system time so far, of all of them, in ticks of the kernel
ticks() {
    local pid sum=0
    for pid in "$@"; do
        # The name, in brackets, may hold blanks: what follows it is counted.
        sum=$((sum + $(sed 's/.*) //' "/proc/$pid/stat" | awk '{print $12 + $13}')))
    done
    echo "$sum"
}

# processors: what the host has taken away so far, and all there was, in ticks of the kernel
processors() { awk '/^cpu / { print $9, $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9 }' /proc/stat; }

# stolen BEFORE: percent of the processors that the host has taken away since that line of `processors`
stolen() { echo "$1 $(processors)" | awk '{ printf "%.1f\n", ($4 > $2 ? 100 * ($3 - $1) / ($4 - $2) : 0) }'; }

# is_undisturbed SHARE: whether the host has taken so little that a run says something of the server
is_undisturbed() { awk "BEGIN { exit !($1 <= 2.0) }"; }

# calm: waits until the host has given all of the processors for a second, for about $CALM seconds at most (60)
calm() {
    local before pids deadline=$((SECONDS + ${CALM:-60}))
    while true; do
        before=$(processors) pids=
        for _ in $(seq "$(nproc)"); do
            timeout 1 sh -c 'while :; do :; done' &
            pids="$pids $!"
        done
        # shellcheck disable=SC2086
        wait $pids || true
        if is_undisturbed "$(stolen "$before")" || [ "$SECONDS" -ge "$deadline" ]; then return; fi
        sleep 5
    done
}

# rss PID: resident memory in KiB
rss() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }

# configuration FOLDER TOKEN DEBUG WORKERS: a configuration with a source of any form, `bench`
configuration() {
    cp -r "$home/config" "$1"
    cat >"$1/ITPSvcCfg.ini" <<INI
[LISTEN]
IntakeToken=$2
[QUEUE]
Workers=$4
[GLOBAL]
LogLevel=warning
Debug=$3
[SOURCE bench]
Auth=bearer:$2
Subject={/subject}
Agent={/agent}
Org={/org}
DeliveryId={/key}
Default=fire
INI
}

# serve CONFIG DATA PORT: starts the service; its process id is in \$served
serve() {
    "$program" serve --config "$1" --data "$2" --listen "127.0.0.1:$3" 2>>"$folder/itp.log" &
    served=$!
    started="$started $served"
    await "$3" || { cat "$folder/itp.log" >&2; exit 1; }
}

# median NUMBER… ; also of decimal numbers
median() { printf '%s\n' "$@" | sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

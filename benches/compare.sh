#!/usr/bin/env bash
# Measures ftplog beside the tools that one would take otherwise, and prints Markdown: benches/compare.sh [MIB] [ROUNDS]
#
# MIB is the size of the largest input (1024 unless given), ROUNDS how often everything is run (5). The tools take turns, each behind
# `wc -l` on the same file, and the median counts: where the times of `wc -l` differ, the machine was not quiet. The inputs are made
# of the recordings in samples/ and need three times MIB in COMPARE_DIR, or in a folder that is removed afterwards. Peers that are not
# installed are named. Below 256 MiB the ratios say little. It needs bash 4, awk and coreutils.
# The backquotes are Markdown.
# shellcheck disable=SC2016
set -euo pipefail
cd "$(dirname "$0")/.."
# Everybody gets bytes to read, not characters.
export LC_ALL=C

mib=${1:-1024}
rounds=${2:-5}
for number in "$mib" "$rounds"; do
    case $number in
    *[!0-9]* | 0*)
        printf 'error: %s is neither a size in MiB nor a number of rounds\n  tip: benches/compare.sh 1024 5\n' "$number" >&2
        exit 2
        ;;
    esac
done

if [ -n "${COMPARE_DIR:-}" ]; then
    dir=$COMPARE_DIR
    mkdir -p "$dir"
else
    dir=$(mktemp -d)
    trap 'rm -rf "$dir"' EXIT
fi
target=${CARGO_TARGET_DIR:-target}
ftplog=$target/release/ftplog
codes=', "(421|50[23]) '
memory_goal_mib=32

# The tools, side by side: the input, the name in the table, where the output goes, and the words of the command.
inputs=() names=() outputs=() commands=()
missing=()

# tool INPUT NAME OUTPUT COMMAND...: remembers a tool, if it is installed.
tool() {
    if ! command -v "$4" >/dev/null; then
        case " ${missing[*]-} " in *" $4 "*) ;; *) missing+=("$4") ;; esac
        return
    fi
    inputs+=("$1") names+=("$2") outputs+=("$3")
    shift 3
    commands+=("$(printf '%s\037' "$@")")
}

# words I: puts the words of a command into `words`.
words() {
    IFS=$'\037' read -r -d '' -a words <<<"${commands[$1]}" || true
    # Behind the last word stands the end of the line.
    unset 'words[${#words[@]}-1]'
}

# seconds OUTPUT COMMAND...: how long a command takes. ftplog must succeed; a peer may find nothing.
seconds() {
    local output=$1 status=0 TIMEFORMAT=%3R
    shift
    { time "$@" >"$output" 2>"$dir/errors" || status=$?; } 2>"$dir/time"
    if [ "$status" -ne 0 ] && { [ "$1" = "$ftplog" ] || [ "$status" -ge 126 ]; }; then
        printf 'error: %s ends with %d\n' "$*" "$status" >&2
        sed 's/^/  /' "$dir/errors" >&2
        exit 1
    fi
    cat "$dir/time"
}

# Whether GNU time is there, which knows the most memory that a command held.
if env time -f %M true >/dev/null 2>&1; then knows_memory=yes; else knows_memory=no; fi

# peak_mib OUTPUT COMMAND...: the most memory that it holds, or - where that cannot be seen. Looking now and then may miss it.
peak_mib() {
    local output=$1 kib=0 now pid
    shift
    if [ "$knows_memory" = yes ]; then
        env time -f %M -o "$dir/memory" "$@" >"$output" 2>/dev/null || true
        kib=$(tail -n 1 "$dir/memory")
    elif [ -r /proc/self/status ]; then
        "$@" >"$output" 2>/dev/null &
        pid=$!
        while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
            kib=$now
            sleep 0.02
        done
        wait "$pid" || true
    fi
    if [ "$kib" -gt 0 ]; then echo $(((kib + 1023) / 1024)); else echo -; fi
}

median() {
    sort -n | awk '{ all[NR] = $1 } END { print NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2 }'
}

# ratio A B: A by B, with two places.
ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }'
}

cargo build --release --locked --quiet --bin ftplog --example multiply
multiply=$target/release/examples/multiply

# at_least_1 MIB
at_least_1() {
    echo $(($1 > 1 ? $1 : 1))
}

# Sizes in the proportions of what such files have: a capture is many packets and few commands.
extended_mib=$(at_least_1 $((mib / 5)))
capture_mib=$(at_least_1 $((mib / 20)))
log=$dir/vsftpd.log lftp=$dir/lftp.txt extended=$dir/extended.log capture=$dir/capture.pcap
"$multiply" samples/server.log "$mib" >"$log"
cat samples/lftp/proftpd-errors.txt samples/lftp/pyftpdlib-quote.txt samples/lftp/vsftpd-badpass.txt >"$dir/recording"
"$multiply" "$dir/recording" "$mib" >"$lftp"
# One session of the six, so that as many are open as in the vsftpd log.
grep ' pid=10682 ' samples/proftpd-extended/custom-concurrent.log >"$dir/recording"
"$multiply" "$dir/recording" "$extended_mib" >"$extended"
"$multiply" samples/capture/vsftpd-order.pcap "$capture_mib" >"$capture"
gzip -c "$log" >"$log.gz"
if command -v zstd >/dev/null; then zstd -q -c "$log" >"$log.zst"; fi

# analyze INPUT [FILE]: ftplog with two threads and with one.
analyze() {
    local jobs
    for jobs in 2 1; do
        tool "$1" "ftplog -j $jobs" "$dir/out" "$ftplog" analyze -f json --no-config --fail-on never -j "$jobs" "${2:-$1}"
    done
}

tool "$log" cat /dev/null cat "$log"
tool "$log" 'wc -l' "$dir/out" wc -l "$log"
tool "$log" "grep -cE '$codes'" "$dir/out" grep -cE "$codes" "$log"
tool "$log" "rg -c '$codes'" "$dir/out" rg -c "$codes" "$log"
tool "$log" 'mawk -f compare.awk' "$dir/out" mawk -f benches/compare.awk "$log"
tool "$log" 'gawk -f compare.awk' "$dir/out" gawk -f benches/compare.awk "$log"
tool "$log" 'lnav, index only' "$dir/out" lnav -n -q "$log"
analyze "$log"
tool "$log.gz" zcat /dev/null zcat "$log.gz"
tool "$log.gz" 'pigz -dc' /dev/null pigz -dc "$log.gz"
analyze "$log.gz"
tool "$log.zst" 'zstd -dc' /dev/null zstd -dc "$log.zst"
if [ -e "$log.zst" ]; then analyze "$log.zst"; fi
tool "$lftp" "grep -cE '^<--- (421|50[23])'" "$dir/out" grep -cE '^<--- (421|50[23])' "$lftp"
analyze "$lftp"
tool "$extended" "grep -cE ' code=(421|50[23]) '" "$dir/out" grep -cE ' code=(421|50[23]) ' "$extended"
tool "$extended" goaccess "$dir/out" goaccess "$extended" --no-global-config --no-progress -o "$dir/goaccess.json" \
    --date-format=%Y-%m-%d --time-format=%T \
    --log-format='%d %t,%^ pid=%^ sess=%^ client=%h:%^ user=%^ cmd="%^" verb=%^ code=%s reply="%^" bytes=%b dur=%^ file="%U"'
analyze "$extended"
tool "$capture" 'tshark -Y ftp -T fields' "$dir/out" tshark -r "$capture" -Y ftp -T fields \
    -e tcp.stream -e ftp.request.command -e ftp.response.code
analyze "$capture"

rm -f "$dir"/tool-*.s "$dir"/beside-*.s
for ((round = 1; round <= rounds; round++)); do
    for i in "${!names[@]}"; do
        seconds /dev/null wc -l "${inputs[i]}" >>"$dir/beside-$i.s"
        words "$i"
        seconds "${outputs[i]}" "${words[@]}" >>"$dir/tool-$i.s"
    done
done

# bytes FILE: how many bytes of log a file holds.
bytes() {
    case $1 in
    *.gz | *.zst) wc -c <"$log" ;;
    *) wc -c <"$1" ;;
    esac
}

# The median of a tool on an input is looked up by both.
declare -A wall peak
printf 'Largest input: %s MiB. Rounds: %s. Machine: %s.\n\n' "$mib" "$rounds" "$(uname -srm)"
printf '| input | tool | wall s | `wc -l` beside it, s | MB/s | peak MiB |\n|---|---|---|---|---|---|\n'
for i in "${!names[@]}"; do
    key="${inputs[i]##*/} ${names[i]}"
    words "$i"
    wall[$key]=$(median <"$dir/tool-$i.s")
    peak[$key]=$(peak_mib "${outputs[i]}" "${words[@]}")
    # A bar would end the cell.
    printf '| %s | `%s` | %s | %s | %s | %s |\n' "${inputs[i]##*/}" "${names[i]//|/\\|}" "${wall[$key]}" \
        "$(median <"$dir/beside-$i.s")" \
        "$(awk -v b="$(bytes "${inputs[i]}")" -v s="${wall[$key]}" 'BEGIN { print (s > 0) ? int(b / s / 1e6) : "-" }')" \
        "${peak[$key]}"
done
rm -f "$dir"/tool-*.s "$dir"/beside-*.s

printf '\n| goal | measured | wanted | reached |\n|---|---|---|---|\n'

# goal WHAT MEASURED SIGN LIMIT UNIT: a row of the table.
goal() {
    awk -v what="$1" -v got="$2" -v sign="$3" -v limit="$4" -v unit="$5" 'BEGIN {
        reached = sign == "<=" ? got + 0 <= limit + 0 : got + 0 >= limit + 0
        if (got == "-" || got == "") reached = -1
        said[-1] = "not measured"; said[0] = "no"; said[1] = "yes"
        printf "| %s | %s%s | %s %s%s | %s |\n", what, got, unit, sign == "<=" ? "at most" : "at least", limit, unit, said[reached]
    }'
}

# against INPUT A B SIGN LIMIT: the time of A by that of B, if both ran.
against() {
    local a=${wall["$1 $2"]-} b=${wall["$1 $3"]-}
    if [ -n "$a" ] && [ -n "$b" ]; then
        goal "$1: \`${2//|/\\|}\` by \`${3//|/\\|}\`" "$(ratio "$a" "$b")" "$4" "$5" ''
    fi
}

against vsftpd.log 'ftplog -j 2' "grep -cE '$codes'" '<=' 0.7
against vsftpd.log 'ftplog -j 1' "grep -cE '$codes'" '<=' 1.2
against vsftpd.log 'mawk -f compare.awk' 'ftplog -j 2' '>=' 15
against vsftpd.log 'ftplog -j 1' 'ftplog -j 2' '>=' 1.75
against vsftpd.log.gz 'ftplog -j 2' zcat '<=' 0.55
against extended.log 'ftplog -j 2' "grep -cE ' code=(421|50[23]) '" '<=' 1.0
against capture.pcap 'tshark -Y ftp -T fields' 'ftplog -j 2' '>=' 200

lines_a_second=()
for file in "$lftp" "$log"; do
    lines_a_second+=("$(ratio "$(wc -l <"$file")" "${wall["${file##*/} ftplog -j 2"]}")")
done
goal 'lines a second of lftp.txt by those of vsftpd.log' "$(ratio "${lines_a_second[@]}")" '>=' 1.5 ''
for input in vsftpd.log vsftpd.log.gz vsftpd.log.zst lftp.txt extended.log capture.pcap; do
    if [ -n "${peak["$input ftplog -j 2"]-}" ]; then
        goal "$input: peak memory" "${peak["$input ftplog -j 2"]}" '<=' "$memory_goal_mib" ' MiB'
    fi
done
for _ in 1 2 3 4 5 6 7 8 9 10 11; do seconds "$dir/out" "$ftplog" explain 503; done >"$dir/starts"
goal 'start-up: `ftplog explain 503`' "$(median <"$dir/starts" | awk '{ printf "%.0f", $1 * 1000 }')" '<=' 10 ' ms'

# A MiB must cost the same in a long log as in a short one.
printf '\n| size | ms a MiB, `ftplog -j 2` | by the smallest, at most 1.10 |\n|---|---|---|\n'
smallest=
size=$((mib < 16 ? mib : 16))
while :; do
    head -c $((size << 20)) "$log" >"$dir/part.log"
    for ((round = 1; round <= rounds; round++)); do
        seconds "$dir/out" "$ftplog" analyze -f json --no-config --fail-on never -j 2 "$dir/part.log"
    done >"$dir/times"
    each=$(median <"$dir/times" | awk -v size="$size" '{ printf "%.3f", $1 * 1000 / size }')
    smallest=${smallest:-$each}
    printf '| %s MiB | %s | %s |\n' "$size" "$each" "$(ratio "$each" "$smallest")"
    if [ "$size" -ge "$mib" ]; then break; fi
    size=$((size * 4 < mib ? size * 4 : mib))
done

if [ "$knows_memory" = no ]; then
    printf '\nMemory was looked at now and then, since GNU time is missing: short runs may hold more.\n'
fi
if [ ${#missing[@]} -gt 0 ]; then
    printf '\nNot installed, so not measured: %s.\n' "${missing[*]}"
fi

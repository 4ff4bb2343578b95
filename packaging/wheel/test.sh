#!/usr/bin/env bash
# Builds the Python wheel, installs it into an empty environment, and runs what was installed. $1 is a maturin; without it, one
# comes from PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/fresh"
maturin=${1:-}
if [ -z "$maturin" ]; then
    python3 -m venv "$work/tools"
    "$work/tools/bin/pip" install --quiet 'maturin>=1.9,<2'
    maturin="$work/tools/bin/maturin"
fi

"$maturin" build --release --quiet --out "$work/wheels"
wheel=("$work"/wheels/*.whl)
[ ${#wheel[@]} -eq 1 ]
printf '%s: %d bytes\n' "${wheel[0]##*/}" "$(wc -c <"${wheel[0]}")"
"$work/fresh/bin/pip" install --quiet --no-index "${wheel[0]}"
# What was installed is meant, not what was built.
cd "$work"
"$work/fresh/bin/ftplog" --version
code=0
"$work/fresh/bin/ftplog" analyze "$OLDPWD/samples/server.log" >report.txt || code=$?
if [ "$code" -ne 1 ] || ! grep -q '^Found ' report.txt; then
    printf 'error: the analysis came to %d\n' "$code" >&2
    cat report.txt >&2
    exit 1
fi

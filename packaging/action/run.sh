#!/usr/bin/env bash
# What the action of action.yml does. By hand:
#   GITHUB_OUTPUT=/dev/stdout FTPLOG_ACTION_PATHS=server.log packaging/action/run.sh
# It keeps to Bash 3.2, which macOS has: no mapfile, and no empty array under `set -u`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command=${FTPLOG_ACTION_COMMAND:-}
paths=${FTPLOG_ACTION_PATHS:-}
more=${FTPLOG_ACTION_ARGS:-}
version=${FTPLOG_ACTION_VERSION:-}
sarif=${FTPLOG_ACTION_SARIF:-}

# $1: what is wrong, $2: how to mend it. Words of the user come here by %q only, so that none begins a line, where GitHub
# would take it for a command.
fail() {
    printf 'error: %s\n  tip: %s\n' "$1" "$2" >&2
    exit 2
}

# The version that the program $1 says it is, or nothing.
version_of() {
    "$1" --version 2>/dev/null | sed -n 's/^ftplog //p' || true
}

# The path of an ftplog of version $1, which is installed if it is not there.
installed() {
    local root="${RUNNER_TEMP:-${TMPDIR:-/tmp}}/ftplog-$1"
    if [ "$(version_of "$root/bin/ftplog")" != "$1" ]; then
        local how
        if command -v cargo-binstall >/dev/null; then
            how=(binstall --no-confirm --locked --root "$root" "ftplog@$1")
        elif command -v cargo >/dev/null; then
            how=(install --locked --root "$root" --version "$1" ftplog)
        else
            fail 'neither ftplog nor cargo is on the PATH' 'install ftplog or Rust in a step before this one'
        fi
        cargo "${how[@]}" >&2 || fail "ftplog $1 cannot be installed" 'cargo says why above'
    fi
    printf '%s/bin/ftplog' "$root"
}

case $command in
'') if [ -f ftplog.expect.toml ]; then command=check; else command=analyze; fi ;;
check | analyze) ;;
*) fail "command is $(printf %q "$command")" 'it is check, analyze, or empty' ;;
esac
case $version in
'') ;;
*[!0-9A-Za-z.+-]* | [!0-9]*) fail "version is $(printf %q "$version")" 'write a version such as 0.1.0, without a v' ;;
esac
case $sarif in
*$'\n'*) fail 'sarif has more than one line' 'name one file' ;;
esac

ftplog=$(command -v ftplog || true)
if [ -z "$ftplog" ] || { [ -n "$version" ] && [ "$(version_of "$ftplog")" != "$version" ]; }; then
    own=$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/../../Cargo.toml" | head -n 1)
    ftplog=$(installed "${version:-$own}")
fi

arguments=("$command")
if [ -n "$sarif" ]; then
    arguments+=(-o "sarif=$sarif")
fi
# xargs parts words and takes quotation marks off, and expands nothing.
words=$(printf '%s' "$more" | xargs -n 1 printf '%s\n') ||
    fail "args is $(printf %q "$more")" 'close every quotation mark'
while IFS= read -r word; do
    [ -z "$word" ] || arguments+=("$word")
done <<<"$words"
# Behind this, nothing is an option.
arguments+=(--)
while IFS= read -r path; do
    path=${path%$'\r'}
    [ -z "$path" ] || arguments+=("$path")
done <<<"$paths"

# By the variable, so that `args` may ask for another format.
export FTPLOG_FORMAT="${FTPLOG_FORMAT:-github}"
code=0
"$ftplog" "${arguments[@]}" </dev/null || code=$?

{
    printf 'exit-code=%s\n' "$code"
    if [ -n "$sarif" ] && [ -f "$sarif" ]; then
        printf 'sarif=%s\n' "$sarif"
    fi
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"

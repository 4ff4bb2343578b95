#!/usr/bin/env bash
# Makes what packages have besides the program: manual pages and completions, in target/packaging. The program comes to be, too.
set -euo pipefail
cd "$(dirname "$0")/.."

to=target/packaging
ftplog="${CARGO_TARGET_DIR:-target}/release/ftplog"
cargo build --release --locked
rm -rf "$to/man" "$to/completions"
mkdir -p "$to/completions"
cargo run --quiet --locked --example man -- "$to/man"
"$ftplog" completions bash >"$to/completions/ftplog.bash"
"$ftplog" completions zsh >"$to/completions/_ftplog"
"$ftplog" completions fish >"$to/completions/ftplog.fish"

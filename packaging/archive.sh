#!/usr/bin/env bash
# Makes the archive of a release for a target, with the name by which cargo-binstall looks for it.
set -euo pipefail
cd "$(dirname "$0")/.."

triple=${1:?'name a target, for example x86_64-unknown-linux-musl'}
built="${CARGO_TARGET_DIR:-target}"
packaging/pages.sh
cargo build --release --locked --target "$triple"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name="ftplog-$triple-v$version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/$name"
cp "$built/$triple/release/ftplog" README.md CHANGELOG.md LICENSE-* "$work/$name"
cp -R target/packaging/man target/packaging/completions "$work/$name"
strip "$work/$name/ftplog"
# The same files give the same archive. A Mac has GNU tar under another name, if at all.
tar=$(command -v gtar || command -v tar)
"$tar" --sort=name --owner=0 --group=0 --numeric-owner --mtime='@0' -C "$work" -czf "target/packaging/$name.tar.gz" "$name"
printf 'target/packaging/%s.tar.gz: %d bytes\n' "$name" "$(wc -c <"target/packaging/$name.tar.gz")"

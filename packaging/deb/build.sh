#!/usr/bin/env bash
# Builds the Debian package, and tries what is in it. It needs cargo-deb and dpkg-deb; man and lintian are used where they are.
set -euo pipefail
cd "$(dirname "$0")/../.."

target="${CARGO_TARGET_DIR:-target}"
packaging/pages.sh
# Debian wants a list of its packages beside that of the versions.
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
maintainer=$(sed -n 's/^maintainer = "\(.*\)"/\1/p' Cargo.toml)
made=$(date -R -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}")
printf 'ftplog (%s-1) unstable; urgency=medium\n\n  * Version %s of ftplog.\n\n -- %s  %s\n' \
    "$version" "$version" "$maintainer" "$made" >target/packaging/changelog
deb=$(cargo deb --no-build --locked --strip)
printf '%s: %d bytes\n' "$deb" "$(stat -c %s "$deb")"

root="$target/packaging/deb"
rm -rf "$root"
dpkg-deb -x "$deb" "$root"
for file in bin/ftplog share/man/man1/ftplog.1.gz share/man/man1/ftplog-check.1.gz share/doc/ftplog/copyright \
    share/bash-completion/completions/ftplog share/zsh/vendor-completions/_ftplog share/fish/vendor_completions.d/ftplog.fish; do
    [ -s "$root/usr/$file" ] || { printf 'error: /usr/%s is not in the package\n' "$file" >&2; exit 1; }
done
"$root/usr/bin/ftplog" --version
"$root/usr/bin/ftplog" analyze --fail-on never -q samples/server.log >/dev/null
for page in "$root"/usr/share/man/man1/*.gz; do
    # A warning of the formatter is a mistake in the page.
    ! command -v man >/dev/null || [ -z "$(MANROFFSEQ='' man --warnings -l "$page" 2>&1 >/dev/null)" ]
done
! command -v lintian >/dev/null || lintian --fail-on error --tag-display-limit 0 "$deb"

#!/usr/bin/env bash
# Gets the forwarders that `npm run bench:agent` runs beside the agent and that are not installed: syslog-ng from Debian,
# unpacked into .cache, for Debian will not install it beside rsyslog. Needs apt-get; safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$PWD/.cache/peers/syslog-ng
[ -x "$target/usr/sbin/syslog-ng" ] && exit
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
(cd "$packages" && apt-get -q download syslog-ng-core libivykis0 libnet1 libwrap0 libjson-c5)
mkdir -p "$target"
for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$target"; done

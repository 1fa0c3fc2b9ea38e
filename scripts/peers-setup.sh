#!/usr/bin/env bash
# Gets the forwarders that `npm run bench:agent` runs beside the agent and that are not installed, into .cache: syslog-ng from
# Debian, unpacked, for Debian will not install it beside rsyslog (needs apt-get); otelcol from Go modules by its builder (needs
# Go 1.25 or newer, and some minutes). What cannot be had is told and left out. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=$PWD/.cache/peers

syslog_ng() {
  [ -x "$peers/syslog-ng/usr/sbin/syslog-ng" ] && return
  (cd "$work" && apt-get -q download syslog-ng-core libivykis0 libnet1 libwrap0 libjson-c5)
  mkdir -p "$peers/syslog-ng"
  for package in "$work"/*.deb; do dpkg-deb -x "$package" "$peers/syslog-ng"; done
}

otelcol() {
  [ -x "$peers/otelcol-syslog" ] && return
  if ! command -v go > /dev/null; then
    echo "otelcol is not built: go is not installed" >&2
    return
  fi
  mkdir -p "$peers"
  cp -r bench/agent/otelcol "$work"
  # The newest version of which the module proxy has every module.
  GOBIN=$work go install go.opentelemetry.io/collector/cmd/builder@v0.149.0
  (cd "$work/otelcol" && ../builder --config builder.yaml)
  mv "$work/otelcol/build/otelcol-syslog" "$peers"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
syslog_ng
otelcol

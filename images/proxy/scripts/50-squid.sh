#!/bin/sh
# squid as the distribution ships it, with our rules; its log of accesses goes to syslog. Takes: STAGE.
set -eu
install -D -m 644 "$STAGE/files/squid.conf" "${ROOT:-}/etc/squid/squid.conf"
install -D -m 644 "$STAGE/files/10-after-logtail.conf" "${ROOT:-}/etc/systemd/system/squid.service.d/10-after-logtail.conf"
code=0
said=$(squid -k parse 2>&1) || code=$?
if [ "$code" -ne 0 ] || printf '%s\n' "$said" | grep -qE 'ERROR|FATAL|WARNING'; then
  printf 'squid -k parse ended with %s:\n%s\n' "$code" "$said" >&2
  exit 1
fi
systemctl enable squid.service

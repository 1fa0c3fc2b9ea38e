#!/bin/sh
# squid as the distribution ships it, with our rules; its log of accesses goes to syslog. Takes: STAGE.
set -eu
install -D -m 644 "$STAGE/files/squid.conf" "${ROOT:-}/etc/squid/squid.conf"
install -D -m 644 "$STAGE/files/10-after-logtail.conf" "${ROOT:-}/etc/systemd/system/squid.service.d/10-after-logtail.conf"
squid -k parse 2>&1 | grep -E 'ERROR|FATAL|WARNING' && exit 1
systemctl enable squid.service

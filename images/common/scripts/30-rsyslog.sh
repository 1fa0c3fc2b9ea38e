#!/bin/sh
# Makes rsyslog forward to the agent; that it starts after it is said by the agent's package. Takes: STAGE, RSYSLOG (relp or tcp).
set -eu

case "$RSYSLOG" in
relp) from=80-logtail.conf ;;
tcp) from=80-logtail-tcp.conf ;;
*)
  echo "RSYSLOG must be relp or tcp, got '$RSYSLOG'" >&2
  exit 1
  ;;
esac
etc=${ROOT:-}/etc
install -D -m 644 "${ROOT:-}/usr/share/sls-agent/rsyslog/$from" "$etc/rsyslog.d/80-logtail.conf"
install -D -m 644 "$STAGE/common/60-logtail-sysctl.conf" "$etc/sysctl.d/60-logtail.conf"
install -d -m 700 "${ROOT:-}/var/spool/rsyslog"
rsyslogd -N1
systemctl enable rsyslog.service

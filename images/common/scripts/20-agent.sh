#!/bin/sh
# Installs the agent's package and tells it where it is. Nothing runs yet: the machine that is baked must not log as one of those
# that are made from it. Takes: STAGE, AGENT_CONFIG (JSON), and, each of them or empty, USER_DEFINED_ID, PROXY_URL.
set -eu
etc=${ROOT:-}/etc/ilogtail

install -d -m 755 "$etc"
umask 022
printf '%s\n' "$AGENT_CONFIG" >"$etc/sls-agent.json"
# The image that this one starts from may be one of ours, with another id.
rm -f "$etc/user_defined_id" "$etc/ca.pem"
if [ -n "${USER_DEFINED_ID:-}" ]; then printf '%s\n' "$USER_DEFINED_ID" >"$etc/user_defined_id"; fi

# A proxy's address may hold a password.
umask 077
: >"$etc/sls-agent.env"
if [ -n "${PROXY_URL:-}" ]; then
  printf 'HTTP_PROXY="%s"\nHTTPS_PROXY="%s"\nNO_PROXY=100.100.100.200,127.0.0.1,localhost\n' "$PROXY_URL" "$PROXY_URL" >>"$etc/sls-agent.env"
fi
if [ -s "$STAGE/ca.pem" ]; then
  install -m 644 "$STAGE/ca.pem" "$etc/ca.pem"
  printf 'NODE_EXTRA_CA_CERTS=/etc/ilogtail/ca.pem\n' >>"$etc/sls-agent.env"
fi

if command -v apt-get >/dev/null; then
  dpkg --install "$STAGE"/agent/*.deb
else
  rpm --upgrade --replacepkgs "$STAGE"/agent/*.rpm
fi
systemctl enable logtail-first-boot.service logtail.service

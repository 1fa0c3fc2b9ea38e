#!/bin/sh
# Installs the service's own Logtail where sls-agent would be: same user-defined id, same TCP port, same line of rsyslog
# (images/rsyslog/80-logtail-tcp.conf; it knows neither RELP nor 0.1+sd). Run as root on the machine that becomes an image.
# Takes from the environment: REGION (of the installer, such as cn-hangzhou), USER_DEFINED_ID; if wanted LOGTAIL_INSTALL (auto; or
# a region as logtail.sh names them, such as cn-hangzhou-internet), LOGTAIL_URL (of logtail.sh), ROOT (before every path, for trials).
# Files beside it: logtail.service; ../agent/first-boot.sh and ../agent/logtail-first-boot.service.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=${ROOT:-}
home=$root/usr/local/ilogtail
config=$home/ilogtail_config.json
# Forward proxies came with it.
least=1.5.0

die() {
  printf 'logtail-official: %s\n' "$*" >&2
  exit 1
}

[ -n "${REGION:-}" ] || die 'REGION must be set, such as cn-hangzhou'
case ${USER_DEFINED_ID:-} in
'') die 'USER_DEFINED_ID must be set, such as logtail-id-dev: the machine group names it' ;;
*[[:space:],]*) die "USER_DEFINED_ID must be one id without spaces and commas, got '$USER_DEFINED_ID'" ;;
esac

# Sets a key of a JSON file that has a line for each; a comma at its end stays as it is.
set_key() { # KEY VALUE
  if grep -q "^[[:space:]]*\"$1\"[[:space:]]*:" "$config"; then
    sed -E -i "s|^([[:space:]]*\"$1\"[[:space:]]*:[[:space:]]*).*[^,[:space:]](,?)[[:space:]]*\$|\\1$2\\2|" "$config"
  else
    sed -i "0,/{/s|{|{\\n    \"$1\" : $2,|" "$config"
  fi
  grep -qF "$2" "$config" || die "$config: $1 could not be set to $2"
}

mkdir -p "$root/etc/ilogtail"
printf '%s\n' "$USER_DEFINED_ID" >"$root/etc/ilogtail/user_defined_id"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
url=${LOGTAIL_URL:-https://logtail-release-$REGION.oss-$REGION.aliyuncs.com/linux64/logtail.sh}
curl -fsS --retry 3 -o "$work/logtail.sh" "$url" || die "$url could not be fetched; LOGTAIL_URL names another place"
chmod 755 "$work/logtail.sh"
(cd "$work" && ./logtail.sh install "${LOGTAIL_INSTALL:-auto}")
[ -f "$config" ] || die "logtail.sh left no $config"

# It was started by its installer; the file with its version may take it a moment.
tries=0
until [ -s "$home/app_info.json" ] || [ "$tries" -ge 30 ]; do
  tries=$((tries + 1))
  sleep 1
done
version=$(sed -n 's/.*"logtail_version"[[:space:]]*:[[:space:]]*"\([0-9.]*\)".*/\1/p' "$home/app_info.json" 2>/dev/null || true)
[ -n "$version" ] || die "$home/app_info.json tells no logtail_version: does Logtail run?"
[ "$(printf '%s\n' "$least" "$version" | sort -V | head -n 1)" = "$least" ] || die "Logtail $version is older than $least"

set_key streamlog_open true
set_key streamlog_formats '[{"version": "0.1", "fields": []}]'
if command -v python3 >/dev/null; then
  python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$config" || die "$config is no JSON any more"
fi

# Its start script would start it before cloud-init is through.
if [ -x "$root/etc/init.d/ilogtaild" ]; then
  "$root/etc/init.d/ilogtaild" stop
  rm -f "$root/etc/init.d/ilogtaild"
fi
# Says the address and the name of this machine; Logtail makes it anew on each machine that is made from the image.
rm -f "$home/app_info.json"

units=$root/etc/systemd/system
mkdir -p "$units" "$root/usr/lib/sls-agent"
cp "$here/logtail.service" "$here/../agent/logtail-first-boot.service" "$units/"
cp "$here/../agent/first-boot.sh" "$root/usr/lib/sls-agent/first-boot"
cp "$here/../agent/clean-image.sh" "$root/usr/lib/sls-agent/clean-image"
chmod 755 "$root/usr/lib/sls-agent/first-boot" "$root/usr/lib/sls-agent/clean-image"
if [ -z "$root" ]; then
  systemctl daemon-reload
  systemctl enable logtail.service
fi
printf 'Logtail %s is installed\n' "$version"

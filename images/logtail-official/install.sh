#!/bin/sh
# Installs the service's own Logtail where sls-agent would be: same user-defined id, same port, same line of rsyslog in plain TCP (it
# knows neither RELP nor 0.1+sd). The step of an image whose `collector` is logtail, in place of 20-agent.sh; run as root.
# Takes: REGION, such as cn-hangzhou; and, each of them or empty, USER_DEFINED_ID, PROXY_URL, NETWORK (intranet, public or
# share: its endpoint of the service), LOGTAIL_VERSION (the newest), LOGTAIL_URL (of logtail.sh), STAGE (the files beside this one are in its
# folder agent/; an image's inventory is told there what was installed), ROOT (before every path, for trials).
set -eu

root=${ROOT:-}
files=${STAGE:+$STAGE/agent}
files=${files:-$(cd "$(dirname "$0")" && pwd)}
etc=$root/etc/ilogtail
units=$root/usr/lib/systemd/system
init=$root/etc/init.d/ilogtaild
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
*[[:space:]]*) die "USER_DEFINED_ID must be one id without spaces, got '$USER_DEFINED_ID'" ;;
esac
# As logtail.sh names endpoints; its `auto` is that of the intranet, in the region of the machine that asks.
case ${NETWORK:-intranet} in
intranet) where=$REGION ;;
public) where=$REGION-internet ;;
share) where=$REGION-inner ;;
*) die "NETWORK must be intranet, public or share, got '$NETWORK'" ;;
esac
[ ! -e "$root/usr/bin/sls-agent" ] ||
  die 'sls-agent is installed, and both take the same port; start from an image without it, or remove its package'

# Sets a key of a JSON file that has a line for each; a comma at its end stays as it is.
set_key() { # KEY VALUE
  if grep -q "^[[:space:]]*\"$1\"[[:space:]]*:" "$config"; then
    sed -E -i "s|^([[:space:]]*\"$1\"[[:space:]]*:[[:space:]]*).*[^,[:space:]](,?)[[:space:]]*\$|\\1$2\\2|" "$config"
  else
    sed -i "0,/{/s|{|{\\n    \"$1\" : $2,|" "$config"
  fi
  grep "\"$1\"" "$config" | grep -qF "$2" || die "$config: $1 could not be set to $2"
}

# Prints what is installed: the program is a link to ilogtail_VERSION; older ones write it into a file once they run.
installed_version() {
  named=$(readlink "$home/ilogtail" || true)
  case $named in
  *ilogtail_[0-9]*)
    printf '%s\n' "${named##*_}"
    return
    ;;
  esac
  tries=0
  until [ -s "$home/app_info.json" ] || [ "$tries" -ge 30 ]; do
    tries=$((tries + 1))
    sleep 1
  done
  sed -n 's/.*"logtail_version"[[:space:]]*:[[:space:]]*"\([0-9.]*\)".*/\1/p' "$home/app_info.json" 2>/dev/null || true
}

# Whether a process of it is there.
runs() {
  for process in /proc/[0-9]*/exe; do
    case $(readlink "$process" 2>/dev/null || true) in "$home"/ilogtail*) return 0 ;; esac
  done
  return 1
}

install -d -m 755 "$etc"
umask 022
# The installer starts Logtail: without an id the machine that is baked is in no group, and collects nothing.
rm -f "$etc/user_defined_id"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
url=${LOGTAIL_URL:-https://logtail-release-$REGION.oss-$REGION.aliyuncs.com/linux64/logtail.sh}
# Without its query, which may hold a signature.
curl -fsS --retry 3 -o "$work/logtail.sh" "$url" || die "${url%%\?*} could not be fetched; LOGTAIL_URL names another place"
chmod 755 "$work/logtail.sh"
(cd "$work" && ./logtail.sh install "$where" ${LOGTAIL_VERSION:+-v "$LOGTAIL_VERSION"}) ||
  die "logtail.sh install $where ended with $?"
[ -f "$config" ] || die "logtail.sh left no $config"
[ -x "$home/ilogtail" ] || die "logtail.sh left no program $home/ilogtail"

version=$(installed_version)
[ -n "$version" ] || die "$home/app_info.json tells no logtail_version: does Logtail run?"
[ "$(printf '%s\n' "$least" "$version" | sort -V | head -n 1)" = "$least" ] || die "Logtail $version is older than $least"
[ "${LOGTAIL_VERSION:-$version}" = "$version" ] || die "Logtail $version was installed, and not $LOGTAIL_VERSION"

# Its own unit and start script would start it before cloud-init is through, and besides ours.
if [ -x "$init" ]; then "$init" stop || "$init" force-stop || die 'Logtail could not be stopped'; fi
tries=0
while runs; do
  [ "$tries" -lt 30 ] || die 'Logtail was stopped and still runs: what it writes now would be in the image'
  tries=$((tries + 1))
  sleep 1
done
rm -f "$init" "$root/etc/systemd/system/ilogtaild.service" "$root"/etc/systemd/system/*.wants/ilogtaild.service \
  "$root"/etc/rc?.d/[SK]??ilogtaild "$root"/etc/rc.d/rc?.d/[SK]??ilogtaild
# Says the address and the name of this machine; Logtail makes it anew on each machine that is made from the image.
rm -f "$home/app_info.json"

set_key streamlog_open true
set_key streamlog_formats '[{"version": "0.1", "fields": []}]'
# By itself it listens on all addresses.
set_key streamlog_tcp_addr '"127.0.0.1"'
set_key streamlog_tcp_port 11111
if command -v python3 >/dev/null; then
  python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$config" || die "$config is no JSON any more"
fi

if [ -n "${USER_DEFINED_ID:-}" ]; then printf '%s\n' "$USER_DEFINED_ID" >"$etc/user_defined_id"; fi
install -d -m 755 "$units/rsyslog.service.d" "$root/usr/lib/sls-agent" "$root/usr/share/sls-agent/rsyslog"
install -m 644 "$files/logtail.service" "$files/logtail-first-boot.service" "$units/"
install -m 644 "$files/rsyslog-10-after-logtail.conf" "$units/rsyslog.service.d/10-after-logtail.conf"
install -m 755 "$files/first-boot.sh" "$root/usr/lib/sls-agent/first-boot"
install -m 755 "$files/clean-image.sh" "$root/usr/lib/sls-agent/clean-image"
install -m 644 "$files/80-logtail-tcp.conf" "$root/usr/share/sls-agent/rsyslog/"

# Read by the unit, as that of sls-agent. A proxy's address may hold a password.
umask 077
: >"$etc/sls-agent.env"
if [ -n "${PROXY_URL:-}" ]; then
  printf 'HTTP_PROXY="%s"\nHTTPS_PROXY="%s"\nNO_PROXY=100.100.100.200,127.0.0.1,localhost\n' "$PROXY_URL" "$PROXY_URL" >>"$etc/sls-agent.env"
fi

if [ -n "${STAGE:-}" ]; then printf 'logtail\t%s\t%s\tgeneric\n' "$version" "$(uname -m)" >"$STAGE/inventory.more"; fi
systemctl daemon-reload
systemctl enable logtail-first-boot.service logtail.service
printf 'Logtail %s is installed\n' "$version"

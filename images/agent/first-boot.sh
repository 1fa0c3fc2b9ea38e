#!/bin/sh
# Who this machine is in Log Service. Run by logtail-first-boot.service at each boot, before the agent and rsyslog; does something
# only on the first boot of a machine, be it made from an image or from the disk of another machine.
# - What a clone carries of the other machine is moved into folders named former: unsent lines, checkpoints, configs.
#   The other machine sends its lines itself.
# - A line "logtail_user_defined_id: ID" in the instance's user data, also behind a #, is written to /etc/ilogtail/user_defined_id.
# Environment: ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT in place of http://100.100.100.200, ROOT before every path.
set -eu
umask 022

root=${ROOT:-}
state=$root/var/lib/logtail-first-boot
ids=$root/etc/ilogtail/user_defined_id
service=${ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT:-}
pause=15s
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '%s\n' "$*"; }

# ---- facts: a line each, KIND VALUE. Every boot waits for this: a process less is some milliseconds less.

first_line() { # FILE; into $line
  line=
  if [ -r "$1" ]; then read -r line _ <"$1" || true; fi
}

# Asks the metadata service; prints the answer. Returns 1 when there is no such item, 2 when nobody answers.
metadata() { # PATH
  [ -n "$service" ] && [ ! -e "$work/silent" ] || return 2
  [ -e "$work/token" ] || curl -fsS --noproxy '*' -X PUT --connect-timeout 2 --max-time 4 \
    -H 'X-aliyun-ecs-metadata-token-ttl-seconds: 60' -o "$work/token" "$service/latest/api/token" 2>"$work/said" || {
    say "the metadata service does not answer: $(cat "$work/said")" >&2
    : >"$work/silent"
    return 2
  }
  code=$(curl -sS --noproxy '*' --connect-timeout 2 --max-time 4 -H "X-aliyun-ecs-metadata-token: $(cat "$work/token")" \
    -o "$work/answer" -w '%{http_code}' "$service$1" 2>"$work/said") || return 2
  [ "$code" = 404 ] && return 1
  [ "$code" = 200 ] || return 2
  cat "$work/answer"
}

instance_id() { # into $line
  # cloud-init writes this one anew at each boot.
  first_line "$root/run/cloud-init/.instance-id"
  case $line in '' | iid-datasource-none) line=$(metadata /latest/meta-data/instance-id) || line= ;; esac
}

all_lines() { # FILE; into $lines
  lines=
  while read -r line; do lines="$lines$line;"; done <"$1"
}

fact() { # KIND
  if [ -n "$line" ]; then say "$1 $line"; fi
}

facts() {
  instance_id
  fact instance-id
  first_line "$root/sys/class/dmi/id/product_uuid"
  fact product-uuid
  first_line "$root/etc/machine-id"
  fact machine-id
}

# Says the first fact by which another machine is meant. An instance id decides alone; without it any fact that differs does.
differs() { # BEFORE NOW
  awk '
    NR == FNR { before[$1] = $2; next }
    ($1 in before) && $1 == "instance-id" { if (before[$1] != $2) print $1 " was " before[$1] " and is " $2; exit }
    ($1 in before) && before[$1] != $2 { print $1 " was " before[$1] " and is " $2; exit }
  ' "$1" "$2"
}

# The facts of now, and those of before that nobody tells now.
together() { # BEFORE NOW
  awk 'NR == FNR { now[$1] = $2; print; next } !($1 in now)' "$2" "$1"
}

# ---- what a clone carries

put_aside() { # FOLDER NAME...
  folder=$1
  shift
  for name in "$@"; do
    [ -e "$folder/$name" ] || continue
    mkdir -p "$folder/former/$now"
    chmod 0700 "$folder/former"
    mv "$folder/$name" "$folder/former/$now/"
    say "put aside: $folder/former/$now/$name"
  done
}

forget_other_machine() {
  now=$(date -u +%Y%m%dT%H%M%SZ)
  put_aside "$root/var/lib/sls-agent" buffer set-aside configs.json status.json
  for spool in "$root/var/spool/rsyslog" "$root/var/lib/rsyslog"; do
    [ -d "$spool" ] || continue
    # Disk queues: NAME.qi and NAME.00000001.
    find "$spool" -maxdepth 1 -type f \( -name '*.qi' -o -name '*.[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]' \) |
      while read -r file; do put_aside "$spool" "${file##*/}"; done
  done
  for file in "$root"/usr/local/ilogtail/logtail_buffer_file_*; do put_aside "$root/usr/local/ilogtail" "${file##*/}"; done
  # Logtail makes it anew; what it says decides about machine groups by address.
  rm -f "$root/usr/local/ilogtail/app_info.json"
}

# ---- user-defined ids

user_data() {
  if [ -e "$root/run/cloud-init/.instance-id" ]; then
    if [ -r "$root/var/lib/cloud/instance/user-data.txt" ]; then cat "$root/var/lib/cloud/instance/user-data.txt"; else return 1; fi
  elif [ -n "$service" ] || [ -e "$work/no-curl" ]; then
    metadata /latest/user-data
  else
    # No instance of a cloud: there is nobody to ask, now or later.
    return 1
  fi
}

wanted_ids() { # FILE
  LC_ALL=C sed -n 's/^[#[:space:]]*logtail_user_defined_id[[:space:]]*[:=][[:space:]]*//p' "$1" |
    head -n 1 | tr ',' '\n' | sed "s/^[[:space:]\"']*//; s/[[:space:]\"']*\$//; /^\$/d"
}

use_user_data() {
  code=0
  user_data >"$work/user-data" || code=$?
  if [ "$code" -eq 2 ]; then return 1; fi
  : >"$work/ids"
  bad=
  if [ -s "$work/user-data" ]; then
    wanted_ids "$work/user-data" >"$work/ids"
    bad=$(LC_ALL=C grep -Evx '[!-~]{1,128}' "$work/ids" || true)
  fi
  if [ -n "$bad" ]; then
    say "logtail_user_defined_id of the user data must be of 1 to 128 printable ASCII characters without spaces, got \"$bad\"; left as it was" >&2
  elif [ -s "$work/ids" ]; then
    # What the image says is kept for machines that are made from this one's disk.
    if [ ! -e "$state/from-user-data" ] && [ -e "$ids" ]; then cp "$ids" "$state/user_defined_id.image"; fi
    cp "$work/ids" "$ids.new" && mv "$ids.new" "$ids"
    touch "$state/from-user-data"
    say "user-defined id of the user data: $(tr '\n' ' ' <"$ids")"
  elif [ -e "$state/from-user-data" ]; then
    rm -f "$ids" "$state/from-user-data"
    if [ -e "$state/user_defined_id.image" ]; then mv "$state/user_defined_id.image" "$ids"; fi
    say "user-defined id of the image: $(tr '\n' ' ' 2>/dev/null <"$ids")"
  fi
}

# ----

first_line "$root/sys/class/dmi/id/sys_vendor"
if [ -z "$service" ] && [ "$line" = Alibaba ]; then service=http://100.100.100.200; fi
if [ -n "$service" ] && ! command -v curl >/dev/null; then
  say 'curl is not installed: the metadata service is not asked' >&2
  : >"$work/no-curl"
  service=
fi
case $service in '' | http://* | https://*) ;; *) service=http://$service ;; esac

if [ ! -d "$state" ] || [ ! -d "${ids%/*}" ]; then mkdir -p "$state" "${ids%/*}"; fi
facts >"$work/machine"
all_lines "$work/machine"
told=$lines
known=
if [ ! -e "$state/machine" ]; then
  : >"$state/unfinished"
else
  all_lines "$state/machine"
  if [ "$lines" = "$told" ]; then
    known=yes
  else
    why=$(differs "$state/machine" "$work/machine")
    if [ -n "$why" ]; then
      say "another machine than before: $why"
      forget_other_machine
      : >"$state/unfinished"
    else
      together "$state/machine" "$work/machine" >"$work/merged" && mv "$work/merged" "$work/machine"
    fi
  fi
fi
if [ -z "$known" ]; then cp "$work/machine" "$state/machine.new" && mv "$state/machine.new" "$state/machine"; fi
[ -e "$state/unfinished" ] || exit 0
if use_user_data; then
  rm -f "$state/unfinished"
elif [ -e "$work/no-curl" ]; then
  say 'user data could not be had; looked for again at the next boot' >&2
else
  # Nobody waits for it: the agent takes ids whenever they come.
  say "user data could not be had; looked for again in $pause, and at the next boot" >&2
  if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    systemd-run --quiet --collect --on-active="$pause" systemctl --no-block restart logtail-first-boot.service ||
      say 'systemd-run could not be had' >&2
  fi
fi

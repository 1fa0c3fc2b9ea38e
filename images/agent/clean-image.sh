#!/bin/sh
# The last step before a disk becomes an image: removes what belongs to the machine that it was made on. ROOT is put before every path.
# The user-defined ids and the settings stay: they are the image's.
set -eu
root=${ROOT:-}

if [ -z "$root" ] && [ -d /run/systemd/system ]; then
  # First what would start rsyslog again with the next line, and by its Wants= all of them.
  systemctl stop syslog.socket 2>/dev/null || true
  systemctl stop rsyslog.service logtail.service logtail-first-boot.service 2>/dev/null || true
fi
ids=$root/etc/ilogtail/user_defined_id
first_boot=$root/var/lib/logtail-first-boot
if [ -e "$first_boot/from-user-data" ]; then
  rm -f "$ids"
  if [ -e "$first_boot/user_defined_id.image" ]; then mv "$first_boot/user_defined_id.image" "$ids"; fi
fi
rm -rf "$first_boot"
if [ -d "$root/var/lib/sls-agent" ]; then find "$root/var/lib/sls-agent" -mindepth 1 -delete; fi
for spool in "$root/var/spool/rsyslog" "$root/var/lib/rsyslog"; do
  if [ -d "$spool" ]; then find "$spool" -mindepth 1 -delete; fi
done
# Logtail's: who it was, what it had read and not sent, the configs of the groups that it was in, and its own logs.
logtail=$root/usr/local/ilogtail
rm -f "$logtail/app_info.json" "$logtail/user_log_config.json" "$logtail"/logtail_buffer_file_* "$logtail"/*.LOG "$logtail"/*.LOG.*
rm -rf "$root/tmp/logtail_check_point" "$root/etc/ilogtail/checkpoint" "$root/etc/ilogtail/checkpoint_v2" "$logtail/snapshot"
rm -rf "$root"/var/log/journal/*
# Made anew at the first boot. Empty, not "uninitialized": systemd would enable all units anew, and systemd 239 knows no such word.
if [ -e "$root/etc/machine-id" ]; then : >"$root/etc/machine-id"; fi
rm -f "$root/var/lib/dbus/machine-id"
if [ -z "$root" ] && command -v cloud-init >/dev/null; then cloud-init clean --logs; fi

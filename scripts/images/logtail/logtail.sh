#!/bin/sh
# Stands in for Logtail's installer, which cannot be had without the service: leaves what the installer 1.5.6 leaves on a machine with
# systemd (a program of two processes, its config without stream logs, a start script, a unit that is enabled), and starts it.
# In place of the program is one that does as much as rsyslog sees of it: it listens as its config says, and writes lines to a file.
set -eu

version=1.8.7
home=/usr/local/ilogtail
init=/etc/init.d/ilogtaild
[ "$1" = install ] || exit 1
region=${2%-internet}
[ "$#" -eq 2 ] || [ "$4" = "$version" ] || exit 1

mkdir -p "$home" /etc/ilogtail/users
cat >"$home/ilogtail_$version" <<'END'
#!/usr/bin/python3
import json, os, signal, socket, threading

home = "/usr/local/ilogtail"
os.chdir(home)
# Who starts it goes on; one process watches the other.
if os.fork():
    os._exit(0)
os.setsid()
worker = os.fork()
if worker:
    with open("ilogtail.pid", "w") as file:
        file.write(str(worker))
    os.waitpid(worker, 0)
    os._exit(0)

try:
    with open("/etc/ilogtail/user_defined_id") as file:
        ids = file.read().split()
except FileNotFoundError:
    ids = []
with open("/root/logtail-starts", "a") as file:
    print(json.dumps({"ids": ids, "proxy": os.environ.get("HTTPS_PROXY", ""), "umask": os.umask(0o022)}), file=file)
if not os.path.exists("app_info.json"):
    with open("app_info.json", "w") as file:
        json.dump({"hostname": socket.gethostname(), "logtail_version": "1.8.7"}, file)
for name in ["user_log_config.json", "ilogtail.LOG", "/tmp/logtail_check_point"]:
    open(name, "a").close()

def take(connection):
    with open("/root/logtail-lines", "ab", buffering=0) as file:
        while data := connection.recv(65536):
            file.write(data)

with open("ilogtail_config.json") as file:
    config = json.load(file)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
if not config.get("streamlog_open"):
    signal.pause()
if {"version": "0.1", "fields": []} not in config["streamlog_formats"]:
    os._exit(1)
listener = socket.create_server((config["streamlog_tcp_addr"], config["streamlog_tcp_port"]))
while True:
    threading.Thread(target=take, args=(listener.accept()[0],), daemon=True).start()
END
cat >"$home/ilogtail_config.json" <<END
{
    "config_server_address" : "http://logtail.$region.log.aliyuncs.com",
    "data_server_list" :
    [
        {
            "cluster" : "$region",
            "endpoint" : "$region.log.aliyuncs.com"
        }
    ],
    "cpu_usage_limit" : 0.4,
    "buffer_map_num" : 5
}
END
cat >"$init" <<'END'
#!/bin/sh
### BEGIN INIT INFO
# Provides: ilogtaild
# Required-Start: $network
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
cd /usr/local/ilogtail || exit 1
case $1 in
start) ./ilogtail ;;
stop) kill "$(cat ilogtail.pid)" ;;
*) exit 1 ;;
esac
END
cat >/etc/systemd/system/ilogtaild.service <<END
[Unit]
Description=ilogtail
After=cloud-init.service

[Service]
Type=oneshot
User=root
RemainAfterExit=yes
ExecStart=$init start
ExecStop=$init stop

[Install]
WantedBy=default.target
END
chmod 755 "$home/ilogtail_$version" "$init"
ln -sfn "$home/ilogtail_$version" "$home/ilogtail"
systemctl enable ilogtaild.service
"$init" start
tries=0
until [ -s "$home/app_info.json" ] || [ "$tries" -ge 100 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
cat "$home/app_info.json"

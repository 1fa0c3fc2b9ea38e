"""The seeds' own deploy script, unmodified: a process of its own, with nothing but the environment."""

import subprocess
import sys
from os.path import dirname, join

from conftest import KEY_ID, KEY_SECRET

from aliyun.log.machine_group_detail import MachineGroupDetail

PROJECT, GROUP, CONFIG = "sample-app-log-project-dev", "sample-app-log-machine-group-dev", "sample-app-logtail-config-dev"


def deploy():
    command = [sys.executable, join(dirname(__file__), "update_logtail_config.py"), KEY_ID, KEY_SECRET, "cn-hangzhou", "dev"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_upserts_the_config_and_binds_it_the_first_time_and_again(client):
    client.create_project(PROJECT, "")
    client.create_logstore(PROJECT, "sample-app-log-store-dev", ttl=30, shard_count=2)
    client.create_machine_group(PROJECT, MachineGroupDetail(GROUP, "userdefined", ["logtail-id-dev"]))
    assert "No existing logtail configuration found." in deploy()
    assert "Existing logtail configuration found" in deploy()
    assert client.get_machine_group_applied_configs(PROJECT, GROUP).get_configs() == [CONFIG]
    config = client.get_logtail_config(PROJECT, CONFIG).logtail_config.to_json()
    assert config["inputType"] == "syslog"
    assert config["inputDetail"] == {"tag": "sys_tag", "localStorage": True}
    assert (config["outputType"], config["outputDetail"]) == ("LogService", {"logstoreName": "sample-app-log-store-dev"})
    client.delete_project(PROJECT)

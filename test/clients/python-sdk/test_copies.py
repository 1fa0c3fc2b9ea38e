"""What the SDK builds out of many calls."""

import time

import pytest
from conftest import connect, put

from aliyun.log.logtail_config_detail import SyslogConfigDetail
from aliyun.log.machine_group_detail import MachineGroupDetail


@pytest.fixture(scope="module")
def filled(client, project, logstore):
    put(client, project, logstore, ["line %d" % n for n in range(50)])
    client.create_logtail_config(project, SyslogConfigDetail(logstore, "config", tag="sys_tag"))
    client.create_machine_group(project, MachineGroupDetail("group", "userdefined", ["id-1"]))
    client.apply_config_to_machine_group(project, "config", "group")
    return logstore


def test_a_project_with_its_logstores_indexes_configs_and_groups(client, project, filled):
    client.copy_project(project, "pysdk-copied", to_client=connect(), copy_machine_group=True)
    assert client.list_logstore("pysdk-copied").get_logstores() == [filled]
    assert sorted(client.get_index_config("pysdk-copied", filled).get_index_config().key_config_list) == ["app-name", "msg", "n"]
    assert client.get_machine_group_applied_configs("pysdk-copied", "group").get_configs() == ["config"]
    client.delete_project("pysdk-copied")


def test_a_logstore(client, project, filled):
    client.copy_logstore(project, filled, "copied-store")
    assert client.get_logstore(project, "copied-store").get_shard_count() == 2
    assert client.list_logtail_config(project, logstore="copied-store").get_configs() == ["copied-store_config"]


def test_the_logs_of_a_logstore(client, project, filled):
    now = int(time.time())
    client.create_logstore(project, "copied-data", ttl=1, shard_count=1)
    client.copy_data(project, filled, now - 3600, now + 60, to_project=project, to_logstore="copied-data")
    cursor = client.get_begin_cursor(project, "copied-data", 0).get_cursor()
    assert client.pull_logs(project, "copied-data", 0, cursor).get_log_count() == 50


def test_how_much_of_the_quota_a_project_uses(client, project, filled):
    usage = client.get_resource_usage(project).get_body()
    assert usage["logstore"]["count"]["status"] >= 1

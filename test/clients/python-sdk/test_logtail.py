import pytest
from conftest import code_of

from aliyun.log.logtail_config_detail import (
    FullRegFileConfigDetail,
    JsonFileConfigDetail,
    PluginConfigDetail,
    SeperatorFileConfigDetail,
    SimpleFileConfigDetail,
    SyslogConfigDetail,
)
from aliyun.log.machine_group_detail import MachineGroupDetail

PLUGIN = {"inputs": [{"type": "service_syslog", "detail": {"Address": "tcp://127.0.0.1:9999"}}]}
CONFIGS = {
    "syslog": lambda store, name: SyslogConfigDetail(store, name, tag="sys_tag"),
    "simple": lambda store, name: SimpleFileConfigDetail(store, name, "/var/log", "*.log"),
    "regex": lambda store, name: FullRegFileConfigDetail(
        store, name, "/var/log", "*.log", "10:00 started", r"\d+.*", r"(\S+) (.*)", ["time", "msg"]
    ),
    "json": lambda store, name: JsonFileConfigDetail(store, name, "/var/log", "*.json"),
    "delimiter": lambda store, name: SeperatorFileConfigDetail(store, name, "/var/log", "*.csv", "1,2", ",", ["a", "b"]),
    "plugin": lambda store, name: PluginConfigDetail(store, name, PLUGIN),
}


@pytest.mark.parametrize("kind", CONFIGS)
def test_a_config_of_each_kind_comes_back_as_it_was_sent(client, project, logstore, kind):
    name = kind + "-config"
    sent = CONFIGS[kind](logstore, name)
    client.create_logtail_config(project, sent)
    assert code_of(client.create_logtail_config, project, sent) == "ConfigAlreadyExist"
    found = client.get_logtail_config(project, name).logtail_config
    wanted, got = sent.value, found.to_json()
    assert (got["configName"], got["inputType"], got["outputDetail"]) == (name, wanted["inputType"], {"logstoreName": logstore})
    for field, value in wanted["inputDetail"].items():
        assert got["inputDetail"][field] == value, field
    client.update_logtail_config(project, found)
    assert name in client.list_logtail_config(project, size=-1).get_configs()
    assert client.list_logtail_config(project, logstore=logstore, config=kind).get_configs() == [name]
    client.delete_logtail_config(project, name)
    assert code_of(client.get_logtail_config, project, name) == "ConfigNotExist"


def test_a_machine_group_is_made_found_changed_and_deleted(client, project):
    client.create_machine_group(project, MachineGroupDetail("group", "userdefined", ["id-1"], "", {"groupTopic": "t"}))
    found = client.get_machine_group(project, "group").get_machine_group()
    assert (found.machine_type, found.machine_list, found.group_attribute["groupTopic"]) == ("userdefined", ["id-1"], "t")
    client.update_machine_group(project, MachineGroupDetail("group", "userdefined", ["id-1", "id-2"], "", {"groupTopic": "t"}))
    assert client.get_machine_group(project, "group").get_machine_group().machine_list == ["id-1", "id-2"]
    assert "group" in client.list_machine_group(project, size=-1).get_machine_group()
    assert client.list_machines(project, "group").get_machine_count() == 0
    client.delete_machine_group(project, "group")
    assert code_of(client.get_machine_group, project, "group") in ("MachineGroupNotExist", "GroupNotExist")


def test_a_config_is_applied_to_a_group_and_removed(client, project, logstore):
    client.create_logtail_config(project, SyslogConfigDetail(logstore, "applied", tag="sys_tag"))
    client.create_machine_group(project, MachineGroupDetail("group-a", "ip", ["10.0.0.1"]))
    for _ in range(2):
        client.apply_config_to_machine_group(project, "applied", "group-a")
    assert client.get_machine_group_applied_configs(project, "group-a").get_configs() == ["applied"]
    assert client.get_config_applied_machine_groups(project, "applied").get_machine_groups() == ["group-a"]
    assert code_of(client.apply_config_to_machine_group, project, "nothing", "group-a") == "ConfigNotExist"
    client.remove_config_to_machine_group(project, "applied", "group-a")
    assert client.get_machine_group_applied_configs(project, "group-a").get_configs() == []

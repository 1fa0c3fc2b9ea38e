from conftest import code_of, index_config

from aliyun.log import ListLogstoresRequest


def test_a_logstore_is_made_found_changed_and_deleted(client, project):
    client.create_logstore(
        project, "full", ttl=30, shard_count=3, enable_tracking=True, append_meta=True, auto_split=True, max_split_shard=8, mode="standard"
    )
    found = client.get_logstore(project, "full")
    assert (found.logstore_name, found.get_ttl(), found.get_shard_count()) == ("full", 30, 3)
    assert (found.get_enable_tracking(), found.append_meta, found.auto_split, found.max_split_shard) == (True, True, True, 8)
    client.update_logstore(project, "full", ttl=60, enable_tracking=False)
    changed = client.get_logstore(project, "full")
    assert (changed.get_ttl(), changed.get_enable_tracking(), changed.get_shard_count()) == (60, False, 3)
    client.delete_logstore(project, "full")
    assert code_of(client.get_logstore, project, "full") == "LogStoreNotExist"


def test_lists_have_pages_and_patterns(client, project):
    for n in range(5):
        client.create_logstore(project, "list-%d" % n, ttl=1, shard_count=1)
    page = client.list_logstore(project, "list-", offset=3, size=100)
    assert (page.get_logstores_count(), page.get_logstores_total(), page.get_logstores()) == (2, 5, ["list-3", "list-4"])
    assert set(client.list_logstores(ListLogstoresRequest(project)).get_logstores()) >= {"list-0", "list-4"}
    for n in range(5):
        client.delete_logstore(project, "list-%d" % n)


def test_wrong_values_are_refused(client, project, logstore):
    assert code_of(client.create_logstore, project, logstore) == "LogStoreAlreadyExist"
    assert code_of(client.create_logstore, project, "bad name") == "LogStoreInfoInvalid"
    assert code_of(client.create_logstore, "no-such-project", "logstore") == "ProjectNotExist"


def test_metering_mode(client, project, logstore):
    assert client.get_logstore_metering_mode(project, logstore).get_metering_mode() == "ChargeByFunction"
    client.update_logstore_metering_mode(project, logstore, "ChargeByDataIngest")
    assert client.get_logstore_metering_mode(project, logstore).get_metering_mode() == "ChargeByDataIngest"


def test_shards_split_and_merge(client, project):
    client.create_logstore(project, "shards", ttl=1, shard_count=2)
    client.split_shard(project, "shards", 0, "3f" + "0" * 30)
    assert shards(client, project) == [(0, "readonly"), (1, "readwrite"), (2, "readwrite"), (3, "readwrite")]
    client.merge_shard(project, "shards", 2)
    assert [number for number, status in shards(client, project) if status == "readwrite"] == [1, 4]
    client.arrange_shard(project, "shards", 4)
    assert len([number for number, status in shards(client, project) if status == "readwrite"]) == 4


def shards(client, project):
    return [(one["shardID"], one["status"]) for one in client.list_shards(project, "shards").get_shards_info()]


def test_an_index_is_made_found_changed_and_deleted(client, project):
    client.create_logstore(project, "indexed", ttl=7, shard_count=1)
    assert code_of(client.get_index_config, project, "indexed") == "IndexConfigNotExist"
    client.create_index(project, "indexed", index_config())
    assert code_of(client.create_index, project, "indexed", index_config()) == "IndexAlreadyExist"
    found = client.get_index_config(project, "indexed").get_index_config()
    assert (found.ttl, sorted(found.key_config_list), found.line_config.case_sensitive) == (7, ["app-name", "msg", "n"], False)
    assert (found.key_config_list["n"].index_type, found.key_config_list["msg"].doc_value) == ("long", True)
    del found.key_config_list["n"]
    client.update_index(project, "indexed", found)
    assert sorted(client.get_index_config(project, "indexed").get_index_config().key_config_list) == ["app-name", "msg"]
    client.delete_index(project, "indexed")
    assert code_of(client.get_index_config, project, "indexed") == "IndexConfigNotExist"

import time

import pytest
from conftest import TRANSPORTS, code_of, connect, index_config, put

from aliyun.log import GetHistogramsRequest, GetLogsRequest, LogItem, PutLogsRequest
from aliyun.log.proto import LogGroupRaw

WAYS = {"lz4": {"compress": True}, "plain": {"compress": False}, "by hash key": {"hashKey": "f" * 32}}


def window():
    now = int(time.time())
    return now - 60, now + 60


@pytest.fixture(scope="module")
def filled(client, project, logstore):
    """250 lines `line N 中文` under one topic."""
    for part in (range(0, 100), range(100, 200), range(200, 250)):
        put(client, project, logstore, ["line %d 中文" % n for n in part], topic="filled")
    return logstore


@pytest.mark.parametrize("way", WAYS)
def test_what_is_put_is_found(client, project, logstore, way):
    topic = way.replace(" ", "-")
    put(client, project, logstore, ["one", "two"], topic=topic, logtags=[("__hostname__", "vm-1")], **WAYS[way])
    found = client.get_log(project, logstore, *window(), topic=topic, query="*")
    assert found.is_completed()
    logs = [dict(log.get_contents(), source=log.get_source()) for log in found.get_logs()]
    assert [(log["msg"], log["source"], log["__tag__:__hostname__"]) for log in logs] == [
        ("one", "10.0.0.7", "vm-1"),
        ("two", "10.0.0.7", "vm-1"),
    ]


def test_a_group_of_the_callers_own_making(client, project, logstore):
    group = LogGroupRaw()
    group.Topic, group.Source = "raw", "10.0.0.8"
    log = group.Logs.add()
    log.Time = int(time.time())
    content = log.Contents.add()
    content.Key, content.Value = "msg", "raw bytes \u4e2d".encode()
    client.put_log_raw(project, logstore, group)
    assert client.get_log(project, logstore, *window(), topic="raw", query="bytes").get_count() == 1


def test_nanoseconds_are_kept(client, project, logstore):
    now = int(time.time())
    items = [LogItem(now, [("msg", "exact")], 123456789)]
    client.put_logs(PutLogsRequest(project, logstore, "nano", "s", items))
    (log,) = client.get_log(project, logstore, *window(), topic="nano").get_logs()
    assert (log.get_time(), log.get_contents().get("__time_ns_part__")) == (now, "123456789")


def test_queries_and_pages(client, project, filled):
    ask = lambda query, line=100, offset=0, reverse=False: client.get_logs(
        GetLogsRequest(project, filled, *window(), "filled", query, line, offset, reverse)
    )
    lines = lambda found: [log.get_contents()["msg"] for log in found.get_logs()]
    assert ask("app-name: todo-list").get_count() == 100
    assert lines(ask("msg: line and n > 97", line=2)) == ["line 98 中文", "line 99 中文"]
    assert lines(ask("*", line=1, reverse=True)) == ["line 249 中文"]
    assert ask("*", offset=200).get_count() == 50
    assert ask("nowhere").get_count() == 0


def test_every_log_over_many_pages(client, project, filled):
    wanted = ["line %d 中文" % n for n in range(250)]
    everything = client.get_log_all(project, filled, *window(), topic="filled", query="*")
    assert [log.get_contents()["msg"] for page in everything for log in page.get_logs()] == wanted
    again = client.get_log_all_v2(project, filled, *window(), topic="filled", query="*")
    assert [log.get_contents()["msg"] for page in again for log in page.get_logs()] == wanted
    assert client.get_log(project, filled, *window(), topic="filled", query="*", size=-1).get_count() == 250


def test_histograms_count_what_a_query_finds(client, project, filled):
    request = GetHistogramsRequest(project, filled, *window(), "filled", "app-name: todo-list")
    histograms = client.get_histograms(request)
    assert (histograms.is_completed(), histograms.get_total_count()) == (True, 250)
    assert sum(bar.get_count() for bar in histograms.get_histograms()) == 250


def test_what_can_not_be_answered_is_refused(client, project, filled):
    now = int(time.time())
    client.create_logstore(project, "bare", ttl=1, shard_count=1)
    assert code_of(client.get_log, project, "bare", *window()) == "IndexConfigNotExist"
    assert code_of(client.get_log, project, filled, now, now) == "InvalidTimeRange"
    assert code_of(put, client, project, "no-such-store", ["x"]) == "LogStoreNotExist"
    old = PutLogsRequest(project, filled, "", "", [LogItem(now - 8 * 24 * 3600, contents=[("a", "b")])])
    assert code_of(client.put_logs, old) == "PostBodyInvalid"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_way_to_the_cloud(transport):
    client = connect(transport)
    name = "pysdk-" + transport.replace(",", "").replace(" ", "-").lower()
    client.create_project(name, "")
    client.create_logstore(name, "store", ttl=1, shard_count=1)
    client.create_index(name, "store", index_config())
    put(client, name, "store", ["a b/c d=e&f 中文"])
    assert client.get_log(name, "store", *window(), query='msg: "a b/c" and 中文').get_count() == 1
    assert client.get_histograms(GetHistogramsRequest(name, "store", *window(), "", "msg: d")).is_completed()
    cursor = client.get_cursor(name, "store", 0, "begin").get_cursor()
    assert client.pull_logs(name, "store", 0, cursor).get_log_count() == 1
    assert client.list_logstore(name, "sto").get_logstores() == ["store"]
    client.delete_project(name)

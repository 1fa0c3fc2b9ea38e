import json
import time

import pytest
from conftest import code_of, put


@pytest.fixture(scope="module")
def filled(client, project, logstore):
    """30 groups of 5 logs, dealt over two shards."""
    for group in range(30):
        put(client, project, logstore, ["%d.%d" % (group, n) for n in range(5)])
    return logstore


def texts(reply):
    return [log["msg"] for log in reply.get_flatten_logs_json()]


def read(client, project, logstore, shard, **options):
    """Every message of a shard, and the requests that it took."""
    cursor, found, requests = client.get_begin_cursor(project, logstore, shard).get_cursor(), [], 0
    while True:
        reply = client.pull_logs(project, logstore, shard, cursor, **options)
        requests += 1
        if reply.get_next_cursor() == cursor:
            return found, requests
        found += texts(reply)
        cursor = reply.get_next_cursor()


@pytest.mark.parametrize("options", [{}, {"count": 4}, {"compress": False}], ids=["lz4", "4 groups at a time", "plain"])
def test_every_group_is_read_once_and_in_order(client, project, filled, options):
    both = [read(client, project, filled, shard, **options) for shard in (0, 1)]
    assert sorted(both[0][0] + both[1][0]) == sorted("%d.%d" % (group, n) for group in range(30) for n in range(5))
    for found, requests in both:
        assert [int(text.split(".")[0]) for text in found] == sorted(int(text.split(".")[0]) for text in found)
        if "count" in options:
            assert requests >= len(found) / 5 / 4


def test_a_cursor_from_a_time_and_the_time_of_a_cursor(client, project, filled):
    now = int(time.time())
    begin = client.get_cursor(project, filled, 0, "begin").get_cursor()
    end = client.get_end_cursor(project, filled, 0).get_cursor()
    assert client.get_cursor(project, filled, 0, now - 3600).get_cursor() == begin
    assert client.get_cursor(project, filled, 0, now + 60).get_cursor() == end
    assert abs(client.get_cursor_time(project, filled, 0, begin).get_cursor_time() - now) < 60
    assert abs(client.get_previous_cursor_time(project, filled, 0, end).get_cursor_time() - now) < 60


def test_up_to_an_end_cursor(client, project, filled):
    begin = client.get_begin_cursor(project, filled, 0).get_cursor()
    second = client.pull_logs(project, filled, 0, begin, count=1).get_next_cursor()
    reply = client.pull_logs(project, filled, 0, begin, end_cursor=second)
    assert (reply.get_loggroup_count(), reply.get_next_cursor()) == (1, second)


def test_a_range_of_time_from_one_shard_and_from_all_into_files(client, project, filled, tmp_path):
    now = int(time.time())
    pages = list(client.pull_log(project, filled, 0, now - 3600, now + 60))
    assert sum(page.get_log_count() for page in pages) == len(read(client, project, filled, 0)[0])
    client.pull_log_dump(project, filled, now - 3600, now + 60, str(tmp_path / "dump_{}.data"))
    lines = [json.loads(line) for file in tmp_path.iterdir() for line in file.read_text().splitlines()]
    assert len(lines) == 150


def test_what_is_not_there(client, project, filled):
    assert code_of(client.get_cursor, project, filled, 9, "begin") == "ShardNotExist"
    assert code_of(client.pull_logs, project, filled, 0, "no cursor!") is not None

import threading
import time

from conftest import HOST, KEY_ID, KEY_SECRET, code_of, put

from aliyun.log.consumer import ConsumerJsonProcessorBase, ConsumerWorker, CursorPosition, LogHubConfig


def names(client, project, logstore):
    return [group.get_consumer_group_name() for group in client.list_consumer_group(project, logstore).get_consumer_groups()]


def test_a_group_is_made_found_changed_and_deleted(client, project, logstore):
    client.create_consumer_group(project, logstore, "plain", 60, True)
    assert code_of(client.create_consumer_group, project, logstore, "plain", 60) == "ConsumerGroupAlreadyExist"
    client.update_consumer_group(project, logstore, "plain", 30, False)
    (group,) = client.list_consumer_group(project, logstore).get_consumer_groups()
    assert (group.get_consumer_group_name(), group.get_timeout(), group.is_in_order()) == ("plain", 30, False)
    client.delete_consumer_group(project, logstore, "plain")
    assert names(client, project, logstore) == []
    assert code_of(client.delete_consumer_group, project, logstore, "plain") == "ConsumerGroupNotExist"


def test_heartbeats_share_the_shards_and_checkpoints_are_kept(client, project, logstore):
    client.create_consumer_group(project, logstore, "beats", 60)
    beat = lambda consumer: client.heart_beat(project, logstore, "beats", consumer, []).get_shards()
    assert beat("a") == [0, 1]
    # Not before "a" has told that it no longer reads it.
    assert beat("b") == []
    both = beat("a") + beat("b")
    assert sorted(both) == [0, 1]
    end = client.get_end_cursor(project, logstore, 0).get_cursor()
    owner = "a" if 0 in beat("a") else "b"
    client.update_check_point(project, logstore, "beats", 0, end, owner, force_success=False)
    point = lambda found: [one["consumer"] for one in found.get_consumer_group_check_points() if one["checkpoint"] == end]
    assert point(client.get_check_point(project, logstore, "beats", 0)) == [owner]
    assert point(client.get_check_point_fixed(project, logstore, "beats")) == [owner]
    assert code_of(client.update_check_point, project, logstore, "beats", 0, end, "nobody", False) == "ConsumerNotExist"
    client.delete_consumer_group(project, logstore, "beats")


class Seen:
    """What each consumer got; whoever waits is woken by what comes."""

    def __init__(self):
        self.logs, self.changed = [], threading.Condition()

    def add(self, consumer, texts):
        with self.changed:
            self.logs += [(text, consumer) for text in texts]
            self.changed.notify_all()

    def wait_for(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.logs) >= count, 60), "%d of %d" % (len(self.logs), count)


class Processor(ConsumerJsonProcessorBase):
    def __init__(self, seen, consumer, work=0):
        super().__init__()
        self.seen, self.consumer, self.work = seen, consumer, work

    def process(self, logs, check_point_tracker):
        self.seen.add(self.consumer, [log["msg"] for log in logs])
        time.sleep(self.work)
        self.save_checkpoint(check_point_tracker, force=True)


def worker(project, logstore, name, seen, work=0):
    """`work`: seconds between the logs' coming and their checkpoint."""
    option = LogHubConfig(
        HOST, KEY_ID, KEY_SECRET, project, logstore, "library", name,
        cursor_position=CursorPosition.BEGIN_CURSOR, heartbeat_interval=2, data_fetch_interval=0.2,
    )  # fmt: skip
    # Two heartbeats, unless it is said: on a busy machine both may be late, and others read what one has read.
    option.consumer_group_time_out = 15
    started = ConsumerWorker(Processor, option, args=(seen, name, work))
    started.start()
    return started


def until(condition):
    """The library tells nobody what it holds: asked for until it is so."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_two_workers_of_the_consumer_library_share_the_logs_and_one_takes_over(client, project):
    client.create_logstore(project, "consumed", ttl=1, shard_count=4)
    seen = Seen()
    first, second = (worker(project, "consumed", name, seen) for name in ("first", "second"))
    held = lambda one: sorted(one.shard_consumers)
    try:
        until(lambda: len(held(first)) == len(held(second)) == 2)
        assert sorted(held(first) + held(second)) == [0, 1, 2, 3]
        for n in range(40):
            put(client, project, "consumed", ["shared %d" % n])
        seen.wait_for(40)
        first.shutdown()
        first.join(30)
        until(lambda: held(second) == [0, 1, 2, 3])
        for n in range(20):
            put(client, project, "consumed", ["alone %d" % n])
        seen.wait_for(60)
    finally:
        first.shutdown()
        second.shutdown()
        second.join(30)
    by = lambda name, text: [log for log, consumer in seen.logs if consumer == name and log.startswith(text)]
    assert sorted(log for log, _ in seen.logs) == sorted(["shared %d" % n for n in range(40)] + ["alone %d" % n for n in range(20)])
    assert len(by("first", "shared")) == len(by("second", "shared")) == 20
    assert len(by("second", "alone")) == 20


def test_a_worker_that_joins_while_logs_are_read_gets_its_share_and_no_log_is_read_twice(client, project):
    client.create_logstore(project, "joined", ttl=1, shard_count=4)
    seen, workers = Seen(), []
    expected = []

    def add(text):
        expected.append("%s %d" % (text, len(expected)))
        put(client, project, "joined", expected[-1:])

    def add_late():
        add("late")
        time.sleep(0.1)

    try:
        workers.append(worker(project, "joined", "first", seen, work=0.5))
        for _ in range(20):
            add("early")
        seen.wait_for(4)
        workers.append(worker(project, "joined", "second", seen, work=0.5))
        # They come until it has its share, however long that takes, and some more.
        until(lambda: add_late() or all(len(one.shard_consumers) == 2 for one in workers))
        for _ in range(20):
            add_late()
        seen.wait_for(len(expected))
    finally:
        for one in workers:
            one.shutdown()
        for one in workers:
            one.join(30)
    assert sorted(log for log, _ in seen.logs) == sorted(expected)
    assert {consumer for log, consumer in seen.logs if log.startswith("late")} == {"first", "second"}

"""The Python SDK of the service against the local cloud: writes, reads, lists. Prints one JSON object."""

import json
import sys
import time

from aliyun.log import GetLogsRequest, GetHistogramsRequest, IndexConfig, LogClient, LogItem, PutLogsRequest
from aliyun.log.index_config import IndexKeyConfig, IndexLineConfig
from aliyun.log.logexception import LogException
from aliyun.log.machine_group_detail import MachineGroupDetail

endpoint, key_id, key_secret = sys.argv[1:4]
project, logstore = sys.argv[4], "python-logstore"
out = {}


def code_of(call):
    try:
        call()
    except LogException as error:
        return error.get_error_code()
    return None


client = LogClient(endpoint, key_id, key_secret)
client.create_project(project, "made by python")
out["project"] = client.get_project(project).get_projectname()
out["again"] = code_of(lambda: client.create_project(project, ""))
client.create_logstore(project, logstore, ttl=7, shard_count=2)
out["logstores"] = client.list_logstore(project).get_logstores()
out["ttl"] = client.get_logstore(project, logstore).get_ttl()
out["noIndex"] = code_of(lambda: client.get_index_config(project, logstore))
token = [",", " ", "'", '"', ";", "=", "(", ")", "[", "]", "{", "}", "?", "@", "&", "<", ">", "/", ":", "\n", "\t"]
line = IndexLineConfig(token, False, None, None)
client.create_index(project, logstore, IndexConfig(7, line, {"app-name": IndexKeyConfig(token, False, "text", doc_value=True)}))
out["indexTtl"] = client.get_index_config(project, logstore).get_index_config().ttl

now = int(time.time())
items = [LogItem(now, contents=[("app-name", "todo-list"), ("msg", "line %d 中文" % n)]) for n in range(150)]
client.put_logs(PutLogsRequest(project, logstore, "topic", "10.0.0.7", items[:100], compress=True))
client.put_logs(PutLogsRequest(project, logstore, "topic", "10.0.0.7", items[100:], compress=False))

found = client.get_logs(GetLogsRequest(project, logstore, now - 60, now + 60, "", "app-name: todo-list", 100, 0, False))
out["complete"] = found.is_completed()
out["found"] = found.get_count()
first = found.get_logs()[0]
out["first"] = {"source": first.get_source(), "contents": {key: first.get_contents()[key] for key in ("app-name", "msg")}}
histograms = client.get_histograms(GetHistogramsRequest(project, logstore, now - 60, now + 60, "", "*"))
out["histogramTotal"] = histograms.get_total_count()

pulled = 0
for shard in client.list_shards(project, logstore).get_shards_info():
    cursor = client.get_cursor(project, logstore, shard["shardID"], "begin").get_cursor()
    while True:
        reply = client.pull_logs(project, logstore, shard["shardID"], cursor, 100)
        pulled += reply.get_log_count() if reply.get_loggroup_count() else 0
        if reply.get_next_cursor() == cursor:
            break
        cursor = reply.get_next_cursor()
out["pulled"] = pulled

client.create_consumer_group(project, logstore, "python-consumers", 60, True)
out["consumerGroups"] = [group.get_consumer_group_name() for group in client.list_consumer_group(project, logstore).get_consumer_groups()]
both = [client.heart_beat(project, logstore, "python-consumers", name, []).get_shards() for name in ("c1", "c2", "c1")]
out["shardsOf"] = both[1:]
end = client.get_cursor(project, logstore, 0, "end").get_cursor()
client.update_check_point(project, logstore, "python-consumers", 0, end, "c1", force_success=False)
points = client.get_check_point(project, logstore, "python-consumers").get_consumer_group_check_points()
out["checkpoint"] = [point["consumer"] for point in points if point["checkpoint"] == end]
out["noConsumer"] = code_of(lambda: client.update_check_point(project, logstore, "python-consumers", 0, end, "c9", False))
client.delete_consumer_group(project, logstore, "python-consumers")

client.split_shard(project, logstore, 0, "3f" + "0" * 30)
shards = client.list_shards(project, logstore).get_shards_info()
out["split"] = [[shard["shardID"], shard["status"]] for shard in shards]
client.merge_shard(project, logstore, 2)
shards = client.list_shards(project, logstore).get_shards_info()
out["merged"] = [shard["shardID"] for shard in shards if shard["status"] == "readwrite"]

client.create_machine_group(project, MachineGroupDetail("python-group", "userdefined", ["logtail-id"], "", {"groupTopic": "t"}))
out["groups"] = client.list_machine_group(project).get_machine_group()
group = client.get_machine_group(project, "python-group").get_machine_group()
out["group"] = [group.machine_type, group.machine_list]
out["machines"] = client.list_machines(project, "python-group").get_machine_count()
out["wrongSecret"] = code_of(lambda: LogClient(endpoint, key_id, "wrong").get_project(project))
client.delete_logstore(project, logstore)
client.delete_project(project)
out["gone"] = code_of(lambda: client.get_project(project))
print(json.dumps(out))

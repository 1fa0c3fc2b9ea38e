"""The calls of the Python SDK that are recorded; argument: v1 or v4."""

import sys

from frozen_clock import AT

from aliyun.log import GetHistogramsRequest, IndexConfig, LogClient, LogItem, PutLogsRequest
from aliyun.log.index_config import IndexKeyConfig, IndexLineConfig
from aliyun.log.logtail_config_detail import SyslogConfigDetail
from aliyun.log.machine_group_detail import MachineGroupDetail

client = LogClient(
    "cn-hangzhou.log.aliyuncs.com", "testAK", "testSK", source="10.0.0.7", auth_version=sys.argv[1], region="cn-hangzhou"
)
token = list(" ,'\";=()[]{}?@&<>/:\n\t\r")
logs = [
    LogItem(AT, [("msg", "line 1 中文"), ("app-name", "todo-list")], 1),
    LogItem(AT, [("msg", "a b/c=d&e+f")], 42),
]
put = lambda **options: client.put_logs(
    PutLogsRequest("wire", "store", "wire", "10.0.0.7", logs, logtags=[("host", "vm-1")], **options)
)

client.create_project("wire", "golden bytes")
client.tag_project("wire", team="中文")
list(client.get_project_tags("wire"))
client.create_logstore("wire", "store", ttl=7, shard_count=2)
client.list_logstore("wire", "st")
line = IndexLineConfig(token, False, None, None)
client.create_index("wire", "store", IndexConfig(7, line, {"msg": IndexKeyConfig(token, False, "text", doc_value=True)}))
put(compress=True)
put(compress=False)
put(hashKey="f" * 32)
client.get_log("wire", "store", AT - 60, AT + 60, topic="wire", query='msg: "line" and 中文', size=10)
client.get_histograms(GetHistogramsRequest("wire", "store", AT - 60, AT + 60, "", "a b/c=d&e+f"))
cursor = client.get_cursor("wire", "store", 0, "begin").get_cursor()
client.pull_logs("wire", "store", 0, cursor, count=10)
client.create_consumer_group("wire", "store", "consumers", 60, True)
client.heart_beat("wire", "store", "consumers", "c1", [])
client.heart_beat("wire", "store", "consumers", "c1", [0, 1])
client.create_logtail_config("wire", SyslogConfigDetail("store", "config", tag="sys_tag"))
client.create_machine_group("wire", MachineGroupDetail("group", "userdefined", ["id-1"], "", {"groupTopic": "t"}))
client.apply_config_to_machine_group("wire", "config", "group")
client.delete_project("wire")

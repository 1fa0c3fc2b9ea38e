"""What the seeds' update_logtail_config.py does, for many configs with one client: load, create or update, apply."""

import os
import sys

from aliyun.log.logclient import LogClient
from aliyun.log.logexception import LogException
from aliyun.log.logtail_config_detail import SyslogConfigDetail

endpoint, project, count = sys.argv[1:4]
client = LogClient(endpoint, os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"])
for n in range(int(count)):
    config, group = "bench-config-%d" % n, "bench-group-%d" % n
    existing = None
    try:
        existing = client.get_logtail_config(project, config).logtail_config
    except LogException:
        pass
    detail = SyslogConfigDetail(logstoreName="bench-logstore", configName=config, tag="tag_%d" % n)
    if existing is None:
        client.create_logtail_config(project, detail)
    else:
        client.update_logtail_config(project, detail)
    client.apply_config_to_machine_group(project, config, group)

"""Nouns that the service keeps: made, changed, listed, read, deleted."""

import json

from aliyun.log.external_store_config import ExternalStoreConfig
from aliyun.log.job import Export, ExportConfiguration, JobSchedule
from aliyun.log.logtail_pipeline_config_detail import LogtailPipelineConfigDetail
from aliyun.log.oss_sink import AliyunOSSSink
from aliyun.log.resource_params import Resource, ResourceRecord, ResourceSchemaItem
from aliyun.log.scheduled_sql import ScheduledSQL, ScheduledSQLConfiguration
from aliyun.log.store_view import StoreView, StoreViewStore

from conftest import code_of, connect

EXPECTED = {
    "dashboard": "Board 2",
    "dashboards": ["board-1"],
    "noDashboard": "DashboardNotExist",
    "savedsearch": "error",
    "savedsearches": ["search-1"],
    "noSavedsearch": "SavedSearchNotExist",
    "alert": "DISABLED",
    "alertAgain": ["ENABLED", "Alert 2"],
    "alerts": ["alert-1"],
    "noAlert": "JobNotExist",
    "etl": "STOPPED",
    "etls": ["etl-1"],
    "ingestion": "STOPPED",
    "ingestions": ["ingestion-1"],
    "exports": 1,
    "logstoreExports": 1,
    "noExport": "JobNotExist",
    "scheduledSql": "ls-1",
    "scheduledSqls": 1,
    "instances": 0,
    "externalStore": ["db", ""],
    "externalStores": ["ext-1"],
    "sqlInstance": 3,
    "storeView": "ls-1",
    "storeViews": ["view-1"],
    "resource": "who",
    "record": {"name": "d" },
    "records": 2,
    "noResource": "ResourceNotExist",
    "pipeline": [{"Type": "processor_parse_json_native", "SourceKey": "content" }],
    "pipelines": ["pipe-1"],
    "asConfig": "/var/log",
    "noPipeline": "ConfigNotExist",
  }


def test_kept_nouns():
    client = connect()
    project = "python-kept-nouns"
    out = {}
    client.create_project(project, "operations")
    client.create_logstore(project, "ls-1", 7, 2)

    board = {"dashboardName": "board-1", "displayName": "Board", "charts": [], "attribute": {"type": "grid"}}
    client.create_dashboard(project, board)
    client.update_dashboard(project, dict(board, displayName="Board 2"))
    out["dashboard"] = client.get_dashboard(project, "board-1").get_entity()["displayName"]
    out["dashboards"] = client.list_dashboard(project, size=-1).get_dashboards()
    client.delete_dashboard(project, "board-1")
    out["noDashboard"] = code_of(lambda: client.get_dashboard(project, "board-1"))

    search = {"savedsearchName": "search-1", "displayName": "Search", "logstore": "ls-1", "searchQuery": "*", "topic": ""}
    client.create_savedsearch(project, search)
    client.update_savedsearch(project, dict(search, searchQuery="error"))
    out["savedsearch"] = client.get_savedsearch(project, "search-1").get_entity()["searchQuery"]
    out["savedsearches"] = client.list_savedsearch(project).get_entities()
    client.delete_savedsearch(project, "search-1")
    out["noSavedsearch"] = code_of(lambda: client.get_savedsearch(project, "search-1"))

    alert = {
        "name": "alert-1",
        "displayName": "Alert",
        "type": "Alert",
        "state": "Enabled",
        "schedule": {"type": "FixedRate", "interval": "1m"},
        "configuration": {"version": "2.0", "queryList": [{"store": "ls-1", "query": "*", "start": "-5m", "end": "now"}]},
    }
    client.create_alert(project, alert)
    client.disable_alert(project, "alert-1")
    out["alert"] = client.get_alert(project, "alert-1").get_entity()["status"]
    client.enable_alert(project, "alert-1")
    client.update_alert(project, dict(alert, displayName="Alert 2"))
    found = client.get_alert(project, "alert-1").get_entity()
    out["alertAgain"] = [found["status"], found["displayName"]]
    out["alerts"] = [one["name"] for one in client.list_alert(project).get_entities()]
    client.delete_alert(project, "alert-1")
    out["noAlert"] = code_of(lambda: client.get_alert(project, "alert-1"))

    etl = {"logstore": "ls-1", "script": "e_set('a', 1)", "version": 2, "sinks": [], "parameters": {}, "fromTime": 0, "toTime": 0}
    client.create_etl(project, "etl-1", etl, {"type": "Resident"}, "ETL")
    client.stop_etl(project, "etl-1")
    out["etl"] = client.get_etl(project, "etl-1").get_etl()["status"]
    client.start_etl(project, "etl-1")
    out["etls"] = [one["name"] for one in client.list_etls(project).get_etls()]
    client.delete_etl(project, "etl-1")

    source = {"type": "AliyunOSS", "bucket": "b", "endpoint": "oss-cn-hangzhou-internal.aliyuncs.com", "roleARN": "r"}
    ingestion = {
        "name": "ingestion-1",
        "displayName": "Ingestion",
        "type": "Ingestion",
        "schedule": {"type": "Resident"},
        "configuration": {"logstore": "ls-1", "source": source},
    }
    client.create_ingestion(project, json.dumps(ingestion))
    client.stop_ingestion(project, "ingestion-1")
    out["ingestion"] = client.get_ingestion(project, "ingestion-1").get_ingestion()["status"]
    out["ingestions"] = [one["name"] for one in client.list_ingestion(project, "ls-1").get_ingestions()]
    client.delete_ingestion(project, "ingestion-1")

    sink = AliyunOSSSink("r", "b", "prefix", "", "%Y/%m", "time", 256, 300, "+0800", "json", "none", {"enableTag": False})
    configuration = ExportConfiguration()
    configuration.setRoleArn("r")
    configuration.setLogstore("ls-1")
    configuration.setSink(sink)
    configuration.setFromTime(1)
    configuration.setToTime(0)
    configuration.setInstanceType("Standard")
    configuration.setParameters({})
    export = Export()
    export.setName("export-1")
    export.setDisplayName("Export")
    export.setConfiguration(configuration)
    export.setDescription("")
    client.create_export(project, export)
    out["exports"] = client.list_export(project).get_count()
    out["logstoreExports"] = client.list_logstore_export(project, "ls-1").get_count()
    client.delete_export(project, "export-1")
    out["noExport"] = code_of(lambda: client.get_export(project, "export-1"))

    sql = ScheduledSQLConfiguration()
    sql.setSourceLogstore("ls-1")
    sql.setDestEndpoint("cn-hangzhou.log.aliyuncs.com")
    sql.setDestProject(project)
    sql.setDestLogstore("ls-1")
    sql.setScript("* | select count(1)")
    sql.setFromTime(1_700_000_000)
    sql.setToTime(0)
    sql.setFromTimeExpr("@m-5m")
    sql.setToTimeExpr("@m")
    sql.setRoleArn("r")
    sql.setDestRoleArn("r")
    sql.setParameters({})
    rule = JobSchedule()
    rule.setType("FixedRate")
    rule.setInterval("5m")
    job = ScheduledSQL()
    job.setName("sql-1")
    job.setDisplayName("Scheduled SQL")
    job.setDescription("")
    job.setConfiguration(sql)
    job.setSchedule(rule)
    client.create_scheduled_sql(project, job)
    out["scheduledSql"] = client.get_scheduled_sql(project, "sql-1").get_scheduled_sql()["configuration"]["destLogstore"]
    out["scheduledSqls"] = client.list_scheduled_sql(project).get_total()
    out["instances"] = client.list_scheduled_sql_job_instance(project, "sql-1", 1_700_000_000, 1_700_003_600).get_total()
    client.delete_scheduled_sql(project, "sql-1")

    store = ExternalStoreConfig("ext-1", "cn-hangzhou", "rds-vpc", "vpc-1", "i-1", "db", "3306", "u", "hidden", "d", "t")
    client.create_external_store(project, store)
    shown = client.get_external_store(project, "ext-1").get_external_store_config()
    out["externalStore"] = [shown.host, shown.password]
    out["externalStores"] = client.list_external_store(project).get_logstores()
    client.delete_external_store(project, "ext-1")

    client.create_sql_instance(project, 2, True)
    client.update_sql_instance(project, 3, False)
    out["sqlInstance"] = client.list_sql_instance(project).get_body()[0]["cu"]

    client.create_store_view(project, StoreView("view-1", "logstore", [StoreViewStore(project, "ls-1")]))
    out["storeView"] = client.get_store_view(project, "view-1").get_store_view().stores[0].store_name
    out["storeViews"] = client.list_store_views(project).get_store_views()
    client.delete_store_view(project, "view-1")

    resource = Resource("people", "userdefine", [ResourceSchemaItem("name", {}, "string")], "who")
    client.create_resource(resource)
    out["resource"] = client.get_resource("people").get_resource().get_description()
    client.create_resource_record("people", ResourceRecord("id-1", "t", {"name": "a"}))
    client.upsert_resource_record("people", [ResourceRecord("id-1", "t", {"name": "b"}), ResourceRecord("id-2", "t", {"name": "c"})])
    client.update_resource_record("people", ResourceRecord("id-2", "u", {"name": "d"}))
    out["record"] = client.get_resource_record("people", "id-2").get_record().get_value()
    out["records"] = client.list_resource_records("people").get_total()
    client.delete_resource_record("people", ["id-1", "id-2"])
    client.delete_resource("people")
    out["noResource"] = code_of(lambda: client.get_resource("people"))

    inputs = [{"Type": "input_file", "FilePaths": ["/var/log/**/*.log"], "MaxDirSearchDepth": 2}]
    flushers = [{"Type": "flusher_sls", "Logstore": "ls-1"}]
    client.create_logtail_pipeline_config(project, LogtailPipelineConfigDetail("pipe-1", inputs, flushers))
    processors = [{"Type": "processor_parse_json_native", "SourceKey": "content"}]
    client.update_logtail_pipeline_config(project, LogtailPipelineConfigDetail("pipe-1", inputs, flushers, processors=processors))
    out["pipeline"] = client.get_logtail_pipeline_config(project, "pipe-1").get_pipeline_config().processors
    out["pipelines"] = client.list_logtail_pipeline_config(project).get_configs()
    out["asConfig"] = client.get_logtail_config(project, "pipe-1").get_body()["inputDetail"]["logPath"]
    client.delete_logtail_pipeline_config(project, "pipe-1")
    out["noPipeline"] = code_of(lambda: client.get_logtail_pipeline_config(project, "pipe-1"))

    client.delete_project(project)
    assert out == EXPECTED

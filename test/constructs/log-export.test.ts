import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { LogExport, LogExportFormat, type LogExportProps } from "../../constructs";
import { only, withStore } from "../support/synth";

const roleArn = "acs:ram::1234567890123456:role/aliyunlogdefaultrole";

describe("An export to OSS", () => {
  const props: Omit<LogExportProps, "logstore"> = {
    jobName: "acme-archive",
    bucket: "acme-archive",
    endpoint: "https://oss-cn-hangzhou-internal.aliyuncs.com",
    roleArn,
  };
  const archive = (more: Partial<LogExportProps>) =>
    withStore((stack, logstore) => new LogExport(stack, "export", { ...props, logstore, ...more }));

  test("is of all logs, as compressed JSON", () => {
    expect(only(archive({ prefix: "logs" }), "alicloud_sls_oss_export_sink")["configuration"]).toEqual({
      logstore: "web",
      role_arn: roleArn,
      from_time: 1,
      to_time: 0,
      sink: {
        bucket: "acme-archive",
        endpoint: props.endpoint,
        role_arn: roleArn,
        buffer_interval: "300",
        buffer_size: "256",
        compression_type: "gzip",
        content_type: "json",
        content_detail: '{"enableTag":false}',
        path_format: "%Y/%m/%d/%H/%M",
        path_format_type: "time",
        time_zone: "+0800",
        prefix: "logs",
      },
    });
  });

  test("may be of columns", () => {
    const detail = (format: LogExportFormat) => {
      const { sink } = only(archive({ format }), "alicloud_sls_oss_export_sink")["configuration"] as { sink: object };
      return JSON.parse((sink as { content_detail: string }).content_detail) as object;
    };
    expect(detail(LogExportFormat.csv(["a", "b"]))).toMatchObject({ columns: ["a", "b"], header: true });
    expect(detail(LogExportFormat.parquet({ a: "int64" }))).toEqual({ columns: [{ name: "a", type: "int64" }] });
  });

  test.each<[Partial<LogExportProps>, string]>([
    [
      { roleArn: "aliyunlogdefaultrole" },
      'role must be an ARN such as "acs:ram::1234567890123456:role/aliyunlogdefaultrole", got "aliyunlogdefaultrole"',
    ],
    [{ bufferInterval: 60 }, "bufferInterval must be 300 to 900 whole seconds, got 60"],
    [
      { endpoint: "oss" },
      'endpoint must be one of OSS, such as "https://oss-cn-hangzhou-internal.aliyuncs.com", got "oss"',
    ],
  ])("can't be %j", (more, problem) => {
    expect(() => archive(more)).toThrow(new Error(`stack/export: ${problem}`));
  });
});

describe("An export of others", () => {
  test("makes nothing, and its name may be unknown until apply", () => {
    const json = withStore((stack, _logstore, project) => {
      const found = LogExport.fromName(stack, "found", project, "acme-archive");
      expect([found.jobName, found.givenName, found.project]).toEqual(["acme-archive", "acme-archive", project]);
      const name = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
      expect(LogExport.fromName(stack, "unknown", project, name).givenName).toBe(name);
    });
    expect(json.resource).toBeUndefined();
  });

  test("has a legal name", () => {
    withStore((stack, _logstore, project) => {
      expect(() => LogExport.fromName(stack, "found", project, "Archive")).toThrow(
        new Error(
          'stack/found: job name must be 2 to 64 lower-case letters, digits, hyphens and underscores, beginning and ending with a letter or digit, got "Archive"',
        ),
      );
    });
  });
});

import { HttpBackend, OssBackend, type TerraformStack } from "cdktf";
import { invalidValue } from "./private/check";

export interface GitlabStateProps {
  /** `https://gitlab.example.com/api/v4`: CI_API_V4_URL in a job. */
  readonly apiUrl: string;
  /** CI_PROJECT_ID in a job. */
  readonly projectId: string;
  /** Letters, digits, "-", "_" and ".". @default - the stack's name */
  readonly stateName?: string;
}

export interface OssStateProps {
  /** Name of an OSS bucket that exists; switch its versioning on. */
  readonly bucket: string;
  /** Folder in the bucket. @default terraform-state */
  readonly prefix?: string;
  /** @default - the environment's ALICLOUD_REGION */
  readonly region?: string;
  /** Tablestore table that holds the locks; its primary key is `LockID`. @default - no locks: see to it that one runs at a time */
  readonly lock?: { readonly endpoint: string; readonly table: string };
}

/** Where Terraform keeps the state of a stack, so that a team and its pipeline share it. No key and no password is written into what is synthesised. */
export class StateBackend {
  /**
   * GitLab's, with locks. User and password come from TF_HTTP_USERNAME and TF_HTTP_PASSWORD: `gitlab-ci-token` and the job's token in a job,
   * a person's name and access token on a laptop. Source: GitLab, "GitLab-managed Terraform/OpenTofu state".
   */
  static gitlab(stack: TerraformStack, { apiUrl, projectId, stateName = stack.node.id }: GitlabStateProps): void {
    if (!/^[\w.-]+$/.test(stateName)) {
      throw invalidValue(
        stack,
        `name of the state must be letters, digits, "-", "_" and ".", got ${JSON.stringify(stateName)}; give stateName`,
      );
    }
    if (!/^https?:\/\//.test(apiUrl)) {
      throw invalidValue(
        stack,
        `apiUrl must be such as https://gitlab.example.com/api/v4, got ${JSON.stringify(apiUrl)}`,
      );
    }
    const project = encodeURIComponent(projectId);
    const address = `${apiUrl.replace(/\/+$/, "")}/projects/${project}/terraform/state/${stateName}`;
    new HttpBackend(stack, {
      address,
      lockAddress: `${address}/lock`,
      lockMethod: "POST",
      unlockAddress: `${address}/lock`,
      unlockMethod: "DELETE",
      retryWaitMin: 5,
    });
  }

  /** An OSS bucket; the key comes from ALICLOUD_ACCESS_KEY, ALICLOUD_SECRET_KEY, ALICLOUD_SECURITY_TOKEN. */
  static oss(stack: TerraformStack, { bucket, prefix = "terraform-state", region, lock }: OssStateProps): void {
    if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket)) {
      throw invalidValue(
        stack,
        `bucket must be 3 to 63 lower-case letters, digits and hyphens, got ${JSON.stringify(bucket)}`,
      );
    }
    new OssBackend(stack, {
      bucket,
      prefix,
      key: `${stack.node.id}.tfstate`,
      encrypt: true,
      ...(region === undefined ? {} : { region }),
      ...(lock === undefined ? {} : { tablestoreEndpoint: lock.endpoint, tablestoreTable: lock.table }),
    });
  }

  /**
   * As the environment says: an OSS bucket named in TF_STATE_OSS_BUCKET (TF_STATE_OSS_LOCK_ENDPOINT, TF_STATE_OSS_LOCK_TABLE), else GitLab's in a
   * job of GitLab (CI_API_V4_URL, CI_PROJECT_ID), else Terraform's own file. Call it before the stack is read from by another.
   */
  static fromEnvironment(stack: TerraformStack, env: Readonly<Record<string, string | undefined>>): void {
    const value = (name: string): string | undefined => env[name]?.trim() || undefined;
    const bucket = value("TF_STATE_OSS_BUCKET");
    if (bucket !== undefined) {
      const [endpoint, table] = [value("TF_STATE_OSS_LOCK_ENDPOINT"), value("TF_STATE_OSS_LOCK_TABLE")];
      if ((endpoint === undefined) !== (table === undefined)) {
        const [missing, given] = ["TF_STATE_OSS_LOCK_ENDPOINT", "TF_STATE_OSS_LOCK_TABLE"];
        throw invalidValue(
          stack,
          `${endpoint === undefined ? missing : given} is missing; locks need both ${missing} and ${given}`,
        );
      }
      StateBackend.oss(stack, {
        bucket,
        ...(endpoint === undefined || table === undefined ? {} : { lock: { endpoint, table } }),
      });
      return;
    }
    const [apiUrl, projectId] = [value("CI_API_V4_URL"), value("CI_PROJECT_ID")];
    if (apiUrl !== undefined && projectId !== undefined) StateBackend.gitlab(stack, { apiUrl, projectId });
  }
}

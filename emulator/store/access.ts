/** Who may do what in the account, as RAM, IMS and STS keep it. Plain data. */

export const accountId = "1000000000000000";

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  /** UserId of the RAM user. */
  readonly userId: string;
  status: "Active" | "Inactive";
  readonly createTime: Date;
}

/** `System:AliyunLogFullAccess`, `Custom:collector`: a policy is known by its type and name. */
export type PolicyKey = string;

export interface RamUser {
  readonly userId: string;
  name: string;
  displayName: string;
  mobilePhone: string;
  email: string;
  comments: string;
  readonly createTime: Date;
  updateTime: Date;
  /** When each policy was attached. */
  readonly policies: Map<PolicyKey, Date>;
  readonly tags: Map<string, string>;
}

export interface RamRole {
  readonly roleId: string;
  readonly name: string;
  description: string;
  /** Who may assume it: a policy document as it was sent. */
  trustPolicy: string;
  /** Seconds. */
  maxSessionDuration: number;
  readonly createTime: Date;
  updateTime: Date;
  readonly policies: Map<PolicyKey, Date>;
  readonly tags: Map<string, string>;
}

export interface PolicyVersion {
  /** `v1`, `v2` … */
  readonly id: string;
  readonly document: string;
  readonly createTime: Date;
}

/** A custom policy; the System ones are the same in every account and not kept. */
export interface RamPolicy {
  readonly name: string;
  description: string;
  readonly createTime: Date;
  updateTime: Date;
  defaultVersion: string;
  /** Number of the version that comes next: numbers are not used twice. */
  nextVersion: number;
  readonly versions: PolicyVersion[];
  readonly tags: Map<string, string>;
}

/** Temporary credentials that STS gave out for a role. */
export interface RoleSession {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
  /** RoleId: a role of the same name made later is another one. */
  readonly roleId: string;
  readonly sessionName: string;
  /** Policy document that narrows what the role may; "" for none. */
  readonly policy: string;
  readonly expiration: Date;
}

export interface OidcProvider {
  readonly name: string;
  readonly issuerUrl: string;
  description: string;
  readonly fingerprints: Set<string>;
  readonly clientIds: Set<string>;
  /** Hours: a token that was issued earlier than this ago is refused. */
  issuanceLimitTime: number;
  readonly createTime: Date;
  updateTime: Date;
}

/** The role that is attached to an ECS instance. */
export interface InstanceRole {
  readonly roleName: string;
  /** Policy document that narrows what the role may; "" for none. */
  readonly policy: string;
  /** Of the credentials that the metadata service gave out last; "" before. */
  accessKeyId: string;
}

export interface AccessState {
  /** By name. */
  readonly users: Map<string, RamUser>;
  /** By id. */
  readonly keys: Map<string, AccessKey>;
  /** By name. */
  readonly roles: Map<string, RamRole>;
  /** Custom ones, by name. */
  readonly policies: Map<string, RamPolicy>;
  /** By access key id. */
  readonly sessions: Map<string, RoleSession>;
  /** By name. */
  readonly oidcProviders: Map<string, OidcProvider>;
  /** By instance id. */
  readonly instanceRoles: Map<string, InstanceRole>;
}

export const newAccessState = (): AccessState => ({
  users: new Map(),
  keys: new Map(),
  roles: new Map(),
  policies: new Map(),
  sessions: new Map(),
  oidcProviders: new Map(),
  instanceRoles: new Map(),
});

import { ImsOidcProvider } from "@cdktf/provider-alicloud/lib/ims-oidc-provider";
import { Construct, type IConstruct } from "constructs";
import { invalidValue } from "./private/check";

export interface GitlabOidcProviderProps {
  /** 1 to 128 letters, digits, ".", "_" and "-"; unique in the account. */
  readonly providerName: string;
  /** Address of GitLab, as its tokens have it in `iss`. @default https://gitlab.com */
  readonly issuerUrl?: string;
  /** What the tokens may have in `aud`; the templates of ci/templates ask for the default. @default - sts.aliyuncs.com */
  readonly audiences?: readonly string[];
  /** SHA-1 of the certificate of the authority that signed GitLab's, 5 at most. @default - RAM's own check of the certificate */
  readonly fingerprints?: readonly string[];
}

/** A GitLab whose jobs may be given roles: one for an account and a GitLab. */
export interface IGitlabOidcProvider extends IConstruct {
  /** `acs:ram::1000000000000000:oidc-provider/gitlab` */
  readonly arn: string;
  readonly issuerUrl: string;
  readonly audiences: readonly string[];
}

const defaultIssuer = "https://gitlab.com";
const defaultAudiences = ["sts.aliyuncs.com"];

export class GitlabOidcProvider extends Construct implements IGitlabOidcProvider {
  /** A provider that somebody else makes. */
  static fromArn(
    scope: Construct,
    id: string,
    arn: string,
    { issuerUrl, audiences }: Pick<GitlabOidcProviderProps, "issuerUrl" | "audiences"> = {},
  ): IGitlabOidcProvider {
    return new ImportedProvider(scope, id, arn, issuerUrl ?? defaultIssuer, audiences ?? defaultAudiences);
  }

  readonly arn: string;
  readonly providerName: string;
  readonly issuerUrl: string;
  readonly audiences: readonly string[];

  constructor(scope: Construct, id: string, props: GitlabOidcProviderProps) {
    super(scope, id);
    this.providerName = props.providerName;
    this.issuerUrl = props.issuerUrl ?? defaultIssuer;
    this.audiences = props.audiences ?? defaultAudiences;
    if (!/^[\w.-]{1,128}$/.test(this.providerName)) {
      const given = JSON.stringify(this.providerName);
      throw invalidValue(this, `OIDC provider name must be 1 to 128 letters, digits, ".", "_" and "-", got ${given}`);
    }
    if (!/^https:\/\/[^/?#]+(?:\/[^?#]*)?$/.test(this.issuerUrl)) {
      const given = JSON.stringify(this.issuerUrl);
      throw invalidValue(this, `issuerUrl must be the https address of GitLab, such as ${defaultIssuer}, got ${given}`);
    }
    if (this.audiences.length === 0) {
      throw invalidValue(this, `audiences must name at least one, such as "${defaultAudiences[0]}"`);
    }
    const resource = new ImsOidcProvider(this, "Resource", {
      oidcProviderName: this.providerName,
      issuerUrl: this.issuerUrl,
      clientIds: [...this.audiences],
      description: "Jobs of GitLab",
      ...(props.fingerprints === undefined ? {} : { fingerprints: [...props.fingerprints] }),
    });
    this.arn = resource.arn;
  }
}

class ImportedProvider extends Construct implements IGitlabOidcProvider {
  constructor(
    scope: Construct,
    id: string,
    readonly arn: string,
    readonly issuerUrl: string,
    readonly audiences: readonly string[],
  ) {
    super(scope, id);
    if (/^acs:ram::[^:]+:oidc-provider\/.+$/.test(arn) || arn.startsWith("${")) return;
    throw invalidValue(this, `arn must be acs:ram::ACCOUNT:oidc-provider/NAME, got ${JSON.stringify(arn)}`);
  }
}

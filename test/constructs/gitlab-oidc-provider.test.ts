import { expect, test } from "vitest";
import { GitlabOidcProvider, type GitlabOidcProviderProps } from "../../constructs";
import { messageOf, only, synth } from "../support/synth";

const provider = (props: Partial<GitlabOidcProviderProps> = {}) =>
  synth((stack) => void new GitlabOidcProvider(stack, "gitlab", { providerName: "gitlab", ...props }));

test("it is gitlab.com's, for the audience that the templates ask for, unless told otherwise", () => {
  expect(only(provider(), "alicloud_ims_oidc_provider")).toMatchObject({
    oidc_provider_name: "gitlab",
    issuer_url: "https://gitlab.com",
    client_ids: ["sts.aliyuncs.com"],
  });
  const own = { issuerUrl: "https://git.example.com/gitlab", audiences: ["a", "b"], fingerprints: ["0".repeat(40)] };
  expect(only(provider(own), "alicloud_ims_oidc_provider")).toMatchObject({
    issuer_url: own.issuerUrl,
    client_ids: ["a", "b"],
    fingerprints: own.fingerprints,
  });
});

test.each<[Partial<GitlabOidcProviderProps>, string]>([
  [
    { issuerUrl: "http://gitlab.com" },
    'issuerUrl must be the https address of GitLab, such as https://gitlab.com, got "http://gitlab.com"',
  ],
  [{ providerName: "git lab" }, 'OIDC provider name must be 1 to 128 letters, digits, ".", "_" and "-", got "git lab"'],
  [{ audiences: [] }, 'audiences must name at least one, such as "sts.aliyuncs.com"'],
])("%j is refused", (props, message) => {
  expect(messageOf(() => provider(props))).toBe(`stack/gitlab: ${message}`);
});

test("an imported one is known by its ARN", () => {
  expect(messageOf(() => synth((stack) => void GitlabOidcProvider.fromArn(stack, "g", "gitlab")))).toBe(
    'stack/g: arn must be acs:ram::ACCOUNT:oidc-provider/NAME, got "gitlab"',
  );
});

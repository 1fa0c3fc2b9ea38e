import { createPrivateKey, X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { selfSigned } from "../../../emulator/terraform/self-signed";

test("the certificate is for localhost, signed by its own key, and good now", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const { keyPem, certificatePem, certificate } = selfSigned(now);
  const read = new X509Certificate(certificatePem);
  expect(read.raw.equals(certificate)).toBe(true);
  expect(read.checkHost("localhost")).toBe("localhost");
  expect(read.subject).toBe("CN=localhost");
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
  expect(new Date(read.validFrom).getTime()).toBe(Date.parse("2026-02-28T12:00:00Z"));
  expect(new Date(read.validTo).getTime()).toBe(Date.parse("2026-03-31T12:00:00Z"));
});

/**
 * A self-signed certificate for `localhost`, for the one connection that Terraform makes to the provider that it started.
 * Written out in DER by hand: a provider is started three times a plan, and loading a certificate library costs each start
 * more than everything else in it.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
const sequence = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const bits = (content: Uint8Array): Buffer => der(0x03, Buffer.from([0]), content);

const ecdsaWithSha256 = oid("2a8648ce3d040302");
const commonName = oid("550403");
const subjectAltName = oid("551d11");
const extendedKeyUsage = oid("551d25");
const serverAuth = oid("2b06010505070301");

/** `yyMMddHHmmssZ` */
const utcTime = (date: Date): Buffer =>
  der(
    0x17,
    Buffer.from(
      `${date
        .toISOString()
        .replace(/[-:T]|\.\d+Z$/g, "")
        .slice(2)}Z`,
    ),
  );

export interface SelfSigned {
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly certificate: Buffer;
}

export function selfSigned(now: Date): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const day = 86_400_000;
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from("localhost")))));
  const extension = (id: Buffer, value: Buffer): Buffer => sequence(id, der(0x04, value));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    sequence(ecdsaWithSha256),
    name,
    sequence(utcTime(new Date(now.getTime() - day)), utcTime(new Date(now.getTime() + 30 * day))),
    name,
    publicKey,
    der(
      0xa3,
      sequence(
        extension(subjectAltName, sequence(der(0x82, Buffer.from("localhost")))),
        extension(extendedKeyUsage, sequence(serverAuth)),
      ),
    ),
  );
  const signature = sign("sha256", body, createPrivateKey(privateKey));
  const certificate = sequence(body, sequence(ecdsaWithSha256), bits(signature));
  const base64 = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  const certificatePem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  return { keyPem: privateKey, certificatePem, certificate };
}

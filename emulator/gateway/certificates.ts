/** The local cloud's certificate authority: made at first start, kept in the state folder, and a certificate a name on demand. */
import "reflect-metadata";
import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;
/** Of names asked for: whoever asks for ever new ones must not fill the memory. */
const maxContexts = 1000;
const { subtle } = webcrypto;
type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

export interface AuthorityFiles {
  /** The authority's certificate alone. */
  readonly caFile: string;
  /** It and the public authorities: for programs whose setting replaces their own list. */
  readonly caBundleFile: string;
}

export class CertificateAuthority {
  private readonly contexts = new Map<string, Promise<SecureContext>>();

  private constructor(
    readonly files: AuthorityFiles,
    private readonly certificate: x509.X509Certificate,
    private readonly keys: CryptoKeyPair,
  ) {}

  /** Reads the authority in the folder, or makes one there. */
  static async open(folder: string): Promise<CertificateAuthority> {
    x509.cryptoProvider.set(webcrypto as never);
    const files = { caFile: join(folder, "ca.pem"), caBundleFile: join(folder, "ca-bundle.pem") };
    const keyFile = join(folder, "ca-key.pem");
    if (existsSync(files.caFile) && existsSync(keyFile)) {
      const { certificate, keys } = await readAuthority(files.caFile, keyFile);
      if (certificate.notAfter.getTime() > Date.now() + 30 * day) {
        writeBundle(files, certificate);
        return new CertificateAuthority(files, certificate, keys);
      }
    }
    const keys = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: "CN=cdktf-sls local cloud, O=cdktf-sls",
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + 3650 * day),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    writeFileSync(keyFile, await privateKeyPem(keys.privateKey), { mode: 0o600 });
    writeFileSync(files.caFile, `${certificate.toString("pem")}\n`);
    writeBundle(files, certificate);
    return new CertificateAuthority(files, certificate, keys);
  }

  /** Certificate and key for one host name or address. */
  contextFor(host: string): Promise<SecureContext> {
    let context = this.contexts.get(host);
    if (context === undefined) {
      const [oldest] = this.contexts.keys();
      if (this.contexts.size >= maxContexts && oldest !== undefined) this.contexts.delete(oldest);
      context = this.issue(host);
      this.contexts.set(host, context);
    }
    return context;
  }

  private async issue(host: string): Promise<SecureContext> {
    const keys = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      // A common name holds 64 characters at most; clients read the alternative names.
      subject: "CN=cdktf-sls local cloud",
      issuer: this.certificate.subject,
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + 365 * day),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.SubjectAlternativeNameExtension([{ type: isIP(host) ? "ip" : "dns", value: host }]),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        await x509.AuthorityKeyIdentifierExtension.create(this.keys.publicKey),
      ],
    });
    return createSecureContext({
      cert: `${certificate.toString("pem")}\n${this.certificate.toString("pem")}`,
      key: await privateKeyPem(keys.privateKey),
    });
  }
}

/** At every start: the public authorities are those of the Node that runs. */
function writeBundle({ caBundleFile }: AuthorityFiles, certificate: x509.X509Certificate): void {
  writeFileSync(caBundleFile, `${[certificate.toString("pem"), ...rootCertificates].join("\n")}\n`);
}

const serialNumber = (): string => `01${randomBytes(15).toString("hex")}`;

async function privateKeyPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();
}

async function readAuthority(
  caFile: string,
  keyFile: string,
): Promise<{ certificate: x509.X509Certificate; keys: CryptoKeyPair }> {
  try {
    const certificate = new x509.X509Certificate(readFileSync(caFile, "utf8"));
    return { certificate, keys: await readKeys(readFileSync(keyFile, "utf8"), certificate) };
  } catch (error) {
    throw new Error(`${caFile} and ${keyFile} cannot be read; remove both, and the next start makes a new authority`, {
      cause: error,
    });
  }
}

async function readKeys(pem: string, certificate: x509.X509Certificate): Promise<CryptoKeyPair> {
  const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return {
    privateKey: await subtle.importKey("pkcs8", new Uint8Array(der), algorithm, true, ["sign"]),
    publicKey: await certificate.publicKey.export(algorithm, ["verify"]),
  };
}

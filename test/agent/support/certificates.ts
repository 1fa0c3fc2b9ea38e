import { execFileSync } from "node:child_process";
import { join } from "node:path";

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const openssl = (...args: readonly string[]): void => void execFileSync("openssl", args, { stdio: "pipe" });
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** An authority of the test's own. */
export function authority(folder: string, name = "ca"): CertificateFiles {
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  openssl("req", "-x509", ...newKey, "-subj", `/CN=${name}`, "-days", "2", "-keyout", keyFile, "-out", certFile);
  return { certFile, keyFile };
}

/** A certificate of it, for a server on loopback or for a client. */
export function certificate(folder: string, name: string, ca: CertificateFiles): CertificateFiles {
  const [certFile, keyFile, request] = [
    join(folder, `${name}.crt`),
    join(folder, `${name}.key`),
    join(folder, `${name}.csr`),
  ];
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  openssl("req", "-new", ...newKey, ...subject, "-keyout", keyFile, "-out", request);
  const signed = ["-CA", ca.certFile, "-CAkey", ca.keyFile, "-CAcreateserial", "-copy_extensions", "copy"];
  openssl("x509", "-req", "-in", request, ...signed, "-days", "2", "-out", certFile);
  return { certFile, keyFile };
}

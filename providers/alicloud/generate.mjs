// Generates lib/ (JavaScript, types) from schema.json, as a prebuilt CDKTF provider is laid out.
// Run by npm at install (`prepare`); skipped when lib/ is already made from this very input.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// The generator reports its use and asks for a terraform version; neither matters here.
process.env.CHECKPOINT_DISABLE = "1";
process.env.CDKTF_LOG_LEVEL = "OFF";
delete process.env.TF_CLI_CONFIG_FILE;

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL(".", import.meta.url));
const source = "registry.terraform.io/aliyun/alicloud";
export const providerVersion = "1.285.0";

const schemaText = readFileSync(join(here, "schema.json"), "utf8");
const stamp = createHash("sha256")
  .update(schemaText)
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .digest("hex");
const lib = join(here, "lib");
const stampFile = join(lib, ".stamp");
if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) process.exit(0);

// The index of @cdktf/provider-generator needs an undeclared package (jsii-pacmak); the generator itself does not.
const { TerraformProviderGenerator } = require("@cdktf/provider-generator/lib/get/generator/provider-generator");
const { CodeMaker } = require("codemaker");
const { ConstructsMakerProviderTarget, LANGUAGES, TerraformProviderConstraint } = require("@cdktf/commons");
const ts = require("typescript");

const schema = JSON.parse(schemaText);
schema.provider_versions = { [source]: providerVersion };
const generated = mkdtempSync(join(here, ".generated-"));
try {
  const code = new CodeMaker();
  code.indentation = 2;
  const target = new ConstructsMakerProviderTarget(
    new TerraformProviderConstraint(`aliyun/alicloud@${providerVersion}`),
    LANGUAGES.TYPESCRIPT,
  );
  const generator = new TerraformProviderGenerator(code, schema);
  generator.generate(target);
  await code.save(generated);

  rmSync(lib, { recursive: true, force: true });
  const rootDir = join(generated, "providers", "aliyun", "alicloud");
  const exists = existsSync(rootDir) ? rootDir : join(generated, "providers", "alicloud");
  const program = ts.createProgram({
    rootNames: ts.sys.readDirectory(exists, [".ts"]),
    options: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      lib: ["lib.es2022.d.ts"],
      types: ["node"],
      typeRoots: [join(here, "../../node_modules/@types"), join(here, "node_modules/@types")],
      strict: true,
      esModuleInterop: true,
      skipLibCheck: true,
      declaration: true,
      rootDir: exists,
      outDir: lib,
    },
  });
  const result = program.emit();
  const problems = [...ts.getPreEmitDiagnostics(program), ...result.diagnostics];
  if (problems.length > 0) {
    throw new Error(
      ts.formatDiagnostics(problems, {
        getCanonicalFileName: (f) => f,
        getCurrentDirectory: () => here,
        getNewLine: () => "\n",
      }),
    );
  }
  writeFileSync(stampFile, stamp);
} finally {
  rmSync(generated, { recursive: true, force: true });
}

// Bundles the agent to dist/sls-agent.cjs: one executable file that runs with nothing beside it.
import { chmodSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outfile = process.argv[2] ?? join(root, "dist", "sls-agent.cjs");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** What must never be on a VM: the bundle would drag in a whole toolchain. */
const forbidden =
  /(^|\/)(node_modules\/(@cdktf|cdktf|constructs|terraform|@alicloud\/(?!log\/))|constructs\/|providers\/|deploy\/|emulator\/)/;

/**
 * `@alicloud/log` reads sls.proto from its own folder when it is loaded; in a bundle there is no such folder.
 * The text is put in instead. The build fails when the module no longer reads as it did.
 */
const inlineSlsProto = {
  name: "inline-sls-proto",
  setup({ onLoad, onEnd }) {
    const wanted = "protobuf.loadSync(path.join(__dirname, './sls.proto'))";
    let done = 0;
    onLoad({ filter: /@alicloud[/\\]log[/\\]lib[/\\]client\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const parts = source.split(wanted);
      if (parts.length !== 2 || source.includes("__dirname", source.indexOf(wanted) + wanted.length)) {
        throw new Error(`${path} no longer loads its proto file as 1.2.6 does: look at inlineSlsProto again`);
      }
      done++;
      const proto = readFileSync(join(dirname(path), "sls.proto"), "utf8");
      return { contents: parts.join(`protobuf.parse(${JSON.stringify(proto)}).root`), loader: "js" };
    });
    onEnd(() => {
      if (done !== 1)
        throw new Error(`@alicloud/log was loaded ${done} times, expected once: look at inlineSlsProto again`);
    });
  },
};

const { metafile, warnings } = await build({
  absWorkingDir: root,
  entryPoints: ["agent/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  target: "node20.19",
  format: "cjs",
  // The engine keeps the text in memory, at two bytes a character where one of them is not ASCII: comments have such. Names stay, for stack traces.
  minifyWhitespace: true,
  lineLimit: 160,
  sourcemap: false,
  metafile: true,
  legalComments: "eof",
  banner: { js: "#!/usr/bin/env node" },
  define: { SLS_AGENT_VERSION: JSON.stringify(version) },
  plugins: [inlineSlsProto],
  // protobufjs asks for optional modules this way; without them it does without.
  logOverride: { "direct-eval": "silent" },
});

const inputs = Object.keys(metafile.inputs);
const unwanted = inputs.filter((input) => forbidden.test(input));
if (unwanted.length > 0) throw new Error(`the agent's bundle must not hold ${unwanted.join(", ")}`);
if (warnings.length > 0)
  throw new Error(`esbuild warned ${warnings.length} times; a bundle with doubts is not shipped`);
const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
const missing = outside.map(({ path }) => path).filter((path) => !isBuiltin(path));
if (missing.length > 0) throw new Error(`the agent's bundle needs modules beside it: ${missing.join(", ")}`);
if (/[^\0-\x7f]/.test(readFileSync(outfile, "utf8"))) throw new Error("the agent's bundle must be ASCII");
chmodSync(outfile, 0o755);
const kib = Math.round(Object.values(metafile.outputs)[0].bytes / 1024);
console.log(`${relative(root, outfile)}: ${kib} KiB from ${inputs.length} files`);

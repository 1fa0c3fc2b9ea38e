/** `npm run api-docs`: docs/api/, a page for each file that constructs/index.ts exports from, made of its docstrings. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import * as prettier from "prettier";
import ts from "typescript";

const root = resolve(__dirname, "..");
export const apiFolder = join(root, "docs/api");

/** File name -> text, of all pages. */
export async function apiPages(): Promise<ReadonlyMap<string, string>> {
  const entry = join(root, "constructs/index.ts");
  const program = ts.createProgram([entry], { strict: true, module: ts.ModuleKind.Node16, skipLibCheck: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${entry} exports nothing`);
  const byFile = new Map<string, ts.Declaration[]>();
  for (const symbol of checker.getExportsOfModule(module)) {
    const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = original.declarations?.[0];
    if (declaration === undefined) continue;
    const file = basename(declaration.getSourceFile().fileName, ".ts");
    byFile.set(file, [...(byFile.get(file) ?? []), declaration]);
  }
  const files = [...byFile.keys()].sort();
  const pages = new Map<string, string>();
  for (const file of files) {
    const declarations = (byFile.get(file) ?? []).sort((a, b) => a.pos - b.pos);
    pages.set(`${file}.md`, await formatted([`# ${file}`, ...declarations.map(section)].join("\n\n")));
  }
  const list = files.map((file) => `- [${file}](${file}.md): ${(byFile.get(file) ?? []).map(nameOf).join(", ")}`);
  const head = "# API\n\nMade from the docstrings by `npm run api-docs`. A page for each noun of `cdktf-sls`:";
  pages.set("README.md", await formatted(`${head}\n\n${list.join("\n")}`));
  return pages;
}

/** Twice: what the first pass escapes, the second may lay out otherwise. */
async function formatted(text: string): Promise<string> {
  const options = { parser: "markdown", printWidth: 120 };
  return prettier.format(await prettier.format(text, options), options);
}

const nameOf = (node: ts.Node): string => (node as ts.NamedDeclaration).name?.getText() ?? "";

function section(node: ts.Declaration): string {
  const kind = ts.isClassDeclaration(node) ? "class" : ts.isInterfaceDeclaration(node) ? "interface" : "type";
  const parts = [`## ${nameOf(node)}`, docOf(node)];
  if (ts.isTypeAliasDeclaration(node)) parts.push(code(node.getText().replace(/^export /, "")));
  else if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) {
    const bases = (node.heritageClauses ?? []).map((clause) => clause.getText()).join(" ");
    parts.push(`_${kind}${bases === "" ? "" : ` ${bases.replaceAll("_", "\\_")}`}_`, membersOf(node));
  }
  return parts.filter((part) => part !== "").join("\n\n");
}

function membersOf(node: ts.ClassDeclaration | ts.InterfaceDeclaration): string {
  const members = [...node.members].filter(isPublic);
  const constructors = members.filter(ts.isConstructorDeclaration);
  const methods = members.filter((one) => ts.isMethodDeclaration(one) || ts.isMethodSignature(one));
  const fields = [
    ...members.filter((one) => ts.isPropertyDeclaration(one) || ts.isPropertySignature(one) || ts.isGetAccessor(one)),
    ...node.members
      .filter(ts.isConstructorDeclaration)
      .flatMap(({ parameters }) => parameters.filter((one) => one.modifiers !== undefined && isPublic(one))),
  ];
  const calls = [...constructors, ...methods].map((one) =>
    `${code(signature(one, nameOf(node)))}\n\n${docOf(one)}`.trim(),
  );
  const rows = fields.map((field) => {
    const optional = (field as ts.PropertySignature).questionToken === undefined ? "" : "?";
    const isStatic = isOfKind(field, ts.SyntaxKind.StaticKeyword) ? "static " : "";
    const type = (field as ts.PropertySignature).type?.getText() ?? "";
    return `| ${isStatic}${nameOf(field)}${optional} | ${cell(type === "" ? "" : `\`${type}\``)} | ${cell(docOf(field))} |`;
  });
  const table = rows.length === 0 ? [] : [`| name | type | what |\n| --- | --- | --- |\n${rows.join("\n")}`];
  return [...calls, ...table].join("\n\n");
}

const isOfKind = (node: ts.Node, kind: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind);

const isPublic = (node: ts.Node): boolean =>
  !isOfKind(node, ts.SyntaxKind.PrivateKeyword) && !isOfKind(node, ts.SyntaxKind.ProtectedKeyword);

function signature(node: ts.ConstructorDeclaration | ts.ClassElement | ts.TypeElement, owner: string): string {
  const { parameters = [], type } = node as ts.MethodDeclaration;
  const list = parameters
    .map((one) => one.getText().replace(/^(?:\/\*\*[^]*?\*\/\s*)?(?:(?:private|readonly) )*/, ""))
    .join(", ");
  if (ts.isConstructorDeclaration(node)) return `new ${owner}(${list})`;
  const isStatic = isOfKind(node, ts.SyntaxKind.StaticKeyword) ? `${owner}.` : "";
  return `${isStatic}${nameOf(node)}(${list})${type === undefined ? "" : `: ${type.getText()}`}`;
}

/** The docstring, its @default as a sentence of its own. */
function docOf(node: ts.Node): string {
  const { jsDoc } = node as { jsDoc?: readonly ts.JSDoc[] };
  const last = jsDoc?.at(-1);
  if (last === undefined) return "";
  const text = ts.getTextOfJSDocComment(last.comment) ?? "";
  const tags = (last.tags ?? []).map((tag) => {
    const value = (ts.getTextOfJSDocComment(tag.comment) ?? "").replace(/^- /, "");
    return `**${tag.tagName.text[0]?.toUpperCase()}${tag.tagName.text.slice(1)}:** ${value}`;
  });
  return [text, ...tags].filter((part) => part !== "").join(" ");
}

const code = (text: string): string => `\`\`\`ts\n${text}\n\`\`\``;
const cell = (text: string): string => text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");

async function main(): Promise<void> {
  const pages = await apiPages();
  mkdirSync(apiFolder, { recursive: true });
  for (const file of readdirSync(apiFolder)) rmSync(join(apiFolder, file));
  for (const [file, text] of pages) writeFileSync(join(apiFolder, file), text);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

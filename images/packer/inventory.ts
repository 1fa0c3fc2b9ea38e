/** What is installed on a machine, above all the packages that its package manager lists, and the CycloneDX document made from it. */

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Of no package manager; left out: a package of the distribution. */
  readonly generic?: true;
}

export interface Inventory {
  /** As in /etc/os-release: debian, ubuntu, alinux. */
  readonly distribution: string;
  readonly release: string;
  readonly packages: readonly InstalledPackage[];
}

/** Reads what images/common/scripts/80-inventory.sh writes: `distribution ID VERSION_ID`, then `name<TAB>version<TAB>architecture[<TAB>generic]`. */
export function parseInventory(text: string): Inventory {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const [word, distribution = "", release = ""] = head.split(" ");
  if (word !== "distribution" || distribution === "") {
    throw new Error(`an inventory begins with "distribution ID VERSION", got ${JSON.stringify(head)}`);
  }
  const packages = lines.map((line) => {
    const [name = "", version = "", architecture = "", kind] = line.split("\t");
    if (name === "" || version === "") throw new Error(`no package in the inventory's line ${JSON.stringify(line)}`);
    return { name, version, architecture, ...(kind === "generic" ? { generic: true as const } : {}) };
  });
  return { distribution, release, packages: packages.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) };
}

export interface SbomFacts {
  /** Name of the image. */
  readonly image: string;
  readonly builtAt: string;
  readonly toolVersion: string;
  readonly serialNumber: string;
}

const packageTypes: Readonly<Record<string, string>> = { debian: "deb", ubuntu: "deb" };

/** Source: CycloneDX 1.5; Package URL types deb, rpm and generic. */
export function cyclonedx({ distribution, release, packages }: Inventory, facts: SbomFacts): object {
  const type = packageTypes[distribution] ?? "rpm";
  const purl = ({ name, version, architecture, generic }: InstalledPackage): string =>
    generic
      ? `pkg:generic/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`
      : `pkg:${type}/${distribution}/${encodeURIComponent(name)}@${encodeURIComponent(version)}` +
        `?arch=${architecture}&distro=${distribution}-${release}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    serialNumber: `urn:uuid:${facts.serialNumber}`,
    version: 1,
    metadata: {
      timestamp: facts.builtAt,
      tools: { components: [{ type: "application", name: "cdktf-sls", version: facts.toolVersion }] },
      component: {
        type: "operating-system",
        name: facts.image,
        version: `${distribution}-${release}`,
        "bom-ref": "image",
      },
    },
    components: packages.map((one) => ({
      type: "library",
      name: one.name,
      version: one.version,
      purl: purl(one),
      "bom-ref": purl(one),
    })),
  };
}

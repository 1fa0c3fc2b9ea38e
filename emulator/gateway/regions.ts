/** Regions with a public endpoint of Log Service (its endpoint table, 2026). */
export const knownRegions: ReadonlySet<string> = new Set([
  ...["hangzhou", "shanghai", "qingdao", "beijing", "zhangjiakou", "huhehaote", "wulanchabu", "shenzhen"].map(inChina),
  ...["heyuan", "guangzhou", "chengdu", "nanjing", "fuzhou", "hongkong", "hangzhou-finance"].map(inChina),
  ...["shanghai-finance-1", "shenzhen-finance-1", "beijing-finance-1", "north-2-gov-1"].map(inChina),
  ...["ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-5"],
  ...["ap-southeast-6", "ap-southeast-7", "ap-south-1", "me-east-1", "me-central-1", "us-west-1", "us-east-1"],
  ...["na-south-1", "eu-central-1", "eu-west-1", "rus-west-1"],
]);

function inChina(city: string): string {
  return `cn-${city}`;
}

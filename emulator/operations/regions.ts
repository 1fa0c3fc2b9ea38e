import type { Operation } from "../sls/context";

export const regionOperations: readonly Operation[] = [
  {
    name: "DescribeRegions",
    method: "GET",
    path: "/regions",
    handle: ({ region }) => ({
      json: {
        regions: [
          {
            region,
            localName: region,
            internetEndpoint: `${region}.log.aliyuncs.com`,
            intranetEndpoint: `${region}-intranet.log.aliyuncs.com`,
            dataRedundancyType: ["LRS"],
          },
        ],
      },
    }),
  },
];

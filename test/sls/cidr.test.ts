import { expect, test } from "vitest";
import { cidrProblem } from "../../sls/model/cidr";

test.each(["0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.1.0/24", "128.0.0.0/1", "255.255.255.255/32"])(
  "%s is a range",
  (cidr) => expect(cidrProblem(cidr)).toBeUndefined(),
);

test.each([
  ["10.0.0.1/8", "10.0.0.0/8"],
  ["192.168.77.200/12", "192.160.0.0/12"],
  ["255.255.255.255/1", "128.0.0.0/1"],
  ["1.2.3.4/0", "0.0.0.0/0"],
  ["10.0.0.1", "10.0.0.1/32"],
  [" 10.0.0.0/8 ", "10.0.0.0/8"],
])("%j is answered with the range that was probably meant", (cidr, meant) => {
  expect(cidrProblem(cidr)).toBe(
    `CIDR must be an IPv4 range without host bits, got ${JSON.stringify(cidr)}; did you mean "${meant}"?`,
  );
});

test.each(["", "/8", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/8/8", "10.0.0.0/x", "fd00::/8"])("%j is no range", (cidr) => {
  expect(cidrProblem(cidr)).toBe(
    `CIDR must be an IPv4 range without host bits, got ${JSON.stringify(cidr)}; write it as "10.0.0.0/8"`,
  );
});

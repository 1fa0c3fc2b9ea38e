/** What is checked of each image. */
import type { Check } from "./checks/check";
import { faults } from "./checks/faults";
import { firstBoot, startOrder } from "./checks/first-boot";
import { withLogtail } from "./checks/logtail";
import { certificateUpdater, squid, todoList } from "./checks/services";
import { packageLife } from "./checks/package";
import type { ImageName } from "./world";

const order = ["logtail.service", "rsyslog.service"];

export const checksOf: Readonly<Record<ImageName, readonly Check[]>> = {
  app: [...firstBoot, todoList, startOrder(...order, "todo-list.service"), ...faults, packageLife, withLogtail],
  certman: [...firstBoot, startOrder(...order, "certificate-updater.service"), certificateUpdater],
  proxy: [...firstBoot, startOrder(...order, "squid.service"), squid],
};

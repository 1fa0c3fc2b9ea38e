/** An error as the service answers it. Codes and statuses: SLS API reference, "Error codes". */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** The service serves it, the local cloud does not: marked in the request log. */
    readonly unsupported = false,
  ) {
    super(message);
    this.name = "ServiceError";
  }
}

export const unsupported = (status: number, code: string, message: string): ServiceError =>
  new ServiceError(status, code, message, true);

const error = (status: number, code: string) => (message: string) => new ServiceError(status, code, message);

export const parameterInvalid = error(400, "ParameterInvalid");
export const postBodyInvalid = error(400, "PostBodyInvalid");
export const unauthorized = error(401, "Unauthorized");
export const projectNotExist = (name: string): ServiceError =>
  error(404, "ProjectNotExist")(`The Project does not exist : ${name}`);
export const logStoreNotExist = (name: string): ServiceError =>
  error(404, "LogStoreNotExist")(`logstore ${name} does not exist`);
export const machineGroupNotExist = (name: string): ServiceError =>
  error(404, "MachineGroupNotExist")(`MachineGroup ${name} does not exist`);
export const configNotExist = (name: string): ServiceError =>
  error(404, "ConfigNotExist")(`Config ${name} does not exist`);

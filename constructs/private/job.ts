import { Construct, type IConstruct } from "constructs";
import { jobNameProblem } from "../../sls/model/jobs";
import type { ILogProject } from "../log-project";
import { check } from "./check";
import { declareInProject } from "./declared-names";

/** Checks the name of a job that the app makes. Alerts, exports and scheduled SQL of a project share one space of names. */
export function declareJob(job: IConstruct, name: string, project: ILogProject): void {
  check(job, name, jobNameProblem);
  const remedy = "alerts, exports and scheduled SQL share their names, so give one of them another";
  declareInProject(job, "job", name, project.givenName, remedy);
}

/** An export or a scheduled query that somebody else makes. */
export class ImportedJob extends Construct {
  readonly givenName: string;

  constructor(
    scope: Construct,
    id: string,
    readonly project: ILogProject,
    readonly jobName: string,
  ) {
    super(scope, id);
    check(this, jobName, jobNameProblem);
    this.givenName = jobName;
  }
}

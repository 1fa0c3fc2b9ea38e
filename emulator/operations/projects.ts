import { projectNameProblem } from "../../sls/model/names";
import { textField } from "../sls/fields";
import { jsonBody, page, projectOf, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import { newProject, type Project } from "../store/store";

/** Of an account. */
const maxProjects = 150;

/** `projectName`, `description` … of a request. */
const text = (body: Record<string, unknown>, name: string): string => textField(body, name, parameterInvalid);
/** `2020-11-18 16:55:57` */
const dateText = (date: Date): string => date.toISOString().slice(0, 19).replace("T", " ");

function describe(project: Project): object {
  return {
    projectName: project.name,
    description: project.description,
    status: "Normal",
    owner: "1000000000000000",
    region: project.region,
    createTime: dateText(project.createTime),
    lastModifyTime: dateText(project.lastModifyTime),
    resourceGroupId: project.resourceGroupId,
    dataRedundancyType: project.dataRedundancyType,
    recycleBinEnabled: project.recycleBinEnabled,
  };
}

function create(context: SlsContext): object {
  const body = jsonBody(context);
  const name = text(body, "projectName");
  const problem = projectNameProblem(name);
  if (problem !== undefined) throw parameterInvalid(problem);
  if (context.store.projects.has(name)) {
    throw new ServiceError(400, "ProjectAlreadyExist", `Project ${name} already exist`);
  }
  if (context.store.projects.size >= maxProjects) {
    throw new ServiceError(400, "ProjectQuotaExceed", `project count exceeds ${maxProjects}`);
  }
  const group = text(body, "resourceGroupId") || "rg-local";
  const redundancy = text(body, "dataRedundancyType") || "LRS";
  if (redundancy !== "LRS" && redundancy !== "ZRS") {
    throw parameterInvalid(`dataRedundancyType must be LRS or ZRS, got ${redundancy}`);
  }
  const project = newProject(name, context.region, text(body, "description"), group, context.now);
  project.dataRedundancyType = redundancy;
  project.recycleBinEnabled = body["recycleBinEnabled"] === true;
  context.store.projects.set(name, project);
  return {};
}

/** Only what is given changes. */
function update(context: SlsContext): object {
  const project = projectOf(context);
  const body = jsonBody(context);
  if (body["description"] !== undefined) project.description = text(body, "description");
  if (typeof body["recycleBinEnabled"] === "boolean") project.recycleBinEnabled = body["recycleBinEnabled"];
  project.lastModifyTime = context.now;
  return {};
}

/** Of all regions, or of one; `searchText` is part of a name or a description. */
function listAll(context: SlsContext): object {
  const { regionId, searchText = "" } = context.query;
  const matching = [...context.store.projects.values()].filter(
    ({ region, name, description }) =>
      (regionId === undefined || region === regionId) &&
      (name.includes(searchText) || description.includes(searchText)),
  );
  const { items, ...counts } = page(context, matching, 100);
  return { ...counts, projects: items.map(describe) };
}

function list(context: SlsContext): object {
  const { projectName = "", description = "", resourceGroupId } = context.query;
  const matching = [...context.store.projects.values()].filter(
    (project) =>
      project.region === context.region &&
      project.name.includes(projectName) &&
      project.description.includes(description) &&
      (resourceGroupId === undefined || project.resourceGroupId === resourceGroupId),
  );
  const { items, ...counts } = page(context, matching, 100);
  return { ...counts, projects: items.map(describe) };
}

export const projectOperations: readonly Operation[] = [
  { name: "CreateProject", method: "POST", path: "/", handle: create },
  {
    name: "ListAllProjects",
    method: "GET",
    path: "/",
    type: ["all"],
    scope: "account",
    handle: (context) => ({ json: listAll(context) }),
  },
  { name: "ListProject", method: "GET", path: "/", scope: "account", handle: (context) => ({ json: list(context) }) },
  {
    name: "GetProject",
    method: "GET",
    path: "/",
    scope: "project",
    handle: (context) => ({ json: describe(projectOf(context)) }),
  },
  {
    name: "UpdateProject",
    method: "PUT",
    path: "/",
    scope: "project",
    handle: update,
  },
  {
    name: "DeleteProject",
    method: "DELETE",
    path: "/",
    scope: "project",
    handle: (context) => {
      const project = projectOf(context);
      for (const logstore of project.logstores.values()) logstore.remove();
      context.store.projects.delete(project.name);
      return {};
    },
  },
  {
    name: "ChangeResourceGroup",
    method: "PUT",
    path: "/resourcegroup",
    handle: (context) => {
      const body = jsonBody(context);
      const project = projectOf({ ...context, projectName: text(body, "resourceId") });
      project.resourceGroupId = text(body, "resourceGroupId");
      return {};
    },
  },
];

import { isGone } from "../errors";
import { changes, eitherOf, exactlyOneOf, matches, type ResourceKind } from "../kind";
import { isMap, textOf, type ValueMap } from "../values";

const namePattern = /^[0-9a-zA-Z_-]+$/;
const nameWords = "letters, digits, hyphens and underscores (the service itself wants 3 to 63, lower case)";

/** `aliyun…`, `acs:…` and addresses are the service's own tags. */
const isOwnTag = (key: string): boolean => /^(aliyun|acs:|https?:\/\/)/.test(key);

const tagsOf = (resource: ValueMap | undefined): ValueMap => {
  const tags = resource?.["tags"];
  return isMap(tags) ? tags : {};
};

export const logProject: ResourceKind = {
  type: "alicloud_log_project",
  idForm: "project",
  forceNew: ["project_name", "name"],
  checks: [
    exactlyOneOf("project_name", "name"),
    matches("project_name", namePattern, nameWords),
    matches("name", namePattern, nameWords),
  ],

  async create(cloud, planned) {
    const projectName = eitherOf(planned, "name", "project_name");
    const description = textOf(planned["description"]);
    const resourceGroupId = textOf(planned["resource_group_id"]);
    const body = { projectName, ...(description && { description }), ...(resourceGroupId && { resourceGroupId }) };
    await cloud.sls({ call: "CreateProject", method: "POST", path: "/", body });
    return projectName;
  },

  async update(cloud, id, planned, prior) {
    if (prior !== undefined && changes("description", planned, prior)) {
      const body = { description: textOf(planned["description"]) };
      await cloud.sls({ call: "UpdateProject", method: "PUT", project: id, path: "/", body });
    }
    if (prior !== undefined && changes("resource_group_id", planned, prior)) {
      const resourceGroupId = textOf(planned["resource_group_id"]);
      const body = { resourceId: id, resourceGroupId, resourceType: "PROJECT" };
      await cloud.sls({ call: "ChangeResourceGroup", method: "PUT", path: "/resourcegroup", body });
    }
    if (changes("tags", planned, prior)) {
      const target = { resourceType: "PROJECT", resourceId: [id] };
      const wanted = tagsOf(planned);
      const dropped = Object.entries(tagsOf(prior))
        .filter(([key, value]) => wanted[key] !== value && !isOwnTag(key))
        .map(([key]) => key);
      if (dropped.length > 0) {
        const body = { ...target, tags: dropped };
        await cloud.sls({ call: "UntagResources", method: "POST", path: "/untag", body });
      }
      const tags = Object.entries(wanted).map(([key, value]) => ({ key, value: textOf(value) }));
      if (tags.length > 0) {
        await cloud.sls({ call: "TagResources", method: "POST", path: "/tag", body: { ...target, tags } });
      }
    }
    if (changes("policy", planned, prior)) {
      const policy = textOf(planned["policy"]);
      const where = { project: id, path: "/policy" };
      if (policy === "") await cloud.sls({ call: "DeleteProjectPolicy", method: "DELETE", ...where });
      else await cloud.slsText({ call: "UpdateProjectPolicy", method: "POST", ...where, body: policy });
    }
  },

  async read(cloud, id) {
    let found;
    try {
      found = await cloud.sls({ call: "GetProject", method: "GET", project: id, path: "/" });
    } catch (error) {
      if (isGone(error, "ProjectNotExist")) return undefined;
      throw error;
    }
    const { tagResources } = (await cloud.sls({
      call: "ListTagResources",
      method: "GET",
      path: "/tags",
      query: { resourceType: "PROJECT", resourceId: JSON.stringify([id]) },
    })) as { tagResources?: readonly { tagKey: string; tagValue: string }[] | null };
    const policy = await cloud.slsText({ call: "GetProjectPolicy", method: "GET", project: id, path: "/policy" });
    return {
      create_time: textOf(found["createTime"] as string),
      description: textOf(found["description"] as string),
      resource_group_id: textOf(found["resourceGroupId"] as string),
      status: textOf(found["status"] as string),
      project_name: id,
      name: id,
      tags: Object.fromEntries(
        (tagResources ?? [])
          .filter(({ tagKey }) => !isOwnTag(tagKey))
          .map(({ tagKey, tagValue }) => [tagKey, tagValue]),
      ),
      ...(policy !== "" && policy !== "{}" ? { policy } : {}),
    };
  },

  async remove(cloud, id) {
    await cloud.sls({ call: "DeleteProject", method: "DELETE", project: id, path: "/" });
  },
};

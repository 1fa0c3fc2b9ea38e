const branchPattern = /^[^\s:?[\\^~]+$/;

function checked(kind: string, name: string): string {
  if (branchPattern.test(name)) return name;
  throw new Error(
    `${kind} must be a name as git takes it, in which * stands for anything, such as main or release/*, got ${JSON.stringify(name)}`,
  );
}

/** Which jobs of a project are meant, by what they run on. Source: GitLab, "OpenID Connect (OIDC) authentication using ID tokens", claim `sub`. */
export class PipelineRef {
  /** Jobs of a branch; protect it, or everybody who may push to the project has the role. `*` stands for anything. */
  static branch(name: string): PipelineRef {
    return new PipelineRef(`ref_type:branch:ref:${checked("branch", name)}`);
  }

  /** Jobs of a tag; protect it. `*` stands for anything. */
  static tag(name: string): PipelineRef {
    return new PipelineRef(`ref_type:tag:ref:${checked("tag", name)}`);
  }

  /** Every job of the project, those of merge requests too: for roles that only read. */
  static any(): PipelineRef {
    return new PipelineRef("*");
  }

  private constructor(private readonly pattern: string) {}

  /** What a token's `sub` must be like. */
  subject(projectPath: string): string {
    return `project_path:${projectPath}:${this.pattern}`;
  }
}

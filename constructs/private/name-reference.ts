import { Lazy, TerraformStack, type TerraformResource } from "cdktf";

/**
 * A resource's name as others should write it. In the resource's own stack it is a reference, so that Terraform makes the resource
 * before its users. In another stack it is the name itself, and that stack is deployed after the resource's.
 */
export function nameReference(resource: TerraformResource, reference: string, name: string): string {
  const home = TerraformStack.of(resource);
  return Lazy.stringValue({
    produce: ({ scope }) => {
      const user = TerraformStack.of(scope);
      if (user === home) return reference;
      user.addDependency(home);
      return name;
    },
  });
}

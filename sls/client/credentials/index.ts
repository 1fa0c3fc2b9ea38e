export * from "./ecs-role";
export * from "./environment";
export * from "./file";
export * from "./renewing";
export * from "./source";

export * from "./image-build";
export { progressOf, sources, type Source } from "./packer";
export { imagesIn, templatesFolder } from "./templates";
export * from "./target";
export * from "./agent-package";

import { Command } from "commander";
import { imageBuildCommand } from "./image/build";
import { imageVerifyCommand } from "./image/verify";

export const imageCommand = (): Command =>
  new Command("image")
    .description("VM images that log from their first second: build them with Packer, boot and check them")
    .addCommand(imageBuildCommand())
    .addCommand(imageVerifyCommand());

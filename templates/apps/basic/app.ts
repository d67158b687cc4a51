import { Ghost } from "ghost-sdk";
import { Hello } from "./hello.ts";

await Ghost.run(Hello);

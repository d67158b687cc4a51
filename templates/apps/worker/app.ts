import { Ghost } from "ghost-sdk";
import { Worker } from "./worker.ts";

await Ghost.run(Worker);

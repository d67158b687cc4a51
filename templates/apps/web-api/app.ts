import { Ghost } from "ghost-sdk";
import { Api } from "./api.ts";

await Ghost.run(Api);

import { Ghost } from "ghost-sdk";
import { Shop } from "./shop.ts";

await Ghost.run(Shop);

import { G, GhostApp } from "ghost-sdk";
import { orders } from "./order.ts";

/** Places one order: `ghost run {{name}} -- ID [CARD]`. */
export class Shop extends GhostApp {
  override async run([id = "1", card = "4242"]: string[]): Promise<void> {
    // With an id that was used before nothing is started: this is that order's result, as soon as there is one.
    const result = await orders.start({ item: "chair", card }, { id });
    if (result.ok) return G.info("the order is on its way", { id, ...result.value.ship });
    const { error, compensations } = result;
    // Nothing was begun, as where the hub cannot be reached: so the app fails, and Ghost starts it again.
    if (compensations.length === 0) throw new Error(`cannot place the order ${id}: ${error.message}`);
    const takenBack = compensations.filter(({ state }) => state === "undone").map(({ step }) => step);
    const left = compensations.filter(({ state }) => state !== "undone").map(({ step }) => step);
    // `ghost saga retry` or `skip` settles what is left.
    if (left.length > 0) return G.error("the order is taken back only in part", { id, why: error.message, takenBack, left });
    G.warn("the order was taken back", { id, why: error.message, takenBack });
  }
}

import { Ghost, type SagaStep } from "ghost-sdk";

export interface Order {
  readonly item: string;
  readonly card: string;
}

/**
 * An order, step by step. What a step gives is recorded before the next begins. When one fails, it and those before it are taken back, the
 * last first; when the program dies, its next run goes on. So a step may run twice, and is written so that this does no harm.
 */
const STEPS: readonly SagaStep<Order>[] = [
  {
    name: "reserve",
    run: async ({ id, input }) => {
      await Ghost.data.set(`reserved:${id}`, input.item);
      return { shelf: 7 };
    },
    compensate: async ({ id }) => {
      await Ghost.data.delete(`reserved:${id}`);
    },
  },
  {
    name: "charge",
    retry: { attempts: 3, delay: "200ms" },
    run: async ({ id, input, key }) => {
      if (!/^\d+$/.test(input.card)) throw new Error("the card was declined");
      // `key` is the same at each try of this step: a payment service that gets it twice charges once.
      await Ghost.data.set(`payment:${id}`, { key, card: input.card.slice(-4) });
      return { payment: key };
    },
    compensate: async ({ id }) => {
      await Ghost.data.delete(`payment:${id}`);
    },
  },
  {
    name: "ship",
    run: async ({ input, results }) => ({ parcel: `one ${input.item} from shelf ${results.reserve.shelf}` }),
  },
];

/** Orders. Under Ghost, those that an earlier run left half done are gone on with from here on. */
export const orders = Ghost.saga.define("order", STEPS);

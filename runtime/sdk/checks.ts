import { Checks } from "./health.ts";

/** The app's health checks. */
export const checks = new Checks();

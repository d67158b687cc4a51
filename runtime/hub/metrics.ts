/** What apps measure, kept as the doubles of apps' tests keep it. */
export { KeptMetrics as Metrics } from "../../core/metrics/kept-metrics.ts";

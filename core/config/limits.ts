/** Processes that one manifest may declare, instances counted, and that one home may hold. */
export const PROCESSES_MAX = 10_000;

/** Instances of one process. */
export const INSTANCES_MAX = 1_000;

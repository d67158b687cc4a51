/** The mode of log files and their indexes: their owner's alone, since programs print secrets. */
export const LOG_MODE = 0o600;

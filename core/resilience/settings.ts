/** How failures of a store are met: `resilience` of .ghost.yaml. */
export interface ResilienceSettings {
  /** Further tries after the first one. Default 3; 0: none. */
  readonly retryCount: number;
  /** About the first pause before another try, in milliseconds; each further one is longer, all vary by chance. Default 100. */
  readonly retryDelayMs: number;
  /** Tries that fail in a row until the store is left alone for a while. Default 5. */
  readonly circuitBreakerThreshold: number;
  /** How long it is left alone, in milliseconds; then one try decides. Default 30,000. */
  readonly circuitBreakerDurationMs: number;
  /** How long one try may take, in milliseconds. Default 30,000, as long as the hub lets a statement run. */
  readonly timeoutMs: number;
}

/** What holds without configuration. */
export const RESILIENCE_DEFAULT: ResilienceSettings = {
  retryCount: 3,
  retryDelayMs: 100,
  circuitBreakerThreshold: 5,
  circuitBreakerDurationMs: 30_000,
  timeoutMs: 30_000,
};

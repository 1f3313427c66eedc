/** Settings for the work in a session; for absent ones the defaults apply. */
export interface SessionSettings {
  /** Preferred models, best first; unavailable ones are skipped. */
  preferredModels?: string[];
  /** Maximum number of turns of an agent and rounds of an orchestration. */
  maxIterations?: number;
  /** 0 to 10: the score at which an answer is good enough. */
  evaluationThreshold?: number;
}

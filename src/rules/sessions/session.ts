/** How a session wants its work done; absent members are left to whoever carries it out. */
export interface SessionSettings {
  /** Preferences, best first: one that is not there is passed over. */
  preferredModels?: string[];
  /** How often an answer may be improved. */
  maxIterations?: number;
  /** 0 to 10: the score at which an answer is good enough. */
  evaluationThreshold?: number;
}

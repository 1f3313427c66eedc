/** The runs to be counted. */
export interface AnalyticsScope {
  ownerId: string;
  /** null: in any session or none. */
  sessionId: string | null;
  /** Only runs in sessions with this label; null: with or without one. */
  userLabel: string | null;
  /** When they were created: from the first time up to but excluding the second, if any; null: any time. */
  window: { from: Date; to: Date | null } | null;
}

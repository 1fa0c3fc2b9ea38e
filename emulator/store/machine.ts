/** A machine as its agent has reported it. */
export interface Machine {
  readonly ip: string;
  readonly uniqueId: string;
  /** Lines of its `user_defined_id`. */
  readonly userDefinedIds: readonly string[];
  /** Unix seconds. */
  readonly lastHeartbeatTime: number;
  readonly hostId?: string;
  /** Of the agent. */
  readonly version?: string;
}

/** How messages name a vendor, and what they must not contain. */
export interface Vendor {
  name: string;
  /** The variables that an operator should check. */
  keyVariable: string;
  urlVariable: string;
  apiKey: string;
}

/** How messages speak of a vendor, and what they must not say. */
export interface Vendor {
  name: string;
  /** The variables that an operator would check. */
  keyVariable: string;
  urlVariable: string;
  apiKey: string;
}

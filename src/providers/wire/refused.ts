/** An HTTP error of a vendor, as received. Its message is not for users: clients examine it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;

  constructor(status: number, headers: Headers, body: string) {
    super('refused');
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** The HTTP error that is the innermost cause, if any: clients wrap what their `fetch` throws. */
export function refusalIn(thrown: unknown): Refused | null {
  if (thrown instanceof Refused) return thrown;
  return thrown instanceof Error ? refusalIn(thrown.cause) : null;
}

/** Error pages of proxies may be of any length; messages are short. */
const LONGEST = 256 * 1024;

/** The relevant beginning of an error's body. An interrupted body is used as far as it was received. */
export async function readRefusal(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const bytes of body) {
      pieces.push(bytes);
      length += bytes.length;
      if (length > LONGEST) break;
    }
  } catch {
    // The status is sufficient.
  }
  return Buffer.concat(pieces).toString();
}

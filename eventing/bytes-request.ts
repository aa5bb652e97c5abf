// A request within one process whose body is at hand: read it once or ten times, it is never copied.
// The platform's own Request copies a body at every step, which for records of 512 KB is most of what delivering them costs.

/** Its `body` is null; it is read by one of the methods. */
export class BytesRequest extends Request {
  readonly #bytes: Uint8Array;

  /** `bytes` must not change any more. */
  constructor(url: string, init: Omit<RequestInit, 'body'>, bytes: Uint8Array) {
    super(url, init);
    this.#bytes = bytes;
  }

  override readonly bytes = async (): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await this.arrayBuffer());

  override readonly text = async (): Promise<string> => new TextDecoder().decode(this.#bytes);

  override readonly json = async (): Promise<unknown> => JSON.parse(await this.text()) as unknown;

  override readonly blob = async (): Promise<Blob> => new Blob([await this.arrayBuffer()]);

  override readonly arrayBuffer = async (): Promise<ArrayBuffer> => {
    const { buffer, byteLength } = this.#bytes;
    const whole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    return whole ? buffer : Uint8Array.from(this.#bytes).buffer;
  };
}

// Why a command ended without doing what was asked, in words for the person who asked.

/** The event API refused, is away, or answered what is no answer of its. */
export class Failed extends Error {
  override name = 'Failed';

  /** `more`: further lines, such as a problem document's fields */
  constructor(message: string, more: readonly string[] = []) {
    super([`Error: ${message}`, ...more.map((line) => `  ${line}`)].join('\n'));
  }
}

export class WrongUsage extends Error {
  override name = 'WrongUsage';

  constructor(message: string, words: readonly string[]) {
    const command = ['kn', 'epicenter', ...words].join(' ');
    super(`Error: ${message}\nRun '${command} --help' for usage.`);
  }
}

// Reads as much of a Containerfile as ours uses; anything else is an error, so that what is tested is what a builder would do.

export interface Step {
  readonly does: 'COPY' | 'RUN';
  readonly args: string;
  /** as whom; undefined is root */
  readonly user: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly name: string;
  readonly workdir: string;
  readonly steps: readonly Step[];
  readonly user: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

type Open = { -readonly [Field in keyof Stage]: Stage[Field] };

const INSTRUCTIONS: Readonly<Record<string, (stage: Open, args: string) => void>> = {
  WORKDIR: (stage, args) => (stage.workdir = args),
  USER: (stage, args) => (stage.user = args),
  CMD: (stage, args) => (stage.command = JSON.parse(args) as string[]),
  ENV: (stage, args) => {
    const pairs = args.split(' ').map((pair) => [pair.split('=')[0]!, pair.slice(pair.indexOf('=') + 1)]);
    stage.env = { ...stage.env, ...(Object.fromEntries(pairs) as Record<string, string>) };
  },
  COPY: (stage, args) => take(stage, 'COPY', args),
  RUN: (stage, args) => take(stage, 'RUN', args),
};

function take(stage: Open, does: Step['does'], args: string): void {
  const { user, env } = stage;
  stage.steps = [...stage.steps, { does, args, user, env }];
}

export function readContainerfile(text: string): Stage[] {
  const stages: Open[] = [];
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const [, word = '', args = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (word === 'FROM') {
      const name = / AS (\S+)$/.exec(args)?.[1] ?? '';
      stages.push({ name, workdir: '/', steps: [], user: undefined, env: {}, command: [] });
      continue;
    }
    const instruction = INSTRUCTIONS[word];
    const stage = stages.at(-1);
    if (instruction === undefined || stage === undefined) throw new Error(`Containerfile: ${line}`);
    instruction(stage, args);
  }
  return stages;
}

// The kn plugin as a process: arguments and environment in, text and an exit status out.
import { run } from './run.ts';

const { status, out, err } = await run(process.argv.slice(2), process.env);
process.stdout.write(out);
process.stderr.write(err);
process.exitCode = status;

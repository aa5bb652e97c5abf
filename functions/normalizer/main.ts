// The normalizer as a function of the functions-framework, and, run directly, as a server.
import { openStore } from '../../sql/open-store.ts';
import { serveFunction } from '../serve.ts';
import { startNormalizer } from './start.ts';

await serveFunction(
  {
    name: 'normalizer',
    start: (settings, report) => {
      const warn = (problem: string): void => report('warning', problem);
      return startNormalizer({ openStore: () => openStore(settings, warn), report });
    },
  },
  import.meta.main,
);

// Preloaded where a process starts often or small: keeps what Node made of our sources for the next start,
// which is then twice as fast and 30 MB smaller.
import { enableCompileCache } from 'node:module';

enableCompileCache();

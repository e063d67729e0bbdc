import { inOneProcess } from '../../harness/in-one-process.ts';

inOneProcess(import.meta.dirname);

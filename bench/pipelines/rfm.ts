export { default } from '../../orchestrator/pipelines/rfm.ts';

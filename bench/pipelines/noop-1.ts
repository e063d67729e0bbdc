import { noopSteps } from '../noop/noop-steps.ts';

export default noopSteps(1);
